"""What a file is, told by its bytes as they come: kept are a few kinds, under names that agree with what they hold.

A name or a declared media type is never believed by itself. Nothing is unpacked and nothing is run; a file is looked at
by its first bytes, by its last, and by a few words in between, so that its length does not matter.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import puremagic

from domain.vocabulary_of_files import FILE_KINDS, FileFamily, FileKind
from services.file_refusals import (
    FileEmpty,
    FileHasMacros,
    FileIsActive,
    FileIsEncrypted,
    FileKindDisagrees,
    FileKindUnknown,
    FileMalformed,
    FileNameMalformed,
)
from services.office_files import OLE_START, ZIP_START, OleWords, ZipEnd

__all__ = ["ContentCheck", "extension_of"]

MOST_NAME = 255
# What is looked at of the beginning, as much as browsers look at to guess what a file is.
_HEAD_BYTES = 4096
_SNIFFED_BYTES = 1445
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What says nothing of a file.
_UNDECLARED = frozenset({"", "application/octet-stream", "application/binary"})

# How programs begin: Windows, Linux, macOS, Java and Android, scripts, WebAssembly, Flash, shortcuts.
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe"),
    *(b"\xcf\xfa\xed\xfe", b"dex\n", b"#!", b"\0asm", b"FWS", b"CWS", b"ZWS", b"L\0\0\0\x01\x14\x02\0"),
)
_PAGES = re.compile(
    r"<\s*(!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|xsl:|\?php|%)|<\?xml[^>]*>\s*<\s*svg",
    re.IGNORECASE,
)
# What puremagic calls pages, scripts and programs.
_ACTIVE = frozenset(
    (
        *(".html", ".htm", ".xhtml", ".mhtml", ".svg", ".js", ".vbs", ".ps1", ".bat", ".cmd", ".sh", ".php", ".hta"),
        *(".exe", ".dll", ".scr", ".com", ".class", ".swf", ".lnk"),
    )
)
_MAIL_HEADER = re.compile(r"([!-9;-~]+):[ \t]")
_MAIL_NAMES = frozenset({"from", "to", "date", "subject", "message-id", "received", "mime-version"})
# Brands of files built as MPEG-4 is, by the kind that each says.
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
    **dict.fromkeys((b"mif1", b"msf1"), "HEIF"),
    **dict.fromkeys((b"M4A ", b"M4B "), "M4A"),
    **dict.fromkeys((b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "), "MP4"),
    b"dash": "MP4",
    b"qt  ": "MOV",
}


def extension_of(name: str) -> str:
    """The end of a file's name, in small letters and without its dot. Raises FileNameMalformed."""
    stem, dot, extension = name.strip().rpartition(".")
    plain = stem.strip() and dot and extension.isascii() and extension.isalnum()
    if not plain or len(name) > MOST_NAME or any(ord(one) < 32 or one in "/\\\x7f" for one in name):
        raise FileNameMalformed("file")
    return extension.lower()


