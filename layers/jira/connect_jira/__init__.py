"""Who has installed the app, and how to speak to them.

Each room imports only from rooms below it (`make check` sees to that):

- `composition`: the composition root, which puts all of it together from a function's environment
- `app`: what an app's owner registers, and what that works with
- `lifecycle`: what installed, uninstalled and upgraded change
- `worker`: the queue, and what works it off: retry policy, idempotency, dead letters
- `auth`: who has sent a request, and with what to call a site
- `installations`: the two kinds of installation, Connect's and Forge's
- `events`: what has happened or is asked for
- `jira`: the client for a site's REST API
- `web`: requests from API Gateway, and responses to it
- `aws`: the AWS services that an event waits for
- and what all share: settings, errors, metrics and the like
"""
