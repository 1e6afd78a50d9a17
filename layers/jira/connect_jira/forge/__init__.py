"""Who has installed the app by Forge, what Forge tells of, and with which tokens to call Jira.

- `.calls`: what Forge's own requests ask for; `.invocations`: who they are from; `.payloads` and `.events`:
  what they say
- `.held_events`: events of which nobody knows whether Forge itself has sent them; `.holding` keeps them
- `.installation`: one installation, and what becomes of it; `.store` keeps it; `.joins`: whose site it is on
- `.tenants`: what it is good for; `.tokens` and `.sealing`: its system token; `.offline_tokens`: those of
  users that it is exchanged for
"""