@dataclass(slots=True)
class ContentCheck:
    """Looks at one file as it comes: `update` with its bytes, then `finish`, which says of which kind it is.

    Both raise what `services.file_refusals` names; what is refused early need not be read to its end.
    """

    name: str
    declared: str
    byte_length: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _readings: list[_Reading] = field(default_factory=list)
    _end: ZipEnd = field(default_factory=ZipEnd)
    _extension: str = ""
    _named: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._extension = extension_of(self.name)
        self._named = frozenset(code for code, kind in FILE_KINDS.items() if self._extension in kind.extensions)
        if not self._named:
            raise FileKindUnknown("file")

    def update(self, data: bytes) -> None:
        """Look at more of the file."""
        self.byte_length += len(data)
        self._end.update(data)
        if len(self._head) < _HEAD_BYTES:
            self._head += data
            if len(self._head) >= _HEAD_BYTES:
                self._begin()
            return
        for reading in self._readings:
            reading.update(data)

    def finish(self) -> FileKind:
        """Say of which kind the file is."""
        if not self.byte_length:
            raise FileEmpty("file")
        if not self._readings:
            self._begin()
        found = [code for code in (reading.finish() for reading in self._readings) if code is not None]
        if not found:
            raise FileMalformed("file")
        agreed = [code for code in found if code in self._named]
        if not agreed:
            raise FileKindDisagrees("file")
        kind = FILE_KINDS[agreed[0]]
        media_type = self.declared.partition(";")[0].strip().lower()
        if media_type not in _UNDECLARED and media_type not in kind.media_types:
            raise FileKindDisagrees("file")
        if kind.code not in ("DOCX", "XLSX") and self._end.is_zip:
            # Whoever opens it as an archive would find another file in it.
            raise FileIsActive("file")
        return kind

    def _begin(self) -> None:
        """Find out from the beginning what the file may be."""
        head = bytes(self._head)
        self._readings = list(_readings(head, self._end))
        if not self._readings:
            raise FileIsActive("file") if _is_active(head) else FileKindUnknown("file")
        if not any(reading.codes & self._named for reading in self._readings):
            raise FileIsActive("file") if _is_active(head) else FileKindDisagrees("file")
        families = {FILE_KINDS[code].family for reading in self._readings for code in reading.codes & self._named}
        if FileFamily.MESSAGE not in families and _is_page(head):
            # A picture may begin as one and be a page to whoever guesses; mail may well hold a page.
            raise FileIsActive("file")
        if FileFamily.IMAGE in families and b"%PDF-" in head[:1024]:
            raise FileIsActive("file")
        for reading in self._readings:
            reading.update(head)


def _is_page(head: bytes) -> bool:
    # What is no text of Unicode is looked at byte by byte.
    text = head.decode("utf-16" if head.startswith(_UTF16) else "latin-1", "replace")
    return _PAGES.search(text[:_SNIFFED_BYTES]) is not None


def _is_active(head: bytes) -> bool:
    if head.startswith(_PROGRAMS) or _is_page(head):
        return True
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(guess.extension.lower() in _ACTIVE for guess in guesses)


class _Reading:
    """One way to read the file: `codes` are the kinds that it may turn out to be."""

    def __init__(self, *codes: str) -> None:
        self.codes: Final = frozenset(codes)

    def update(self, data: bytes) -> None:
        """Look at more of the file."""

    def finish(self) -> str | None:
        """The kind of the file, None where it is none of these after all."""
        [code] = self.codes
        return code


class _Png(_Reading):
    """A PNG image says before its first pixels whether it is animated."""

    _MOST = 1024 * 1024

    def __init__(self) -> None:
        super().__init__("PNG", "APNG")
        self._begin = bytearray()

    def update(self, data: bytes) -> None:
        if len(self._begin) < self._MOST:
            self._begin += data

    def finish(self) -> str | None:
        at, animated, first = 8, False, True
        while at + 8 <= len(self._begin):
            length, name = int.from_bytes(self._begin[at : at + 4], "big"), bytes(self._begin[at + 4 : at + 8])
            if first and name != b"IHDR":
                return None
            first = False
            animated |= name == b"acTL"
            if name == b"IDAT":
                return "APNG" if animated else "PNG"
            at += length + 12
        # What describes the picture is longer than what is looked at.
        return "PNG" if at > self._MOST else None


class _Ole(_Reading):
    """A compound file of Office before 2007: which it is, and whether it holds macros, say the names inside it."""

    def __init__(self) -> None:
        super().__init__("DOC", "MSG")
        self._words = OleWords()

    def update(self, data: bytes) -> None:
        self._words.update(data)

    def finish(self) -> str | None:
        found = self._words.found
        if "EncryptedPackage" in found:
            raise FileIsEncrypted("file")
        if "__properties_version1.0" in found:
            return "MSG"
        if "_VBA_PROJECT" in found:
            raise FileHasMacros("file")
        if "WordDocument" not in found:
            raise FileKindUnknown("file")
        return "DOC"


