"""`connect doctor`: why a Connect token is refused, asked with whatever is at hand.

The command's options (`options`) say what is known (`evidence`); `connect_doctor` reads and examines it, and
`report` prints what is said of it. Or a request is made on the spot, against a running app: that comes with
another distribution (`connect_tools.doctor`).
"""
