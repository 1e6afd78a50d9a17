"""The two parts of template.yaml: ours, and the app's own with its example."""

import re

from connect_tools.project import PROJECT

TEXT = (PROJECT / "template.yaml").read_text(encoding="utf-8")
MARK = "  # === YOURS:"


def ours() -> str:
    """The template without the app's own resources."""
    return TEXT.partition(MARK)[0]


def with_example(text: str = TEXT) -> str:
    """The template, with "# " taken off the lines of the example, as the template says."""
    head, mark, own = text.partition(MARK)
    explanation, blank, example = own.partition("\n\n")
    variables = re.compile(r"(?<=own variables. Every function has them.\n)(?: {8}# .*\n)+")
    return (
        variables.sub(lambda lines: _uncommented(lines[0]), head)
        + mark
        + explanation
        + blank
        + _uncommented(example)
    )


def _uncommented(lines: str) -> str:
    return re.sub(r"^( +)# ", r"\1", lines, flags=re.MULTILINE)
