"""Explain a refused token from the evidence at hand. Pure: it does no I/O.

    diagnosis = diagnose(Evidence(token=…, method="GET", url=…, app_key=…, now=time.time()))

- `evidence`: the input; `findings`: the output; `diagnose`: the function from one to the other
- `transport`, `surroundings`: location of the token in the request
- `kinds`, `senders`: kind of token, and senders other than Jira and the app
- `checks`, `moments`, `signature`, `binding`, `circumstances`: checks of a Connect token
- `search`, `queries`, `bodies`, `spelling`, `hash_spellings`: search for the request that was hashed
- `secret_variants`: search for the key that made the signature
- `answers`: the receiver's response
- `verdicts`: verdict from the findings
- `catalogue`: every code with its cause and fix; `at_the_app`: the fix for requests that Jira sent
"""

from connect_jwt.diagnosis.diagnose import diagnose
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict

__all__ = ["Certainty", "Diagnosis", "Direction", "Evidence", "Finding", "Verdict", "diagnose"]
