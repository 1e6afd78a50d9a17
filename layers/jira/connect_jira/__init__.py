"""Who has installed the app, and how to speak to them.

From the outside in:

- `connect_jira.gateway`: what API Gateway hands over, as a request; `connect_jira.answers`: what it gets back
- `connect_jira.front_door`: a request that fails its proof becomes an empty answer and a line in the log
- `connect_jira.lifecycle`: what Jira tells of an installation, proved and put into the store
- `connect_jira.tenants`: whose request is this, and with which secret
- `connect_jira.client`: requests to Jira, signed; `connect_jira.credentials`: what with;
  `connect_jira.retries` and `connect_jira.rate_limits`: when one is made again; `connect_jira.jira_errors`:
  what else comes of it
- `connect_jira.activity`: what lately happened, remembered; `connect_jira.clients`: clients whose calls are
- `connect_jira.store`: installations in DynamoDB; `connect_jira.sealing`: their secrets under KMS
- `connect_jira.webhooks` and `connect_jira.queue`: what happened, on its way to whoever calls Jira about it
- `connect_jira.descriptor`, `connect_jira.settings`: what the app is called and where it lives
- `connect_jira.wiring`: all of it put together for one function
"""
