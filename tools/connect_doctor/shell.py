"""The words of a command as a shell would see them: those of POSIX, and Windows' cmd.

`shlex` knows neither `$'…'`, which Chrome and Firefox write, nor cmd's carets.
"""

import re
from collections.abc import Callable

from connect_doctor.unusable import BadInput

_POSIX = re.compile(
    r"""(?P<gap>(?:\s | \\[ \t]*(?:\r?\n|\Z) | `\r?\n | (?<!\S)\#[^\n]*)+)   # ` continues lines in PowerShell
      | (?P<end>[;|&<>]+)
      | '(?P<single>[^']*)'
      | \$'(?P<ansi>(?:\\.|[^'\\])*)'
      | \$?"(?P<double>(?:\\.|[^"\\])*)"
      | \\(?P<escaped>.)
      | (?P<plain>[^\s;|&<>'"\\$`]+|[$`])""",
    re.VERBOSE | re.DOTALL,
)
_WINDOWS = re.compile(
    r"""(?P<gap>\s+) | "(?P<quoted>(?:\\.|""|[^"\\])*)" | (?P<escaped>\\") | (?P<plain>[^\s"\\]+|\\)""",
    re.VERBOSE | re.DOTALL,
)
_IS_WINDOWS = re.compile(r'\^"|\^[ \t]*$', re.MULTILINE)
_CARET = re.compile(r'("[^"\r\n]*"?)|\^[ \t]*\r?\n(.?)|\^(.)', re.DOTALL)
_ANSI = re.compile(
    r"\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_LETTERS = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))
_MAX_CODE_POINT = 0x10FFFF


def commands(text: str) -> list[list[str]]:
    """The words of each command in a text. A line break alone ends none: copies often lose the backslash.

    Raises:
        BadInput: a quote is never closed
    """
    if _IS_WINDOWS.search(text):
        text = _CARET.sub(lambda found: found[1] or found[2] or found[3] or "", text)
        return _words(text, _WINDOWS, _windows_part)
    return _words(text, _POSIX, _posix_part)


def _words(text: str, grammar: re.Pattern[str], part_of: Callable[[str, str], str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    word: str | None = None
    position = 0
    while position < len(text):
        token = grammar.match(text, position)
        if token is None or token.lastgroup is None:
            raise BadInput(
                "a quote in the command is never closed; terminals cut pasted lines at 4096 characters, "
                "so save it to a file and give that"
            )
        position = token.end()
        if token.lastgroup in {"gap", "end"}:
            found[-1] += [] if word is None else [word]
            found += [[]] if token.lastgroup == "end" else []
            word = None
        else:
            word = (word or "") + part_of(token.lastgroup, token[token.lastgroup])
    found[-1] += [] if word is None else [word]
    return found


def _posix_part(kind: str, text: str) -> str:
    match kind:
        case "double":
            return re.sub(r'\\(?:\r?\n|([$`"\\]))', lambda found: found[1] or "", text)
        case "ansi":
            decoded = _ANSI.sub(_ansi_escape, text)
            return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case _:
            return text


def _windows_part(kind: str, text: str) -> str:
    match kind:
        case "quoted":
            return re.sub(r'\\(["\\])|"(")', lambda found: found[1] or found[2], text)
        case "escaped":
            return '"'
        case _:
            return text


def _ansi_escape(found: re.Match[str]) -> str:
    short, long, hexadecimal, octal, letter = found.groups()
    if letter is not None:
        return _ANSI_LETTERS.get(letter, letter)
    code = int(octal, 8) if octal else int(short or long or hexadecimal, 16)
    return chr(min(code, _MAX_CODE_POINT))
