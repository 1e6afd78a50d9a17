"""The answer for a person: readable in a terminal, plain lines in a pipe."""

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from connect_cli.doctor.claims import readable, utc
from connect_cli.doctor.examination import Examined
from connect_cli.redaction import Redaction, visible
from connect_jwt.canonical import canonical_request, hash_of, split_url
from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Evidence, Finding, Verdict

_STYLES = {Verdict.ACCEPTED: "bold green", Verdict.REFUSED: "bold red", Verdict.UNKNOWN: "bold yellow"}
_DIRECTIONS = {Direction.TO_JIRA: "from the app to Jira", Direction.TO_APP: "from Jira to the app"}
_LABEL_WIDTH = 10


class Report:
    """Prints one examined request.

    Args:
        console: output
        examined: the examined request
    """

    def __init__(self, console: Console, examined: Examined) -> None:
        self._console = console
        self._evidence = examined.evidence
        self._diagnosis = examined.diagnosis
        self._answered = examined.answered
        self._redaction = Redaction(examined.evidence)

    def print(self, heading: str = "") -> None:
        """Print it all: the verdict, the findings, the token, what it was hashed from, what is not known.

        Args:
            heading: number of the request, if there are several
        """
        if heading:
            self._line("", heading, "bold underline")
        self._line("", self._verdict(), _STYLES[self._diagnosis.verdict])
        if about_token := self._token_verdict():
            self._line("", about_token)
        self._line("", self._request())
        for number, finding in enumerate(self._diagnosis.findings, 1):
            self._finding(number, finding)
        self._token()
        self._hash()
        self._unsettled()
        if self._diagnosis.findings:
            self._section("More")
            self._line("", f"connect doctor --explain {self._diagnosis.findings[0].code}")

    def _verdict(self) -> str:
        diagnosis = self._diagnosis
        match diagnosis.verdict:
            case Verdict.ACCEPTED if self._answered:
                return f"It works: {self._answered}"
            case Verdict.ACCEPTED:
                return "Accepted: nothing is wrong with this token"
            case Verdict.UNKNOWN if not diagnosis.findings:
                return "Not sure: nothing is wrong as far as known"
        first = diagnosis.findings[0]
        is_open = first.certainty is Certainty.POSSIBLE
        if diagnosis.verdict is Verdict.UNKNOWN:
            return f"Not sure: perhaps {first.code}"
        return f"Refused: perhaps {first.code}" if is_open else f"Refused: {first.code}"

    def _token_verdict(self) -> str | None:
        """Describe the token's verdict if something else is wrong."""
        if self._diagnosis.verdict is not Verdict.REFUSED or self._diagnosis.header is None:
            return None
        match self._diagnosis.token_verdict:
            case Verdict.ACCEPTED:
                return "The token itself is right."
            case Verdict.UNKNOWN:
                return "In the token itself nothing wrong is certain."
            case Verdict.REFUSED:
                return None

    def _request(self) -> str:
        evidence = self._evidence
        parts = [evidence.method, evidence.url, _DIRECTIONS[self._diagnosis.direction]]
        moment = utc(evidence.now) if evidence.now is not None else None
        asked = " ".join(part for part in parts[:2] if part)
        answer = f"answered {evidence.status}" if evidence.status else None
        return ", ".join(
            part for part in (asked, parts[2], f"at {moment}" if moment else None, answer) if part
        )

    def _finding(self, number: int, finding: Finding) -> None:
        certainty = Certainty(finding.certainty).name.lower()
        self._section(f"{number}. {finding.code} ({certainty})")
        self._line("seen", finding.seen)
        self._line("why", finding.why)
        self._line("fix", finding.fix, "green")

    def _token(self) -> None:
        header, claims = self._diagnosis.header, self._diagnosis.claims
        for title, members in (("Token header", header), ("Token claims", claims)):
            if members:
                self._section(title)
                for name, text in readable(members, self._evidence.now, self._redaction):
                    self._line(name, text)

    def _hash(self) -> None:
        diagnosis = self._diagnosis
        if diagnosis.canonical is None:
            return
        is_wrong = any(finding.code.startswith(("qsh-", "form-")) for finding in diagnosis.findings)
        self._section("Request hash")
        if diagnosis.actual_qsh is not None and not is_wrong:
            self._line("canonical", diagnosis.canonical)
            self._line("qsh", f"{diagnosis.actual_qsh}  (right)")
            return
        for label, qsh in (("expected", diagnosis.expected_qsh), ("actual", diagnosis.actual_qsh)):
            self._line(label, qsh or "none")
            source = self._hashed_to(qsh)
            if source is not None:
                self._line("  is of", source)

    def _hashed_to(self, qsh: str | None) -> str | None:
        """The canonical request that a hash was made from, if it is at hand."""
        evidence = self._evidence
        sources = [self._diagnosis.canonical]
        if evidence.method and evidence.url:
            path, query = split_url(evidence.url, evidence.base_url or "")
            sources.append(canonical_request(evidence.method, path, query))
        hashes = {hash_of(source): source for source in sources if source}
        return hashes.get(qsh or "")

    def _unsettled(self) -> None:
        if not self._diagnosis.unsettled:
            return
        self._section("Not settled")
        for sentence in self._diagnosis.unsettled:
            self._line("-", sentence)
        options = _missing(self._evidence, self._diagnosis)
        if options:
            self._line("", f"These options would help: {', '.join(options)}")

    def _section(self, title: str) -> None:
        self._console.print()
        self._line("", title, "bold")

    def _line(self, label: str, text: str, style: str = "") -> None:
        """Print a text beside its label; only a terminal's lines are broken, a pipe's can be searched."""
        shown = Text(visible(self._redaction.text(text)), style=style)
        left = f"  {label:<{_LABEL_WIDTH}} " if len(label) > 1 else f"{label} " if label else ""
        width = self._console.width - cell_len(left)
        lines = [shown]
        if self._console.is_terminal and width > 0:
            lines = [*shown.wrap(self._console, width, overflow="fold")]
        for number, line in enumerate(lines):
            indent = left if number == 0 else " " * cell_len(left)
            line.rstrip()
            self._console.print(Text.assemble((indent, "dim"), line), soft_wrap=True)


def _missing(evidence: Evidence, diagnosis: Diagnosis) -> list[str]:
    """The options that say what is not known."""
    to_jira = diagnosis.direction is Direction.TO_JIRA
    is_atlassians = (diagnosis.header or {}).get("alg") == "RS256"
    known = {
        "--method": evidence.method,
        "--url": evidence.url,
        "--app-key" if to_jira else "--client-key": evidence.app_key if to_jira else evidence.client_key,
        "--secret": is_atlassians or evidence.secrets,
        "--base-url": to_jira or evidence.base_url,
    }
    return [option for option, value in known.items() if not value]
