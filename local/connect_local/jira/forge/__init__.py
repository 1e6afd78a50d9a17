"""The laptop's Forge: what Atlassian's platform does for an app that it delivers, next to the laptop's Jira.

- `connect_local.jira.forge.platform`: the whole of it, as one object
- `connect_local.jira.forge.manifests`: what it reads of a manifest
- `connect_local.jira.forge.installations`: which apps are installed on which sites
- `connect_local.jira.forge.module_forms`: what it says that it has invoked
- `connect_local.jira.forge.invocation_tokens`, `.system_tokens`: what it proves itself with, and what it
  gives apps to call Jira with
- `connect_local.jira.forge.graphql`: how apps are given the tokens of users who are away
- `connect_local.jira.forge.page_calls`: what pages have called
- `connect_local.jira.forge.deliveries`: how it calls apps, and calls again
- `connect_local.jira.forge.events`: what it says
- `connect_local.jira.forge.controls`: what is below `/_local/forge/`
"""
