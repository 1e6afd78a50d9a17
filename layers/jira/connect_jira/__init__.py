"""Backend of a Jira app: its installations, and calls to their sites.

Each package imports only from those below it (`make check` checks that):

- `composition`: the composition root, which builds everything from a function's environment
- `app`: registration of an app's functions, and the objects that they work with
- `lifecycle`: changes by installed, uninstalled and upgraded
- `worker`: the queue and its worker: retry policy, idempotency, dead letters
- `auth`: authentication of requests, and credentials for calls to a site
- `installations`: the two kinds of installation, Connect's and Forge's
- `events`: events and requests, and their form in the queue
- `jira`: the client for a site's REST API
- `web`: requests from API Gateway, and responses to it
- `aws`: clients of the AWS services that an event waits for
- and at the top, shared by all: settings, errors, metrics and the like
"""
