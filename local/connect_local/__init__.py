"""The laptop: `connect up`, `connect demo` and `connect invoke`. Never deployed.

- `connect_local.laptop`: AWS on a laptop, from template.yaml
- `connect_local.jira`: the Jira to talk to
- `connect_local.demo`: the proofs
- `connect_local.console`: what `connect up` prints
- `connect_local.invoke`: one handler in this process, for a debugger
- `connect_local.check`: what of the app does not fit together
- `connect_local.replay`: recorded webhooks, sent again
"""
