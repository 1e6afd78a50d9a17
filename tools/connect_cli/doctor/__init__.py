"""`connect doctor`: why a Connect token is refused, asked with whatever is at hand.

A request comes as a bare token, a curl command, a HAR file or an API Gateway event (`pasted`, `curl`, `har`,
`event`), is completed by the command's options (`options`, `evidence`), and is diagnosed by
`connect_jwt.diagnosis`. Or it is made on the spot, against a running app: that comes with another
distribution (`connect_tools.doctor`). The answer is printed by `report` or `as_json`, neither of which shows
a secret, a signature or a whole token (`connect_cli.redaction`).
"""
