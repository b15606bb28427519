"""Which encoding a text file has: found by decoding all of it, strictly, before anything else.

A file in GB18030 hardly ever passes as UTF-8, but a damaged UTF-8 file may pass as GB18030 and
turn into nonsense: so a file that was proper UTF-8 for a while is never read as anything else.
"""

import codecs
import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from services.imports.report import FileFaultError

_CHUNK = 1 << 20
# Chinese in GB18030 that happens to be valid UTF-8 is a matter of a few characters.
_PROOF_OF_UTF8 = 8


class Encoding(StrEnum):
    """Encodings that are understood; values are Python's names."""

    UTF8 = "utf-8-sig"
    GB18030 = "gb18030"
    UTF16 = "utf-16"


@dataclass(frozen=True)
class TextFacts:
    """What is known of a text file once it has been read through.

    Attributes
    ----------
    lines
        Line ends in the file.
    unfinished
        Whether the last line has no end.
    odd_quotes
        Whether quotation marks are odd in number, as they are when one is never closed.
    """

    encoding: Encoding
    lines: int
    unfinished: bool
    odd_quotes: bool = False


@dataclass(frozen=True)
class _Failure:
    line: int
    characters: int
    """Characters beyond ASCII that were read before."""


def examine(path: Path) -> TextFacts:
    """Find out the encoding of a text file.

    Raises
    ------
    FileFaultError
        The file is empty, not text, or in no encoding that is understood.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise FileFaultError("error.import.file.empty")
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        wide = _decode(path, Encoding.UTF16)
        if isinstance(wide, _Failure):
            raise FileFaultError("error.import.file.encoding", row=wide.line)
        return wide
    utf8 = _decode(path, Encoding.UTF8)
    if isinstance(utf8, TextFacts):
        return utf8
    if utf8.characters >= _PROOF_OF_UTF8 or head.startswith(codecs.BOM_UTF8):
        raise FileFaultError("error.import.file.utf8_damaged", row=utf8.line)
    chinese = _decode(path, Encoding.GB18030)
    if isinstance(chinese, TextFacts):
        return chinese
    raise FileFaultError("error.import.file.encoding", row=utf8.line)


def _decode(path: Path, encoding: Encoding) -> TextFacts | _Failure:
    decoder = codecs.getincrementaldecoder(encoding.value)()
    lines, beyond, quotes, last = 0, 0, 0, ""
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding.value, "ignore")
                return _Failure(lines + before.count("\n") + 1, beyond + _beyond_ascii(before))
            if "\0" in text:
                raise FileFaultError("error.import.file.binary")
            lines += text.count("\n")
            beyond += _beyond_ascii(text)
            quotes += text.count('"')
            last = text[-1:] or last
            if not chunk:
                return TextFacts(encoding, lines, last not in ("\n", "\r"), quotes % 2 == 1)


def _beyond_ascii(text: str) -> int:
    return 0 if text.isascii() else (len(text.encode()) - len(text)) // 2


class Recoded(io.RawIOBase):
    """A stream of UTF-8 made from a file in another encoding, a piece at a time."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        super().__init__()
        self._text = io.TextIOWrapper(path.open("rb"), encoding=encoding.value, newline="")
        self._left = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        if not self._left:
            self._left = self._text.read(_CHUNK).encode()
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def close(self) -> None:
        """Close the file."""
        self._text.close()
        super().close()


def utf8_stream(path: Path, encoding: Encoding) -> BinaryIO | Recoded:
    """Open a text file as UTF-8."""
    return path.open("rb") if encoding is Encoding.UTF8 else Recoded(path, encoding)
