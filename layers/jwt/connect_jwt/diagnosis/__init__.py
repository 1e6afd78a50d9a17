"""Why a token is refused, told apart by the evidence. Pure: nothing is asked, read or sent.

    diagnosis = diagnose(Evidence(token=…, method="GET", url=…, app_key=…, now=time.time()))

- `evidence`: what goes in; `findings`: what comes out; `diagnose`: how the one becomes the other
- `transport`, `checks`, `signature`, `binding`, `circumstances`: the checks
- `search`, `queries`: the canonical request that a hash was made from
- `catalogue`: every code, with its cause and its cure
"""

from connect_jwt.diagnosis.diagnose import diagnose
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict

__all__ = ["Certainty", "Diagnosis", "Direction", "Evidence", "Finding", "Verdict", "diagnose"]
