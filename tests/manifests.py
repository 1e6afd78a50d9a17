"""Manifests as people write them: each is one that `connect forge manifest` may find where it is to write."""

HEADER = """\
app:
  id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0
  runtime:
    name: nodejs22.x
"""

IN_LINES = {
    "a page and its function": HEADER
    + """\
modules:
  jira:issuePanel:
    - key: panel
      resource: main
      resolver:
        function: resolver
      title: A panel
  function:
    - key: resolver
      handler: index.handler
resources:
  - key: main
    path: static/panel/build
permissions:
  scopes:
    - read:jira-work
    - storage:app
""",
    "the app last": """\
modules:
  function:
    - key: resolver
      handler: index.handler
permissions:
  scopes:
    - storage:app
app:
  id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0
""",
    "lists that are not set off": """\
app:
  id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0
modules:
  trigger:
  - key: mine
    function: run
    events:
    - avi:jira:viewed:issue
  function:
  - key: run
    handler: index.run
permissions:
  scopes:
  - read:jira-work
""",
    "four spaces": """\
app:
    id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0
modules:
    scheduledTrigger:
        - key: mine
          function: run
          interval: day
    function:
        - key: run
          handler: index.run
permissions:
    scopes:
        - read:jira-work
""",
    "one way here and another there": HEADER
    + """\
modules:
   trigger:
        - key: mine
          function: run
          events:
          - avi:jira:viewed:issue
   function:
   - key: run
     handler: index.run
permissions:
      scopes:
      - read:jira-work
""",
    "comments everywhere": """\
# Ours since 2024.

app: # who we are
  # never change it
  id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0 # registered by Kim
modules: # what we do
  # first the trigger
  trigger: # by events
    # views only
    - key: mine # the key
      # of the function below
      function: run
      events: # all
        - avi:jira:viewed:issue # seen
        # - avi:jira:mentioned:issue

  # then the function
  function:
    - key: run
      handler: index.run
      # about nothing

# what we may
permissions:
  scopes:
    - read:jira-work # needed

# the end
""",
    "blank lines": "\n\n"
    + HEADER.replace("  runtime", "\n  runtime")
    + "\n\nmodules:\n\n  function:\n\n    - key: run\n\n      handler: index.run\n\n\n",
    "a variable for the id": """\
app:
  id: "ari:cloud:ecosystem::app/${APP_ID}"
environment:
  variables:
    - key: APP_ID
      default: 5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0
    - CONNECT_KEY
modules:
  function:
    - key: run
      handler: index.run
""",
    "a key for each environment": """\
app:
  id: ${APP_ID}
  connect:
    key: ${CONNECT_KEY}
    remote: connect
remotes:
  - key: connect
    baseUrl: https://${HOST}/prod
environment:
  variables: [APP_ID, CONNECT_KEY, HOST]
""",
    "quotes": """\
'app':
  "id": 'ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0'
"modules":
  'function':
    - "key": 'run'
      handler: "index.run"
      'note': 'it''s # no comment'
'permissions':
  "scopes":
    - 'read:jira-work'
    - "storage:app"
""",
    "texts of several lines": HEADER
    + """\
modules:
  trigger:
    - key: mine
      function: run
      events:
        - avi:jira:viewed:issue
      filter:
        expression: |
          event.issue.fields.summary == "a"
            # not a comment

          && true
        onError: >-
          RECEIVE
          AND

  rovo:agent:
    - key: agent
      prompt: a prompt that goes on
        in the next line
      other: "and one
        in quotes"
  function:
    - key: run
      handler: index.run
      text: |+
        kept

permissions:
  scopes:
    - read:jira-work
""",
    "anchors and aliases": HEADER
    + """\
modules:
  jira:issuePanel:
    - &panel
      key: one
      resource: main
      title: One
    - <<: *panel
      key: two
  function:
    - key: run
      handler: &handler index.run
    - key: again
      handler: *handler
resources: &resources
  - key: main
    path: src/index.jsx
""",
    "remotes and endpoints": HEADER
    + """\
remotes:
  - key: backend
    baseUrl: https://backend.example.com
    auth:
      appUserToken:
        enabled: true
  - key: logs
    baseUrl: https://logs.example.com
    operations: [other]
modules:
  endpoint:
    - key: seen
      remote: backend
      route:
        path: /seen
  trigger:
    - key: mine
      endpoint: seen
      events:
        - eventType: avi:jira:viewed:issue
          filter:
            ignoreSelf: true
permissions:
  scopes:
    - read:app-system-token
  external:
    fetch:
      backend:
        - remote: backend
""",
    "a remote of regions": HEADER
    + """\
remotes:
  - key: connect
    baseUrl:
      default: https://mine.example.com
      EU: https://eu.example.com
    operations:
      - storage
    storage:
      inScopeEUD: false
""",
    "by Atlassian's converter": """\
app:
  id: ari:cloud:ecosystem::app/invalid-run-forge-register
  connect:
    key: com.example.app
    remote: connect
    authentication: jwt
  runtime:
    name: nodejs20.x
remotes:
  - key: connect
    baseUrl: https://abc123.execute-api.eu-west-1.amazonaws.com/prod
connectModules:
  jira:lifecycle:
    - key: lifecycle-events
      installed: /lifecycle/installed
      enabled: /lifecycle/enabled
  jira:webhooks:
    - event: jira:issue_created
      url: /webhooks/jira:issue_created
      key: webhook-1
  jira:generalPages:
    - key: old
      name:
        value: Old
      url: /old
permissions:
  scopes:
    - read:connect-jira
""",
    "a Connect app at another remote": HEADER.replace(
        "  runtime", "  connect:\n    key: com.example.app\n    remote: server\n  runtime"
    )
    + "remotes:\n  - key: server\n    baseUrl: https://abc123.execute-api.eu-west-1.amazonaws.com/prod\n",
    "what is left after Connect": HEADER.replace(
        "  runtime", "  connect:\n    key: com.example.app\n  runtime"
    )
    + "modules:\n  jira:globalPage:\n    - key: main\n      resource: main\n      title: Main\n",
    "scopes that may impersonate": HEADER
    + """\
permissions:
  scopes:
    read:jira-work:
      allowImpersonation: true
    write:jira-work: {}
""",
    "all that may be loaded": HEADER
    + """\
permissions:
  content:
    styles:
      - unsafe-inline
  external:
    images:
      - address: "*.example.com"
    fetch:
      client:
        - https://api.example.com
""",
    "keys that ours would have": HEADER
    + """\
modules:
  function:
    - key: lifecycle
      handler: index.lifecycle
    - key: webhook-jira-issue-created
      handler: index.created
  webtrigger:
    - key: translations
      function: lifecycle
""",
    "endpoints that are called like ours": HEADER
    + """\
modules:
  endpoint:
    - key: forge-events
      remote: other
      route:
        path: /mine
remotes:
  - key: other
    baseUrl: https://other.example.com
""",
    "a licence, an access and a store": HEADER
    + """\
  licensing:
    enabled: false
  access:
    userAccess: true
  storage:
    entities:
      - name: employee
        attributes:
          name:
            type: string
        indexes:
          - name
""",
    "providers, services and translations": HEADER
    + """\
providers:
  auth:
    - key: google
      type: oauth2
      scopes:
        - profile
services:
  - key: service
    containers: []
translations:
  resources:
    - key: en-US
      path: locales/en-US.json
  fallback:
    default: en-US
overrides: {}
""",
    "nothing but an app": "app:\n  id: ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0\n",
    "no end of the last line": HEADER + "modules:\n  function:\n    - key: run\n      handler: index.run",
    "a start and an end": "%YAML 1.2\n---\n"
    + HEADER
    + "modules:\n  function:\n    - key: run\n      handler: a.b\n...\n",
    "an end with a comment": HEADER
    + "modules:\n  function:\n    - key: run\n      handler: a.b # of a\n    # the end",
    "dashes in lines of their own": HEADER
    + """\
modules:
  function:
    -
      key: run
      handler: index.run
    - # the second - or the last
      # one
      key: again
      handler: index.again
  trigger:
    -
      key: mine
      function: run
      events:
        -
          avi:jira:viewed:issue
""",
    "other scripts": HEADER
    + "modules:\n  jira:issuePanel:\n    - key: panel\n      title: Größe 测试 🎉\n      text: '→ «it»'\n",
    "separators that are ends of lines to some": HEADER
    + 'modules:\n  jira:issuePanel:\n    - key: panel\n      title: "a\u2028b\u0085c"\n',
    "tags": HEADER + "modules:\n  function:\n    - key: !!str run\n      handler: !!str a.b\n",
    "long lines": HEADER
    + f"modules:\n  function:\n    - key: run\n      note: {'word ' * 60}\n      handler: a.b\n",
    "spaces at ends of lines": HEADER.replace("\n", "  \n")
    + "modules:   \n  function: \n    - key: run   \n      handler: a.b  \n",
    "ours already, unmarked": HEADER
    + """\
modules:
  scheduledTrigger:
    - key: forge-hourly
      endpoint: forge-refresh
      interval: hour
permissions:
  scopes:
    - read:app-system-token
    - read:connect-jira
""",
}
"""Those of which each line must stay."""

IN_BRACKETS = {
    "scopes in brackets": HEADER + "permissions:\n  scopes: [ 'read:jira-work', storage:app ] # two\n",
    "an app in braces": "app: {id: '${APP_ID}', runtime: {name: nodejs22.x}}\nmodules:\n  function: []\n",
    "JSON": '{"app": {"id": "ari:cloud:ecosystem::app/${APP_ID}"},\n'
    ' "modules": {"function": [{"key": "run", "handler": "a.b"}]},\n'
    ' "permissions": {"scopes": ["read:jira-work"]}}',
    "modules in braces": HEADER
    + "modules: {trigger: [{key: mine, function: run, events: ['avi:jira:viewed:issue']}],\n"
    "  function: [{key: run, handler: index.run}]}\n",
    "nothing in them": HEADER + "modules: {}\nremotes: []\npermissions:\n  scopes: []\n",
    "nothing at all": HEADER + "modules:\nremotes: ~\npermissions: # later\n  scopes:\n",
    "no id": "app:\n  id:\n  runtime:\n    name: nodejs22.x\n",
    "ours in braces": HEADER
    + "remotes:\n  - {key: connect, baseUrl: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'}\n",
}
"""Those in which lines change, since there is something to be written within brackets."""
