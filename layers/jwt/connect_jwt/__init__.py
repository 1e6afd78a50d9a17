"""Who is speaking: Atlassian Connect's JSON Web Tokens, signed and verified.

Pure Python, no AWS; usable on its own.

- `connect_jwt.canonical`: the canonical request and its hash, the `qsh` claim
- `connect_jwt.signing`: tokens for the requests that an app sends to Jira
- `connect_jwt.verifying`: tokens of the requests that Jira sends to an app, one function for each kind
- `connect_jwt.install_keys`: the public keys that signed installs are verified with
- `connect_jwt.invocations`: Forge invocation tokens, which take the place of both once an app is on Forge
- `connect_jwt.forge_keys`: the public keys that they are verified with; `connect_jwt.origins`: whose they
  are, Forge's own or a page's; `connect_jwt.forge_sites`: where Jira is called
- `connect_jwt.diagnosis`: why a token is refused, told apart by the evidence
- `connect_jwt.scopes`: what a REST call needs the app to have asked for
- `connect_jwt.clouds`: Atlassian's clouds, the sites they host and where their keys are
- `connect_jwt.tokens`: where a request carries its token, and what the token says before it is trusted
- `connect_jwt.signatures`: HS256 and RS256
- `connect_jwt.times`: when a token is good
- `connect_jwt.deadlines`: work that is given up after a time, whatever it waits for
- `connect_jwt.identity`: the types of the app key, the client key and the shared secret
- `connect_jwt.errors`: everything that is raised on purpose
"""
