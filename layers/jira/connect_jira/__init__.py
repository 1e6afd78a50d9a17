"""Who has installed the app, and how to speak to them.

From the outside in:

- `connect_jira.gateway`: what API Gateway hands over, as a request; `connect_jira.answers`: what it gets back
- `connect_jira.front_door`: a request that fails its proof becomes an empty answer and a line in the log
- `connect_jira.lifecycle`: what Jira tells of an installation, proved and put into the store;
  `connect_jira.install_key_ids`: which of Atlassian's keys are asked for without limit
- `connect_jira.tenants`: whose request is this, and with which secret
- `connect_jira.client`: requests to Jira, signed; `connect_jira.credentials`: what with;
  `connect_jira.retries` and `connect_jira.rate_limits`: when one is made again; `connect_jira.jira_errors`:
  what else comes of it
- `connect_jira.activity`: what lately happened, remembered for the pages
- `connect_jira.store`: installations in DynamoDB; `connect_jira.sealing`: their secrets under KMS
- `connect_jira.webhooks`, `connect_jira.call_request`: what there is to do; `connect_jira.queue`: on its way
  to `connect_jira.worker`, which does it once (`connect_jira.work_done`) and knows what becomes of a failure
  (`connect_jira.verdicts`)
- `connect_jira.forge`: the same app as Forge delivers it; `connect_jira.callers`: whose page calls,
  and `connect_jira.page_users`: Jira asked as that user
- `connect_jira.descriptor`, `connect_jira.settings`: what the app is called and where it lives
- `connect_jira.wiring`: all of it put together for one function
"""
