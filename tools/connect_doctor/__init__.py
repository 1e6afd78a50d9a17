"""Explanation of a refused Connect token, without asking anybody: no I/O, and the standard library alone.

The command `connect doctor` and the doctor's page in a browser read and answer by this package, so both say
the same. A request comes as a bare token, a curl command, a HAR file or an API Gateway event (`pasted`,
`curl`, `har`, `event`), is completed by what else is known (`question`), and is diagnosed by
`connect_jwt.diagnosis` (`examination`). What is said of it is in `wording` and `claims`, and for a program in
`as_json`; nothing of it shows a secret, a signature or a whole token (`redaction`). The page
is in `web`.
"""
