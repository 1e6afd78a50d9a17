"""The laptop's Jira: a stand-in for Jira Cloud that refuses what Jira refuses, and knows why.

- `connect_local.jira.laptop`: the whole of it, as one object
- `connect_local.jira.tenant`: its sites
- `connect_local.jira.site`, `.entities`: what is on a site; `.editor` and `.changelog` for its issues
- `connect_local.jira.lifecycle`, `.webhooks`: what a site sends to apps; `.descriptor`, `.tokens`,
  `.install_key`, `.apps` and `.outbox` serve them
- `connect_local.jira.gate`: what each REST call passes through; `.authentication`, `.access_tokens`,
  `.faults`, `.connection` and `.journal` serve it
- `connect_local.jira.oauth`: the authorization server that issues access tokens
- `connect_local.jira.rest`: the REST API behind the gate; `.rendering` knows Jira's JSON
- `connect_local.jira.forge`: the Forge that delivers apps to its sites
- `connect_local.jira.controls`: what is below `/_local/`, for programs
- `connect_local.jira.pages`: what there is to click on, for people
- `connect_local.jira.strict_json`, `.errors`: for all of them
"""

from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.journal import RecordedRequest
from connect_local.jira.laptop import LaptopJira

__all__ = ["LaptopJira", "NotCarriedOut", "RecordedRequest"]
