"""Why a token is refused, told apart by the evidence. Pure: nothing is asked, read or sent.

    diagnosis = diagnose(Evidence(token=…, method="GET", url=…, app_key=…, now=time.time()))

- `evidence`: what goes in; `findings`: what comes out; `diagnose`: how the one becomes the other
- `transport`, `surroundings`: where the token is
- `kinds`, `senders`: what kind of token it is, and who else sends requests
- `checks`, `moments`, `signature`, `binding`, `circumstances`: the checks of a Connect token
- `search`, `queries`, `bodies`, `spelling`, `hash_spellings`: what a hash was made from, and how
- `secret_variants`: what a signature was made with, and how
- `answers`: what the receiver has answered
- `verdicts`: what all that comes to
- `catalogue`: every code, with its cause and its cure; `at_the_app`: the cure where Jira is the sender
"""

from connect_jwt.diagnosis.diagnose import diagnose
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict

__all__ = ["Certainty", "Diagnosis", "Direction", "Evidence", "Finding", "Verdict", "diagnose"]