class _Zip(_Reading):
    """An archive as Office writes since 2007: which it is says the list of its entries, at its end."""

    def __init__(self, end: ZipEnd) -> None:
        super().__init__("DOCX", "XLSX")
        self._end = end

    def finish(self) -> str | None:
        entries = self._end.entries()
        if entries is None:
            raise FileMalformed("file")
        if any(entry.is_encrypted for entry in entries):
            raise FileIsEncrypted("file")
        names = {entry.name.lower() for entry in entries}
        if any(name.endswith("vbaproject.bin") for name in names):
            raise FileHasMacros("file")
        if "[content_types].xml" not in names:
            raise FileKindUnknown("file")
        is_word, is_excel = "word/document.xml" in names, "xl/workbook.xml" in names
        if is_word == is_excel:
            raise FileKindUnknown("file")
        return "DOCX" if is_word else "XLSX"


class _Text(_Reading):
    """Plain text in UTF-8, or in UTF-16 with its mark, without a control character but those that lay it out."""

    _CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")

    def __init__(self, head: bytes) -> None:
        super().__init__("TXT")
        encoding = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.is_text = True

    def update(self, data: bytes) -> None:
        self._decode(data, final=False)

    def finish(self) -> str | None:
        self._decode(b"", final=True)
        return "TXT" if self.is_text else None

    def _decode(self, data: bytes, *, final: bool) -> None:
        if self.is_text:
            try:
                self.is_text = not self._CONTROL.search(self._decoder.decode(data, final))
            except UnicodeError:
                self.is_text = False


class _Mail(_Reading):
    """A message as it is sent: lines of headers first, in which no NUL stands, nor later."""

    def __init__(self) -> None:
        super().__init__("EML")
        self._is_mail = True

    def update(self, data: bytes) -> None:
        self._is_mail = self._is_mail and b"\0" not in data

    def finish(self) -> str | None:
        return "EML" if self._is_mail else None


def _readings(head: bytes, end: ZipEnd) -> Iterator[_Reading]:
    """Every way in which the beginning lets a file be read."""
    simple = _code_of(head)
    if simple is not None:
        yield _Reading(simple)
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        yield _Png()
    elif head.startswith(OLE_START):
        yield _Ole()
    elif head.startswith(ZIP_START):
        yield _Zip(end)
    elif not head.startswith(_PROGRAMS):
        if _is_mail(head):
            yield _Mail()
        tried = _Text(head)
        tried.update(head)
        if tried.is_text:
            yield _Text(head)


def _code_of(head: bytes) -> str | None:
    """The kind that the first bytes alone say."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith(b"%PDF-"):
        return "PDF"
    if head.startswith(b"{\\rtf"):
        return "RTF"
    # A tag, or the head of a frame of layer III.
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0
    if head.startswith(b"ID3") or is_frame:
        return "MP3"
    return _mpeg4(head)


def _mpeg4(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        # QuickTime before there were brands.
        return "MOV" if head[4:8] in (b"moov", b"mdat", b"wide") else None
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if _BRANDS.get(brands[0]) == "HEIF" and ("AVIF" in known or "HEIC" in known):
        # The first brand says how the images are kept, another one what they are.
        return "AVIF" if "AVIF" in known else "HEIC"
    return known[0] if known else None


def _is_mail(head: bytes) -> bool:
    """Whether the beginning has headers of mail, two at least of those that every message has."""
    lines = re.split("\r\n|\n|\r", head.removeprefix(codecs.BOM_UTF8).decode("latin-1"))
    if not _MAIL_HEADER.match(lines[0] + " "):
        return False
    names: set[str] = set()
    for line in lines:
        if not line:
            break
        found = _MAIL_HEADER.match(line + " ")
        if found is not None:
            names.add(found[1].lower())
    return len(names & _MAIL_NAMES) >= 2
