"""Sign and verify Atlassian Connect's JSON Web Tokens and Forge's invocation tokens.

Pure Python, no AWS; usable on its own.

- `connect_jwt.canonical`: the canonical request and its hash, the `qsh` claim
- `connect_jwt.signing`: tokens for the requests that an app sends to Jira
- `connect_jwt.verifying`: tokens of the requests that Jira sends to an app, one function for each kind
- `connect_jwt.install_keys`: the public keys of signed installs
- `connect_jwt.invocations`: Forge invocation tokens, which replace both once an app is on Forge
- `connect_jwt.forge_keys`: the public keys of invocation tokens
- `connect_jwt.origins`: origin of an invocation, Forge itself or a page
- `connect_jwt.forge_sites`: Jira's address in an invocation token
- `connect_jwt.diagnosis`: explanation of a refused token, from the evidence
- `connect_jwt.scopes`: the scope that a REST call needs
- `connect_jwt.clouds`: Atlassian's clouds, with their sites' domains and key hosts
- `connect_jwt.tokens`: find the token in a request, and parse it before it is trusted
- `connect_jwt.signatures`: HS256 and RS256
- `connect_jwt.times`: validity period of a token
- `connect_jwt.deadlines`: a time limit for any work
- `connect_jwt.identity`: the types of the app key, the client key and the shared secret
- `connect_jwt.errors`: every exception raised on purpose
"""
