"""The answer for a person: readable in a terminal, plain lines in a pipe."""

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from connect_doctor.claims import readable
from connect_doctor.examination import Examined
from connect_doctor.redaction import Redaction, visible
from connect_doctor.wording import about_token, hashes, headline, missing_options, request_line
from connect_jwt.diagnosis import Certainty, Finding, Verdict

_STYLES = {Verdict.ACCEPTED: "bold green", Verdict.REFUSED: "bold red", Verdict.UNKNOWN: "bold yellow"}
_LABEL_WIDTH = 10


class Report:
    """Prints one examined request.

    Args:
        console: output
        examined: the examined request
    """

    def __init__(self, console: Console, examined: Examined) -> None:
        self._console = console
        self._examined = examined
        self._diagnosis = examined.diagnosis
        self._redaction = Redaction(examined.evidence)

    def print(self, heading: str = "") -> None:
        """Print it all: the verdict, the findings, the token, what it was hashed from, what is not known.

        Args:
            heading: number of the request, if there are several
        """
        if heading:
            self._line("", heading, "bold underline")
        self._line("", headline(self._examined), _STYLES[self._diagnosis.verdict])
        if sentence := about_token(self._diagnosis):
            self._line("", sentence)
        self._line("", request_line(self._examined))
        for number, finding in enumerate(self._diagnosis.findings, 1):
            self._finding(number, finding)
        self._token()
        self._hash()
        self._unsettled()
        if self._diagnosis.findings:
            self._section("More")
            self._line("", f"connect doctor --explain {self._diagnosis.findings[0].code}")

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
                for name, text in readable(members, self._examined.evidence.now, self._redaction):
                    self._line(name, text)

    def _hash(self) -> None:
        found = hashes(self._examined)
        if found is None:
            return
        self._section("Request hash")
        if found.is_right:
            self._line("canonical", self._diagnosis.canonical or "")
            self._line("qsh", f"{found.actual.qsh}  (right)")
            return
        for label, one in (("expected", found.expected), ("actual", found.actual)):
            self._line(label, one.qsh or "none")
            if one.source is not None:
                self._line("  is of", one.source)

    def _unsettled(self) -> None:
        if not self._diagnosis.unsettled:
            return
        self._section("Not settled")
        for sentence in self._diagnosis.unsettled:
            self._line("-", sentence)
        options = missing_options(self._examined)
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
