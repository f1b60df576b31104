"""The files that a case takes: which kinds there are, how they are named, and whether somebody looked for malware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.codes import Code, listed

__all__ = ["FILE_KINDS", "FILE_LISTS", "NOT_SCANNED", "REMOVED", "SCANNED_CLEAN", "STORED", "FileFamily", "FileKind"]

STORED, REMOVED = "STORED", "REMOVED"
NOT_SCANNED, SCANNED_CLEAN = "NOT_SCANNED", "SCANNED_CLEAN"


class FileFamily(StrEnum):
    """What a file holds for whoever looks at it."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    DOCUMENT = "DOCUMENT"
    MESSAGE = "MESSAGE"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: as what it is given back, which names it may have, and as what a sender may declare it.

    The first of `media_types` is the one it is given back as.
    """

    code: str
    label: str
    family: FileFamily
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]

    @property
    def media_type(self) -> str:
        """As what it is given back."""
        return self.media_types[0]


def _kind(code: str, label: str, family: FileFamily, extensions: str, media_types: str) -> FileKind:
    return FileKind(code, label, family, tuple(extensions.split()), tuple(media_types.split()))


_OFFICE = "application/vnd.openxmlformats-officedocument"
# What the Department for Education's service for referrals takes, so that evidence is handed on as it was handed in.
FILE_KINDS: Mapping[str, FileKind] = {
    kind.code: kind
    for kind in (
        _kind(
            "APNG", "Animated PNG image", FileFamily.IMAGE, "apng png", "image/apng image/png image/vnd.mozilla.apng"
        ),
        _kind("AVIF", "AVIF image", FileFamily.IMAGE, "avif", "image/avif"),
        _kind("GIF", "GIF image", FileFamily.IMAGE, "gif", "image/gif"),
        _kind("HEIC", "HEIC image", FileFamily.IMAGE, "heic heif", "image/heic image/heif"),
        _kind("HEIF", "HEIF image", FileFamily.IMAGE, "heif heic", "image/heif image/heic"),
        _kind("JPEG", "JPEG image", FileFamily.IMAGE, "jpg jpeg", "image/jpeg image/jpg image/pjpeg"),
        _kind("PNG", "PNG image", FileFamily.IMAGE, "png", "image/png"),
        _kind("WEBP", "WebP image", FileFamily.IMAGE, "webp", "image/webp"),
        _kind("MOV", "QuickTime video", FileFamily.VIDEO, "mov", "video/quicktime"),
        _kind("MP4", "MPEG-4 video", FileFamily.VIDEO, "mp4", "video/mp4"),
        _kind("M4A", "MPEG-4 sound", FileFamily.AUDIO, "m4a", "audio/mp4 audio/x-m4a audio/m4a"),
        _kind("MP3", "MP3 sound", FileFamily.AUDIO, "mp3", "audio/mpeg audio/mp3"),
        _kind("DOC", "Word document of 1997 to 2003", FileFamily.DOCUMENT, "doc", "application/msword"),
        _kind("DOCX", "Word document", FileFamily.DOCUMENT, "docx", f"{_OFFICE}.wordprocessingml.document"),
        _kind("PDF", "PDF document", FileFamily.DOCUMENT, "pdf", "application/pdf"),
        _kind("RTF", "Rich text", FileFamily.DOCUMENT, "rtf", "application/rtf text/rtf"),
        _kind("TXT", "Plain text", FileFamily.DOCUMENT, "txt", "text/plain"),
        _kind("XLSX", "Excel workbook", FileFamily.DOCUMENT, "xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
        _kind("EML", "E-mail message", FileFamily.MESSAGE, "eml", "message/rfc822"),
        _kind("MSG", "Outlook message", FileFamily.MESSAGE, "msg", "application/vnd.ms-outlook"),
    )
}

FILE_LISTS: dict[str, tuple[Code, ...]] = {
    "file_kinds": listed(
        *(
            (kind.code, kind.label, f"Told by its content; given back as {kind.media_type}.")
            for kind in FILE_KINDS.values()
        )
    ),
    "file_states": listed(
        (STORED, "Stored", "The file is kept, sealed."),
        (REMOVED, "Removed", "The file was deleted; that it was kept stays on record."),
    ),
    "scan_results": listed(
        (NOT_SCANNED, "Not scanned", "No scanner for malware was set up when the file came."),
        (SCANNED_CLEAN, "Scanned", "A scanner looked through the whole file and found nothing."),
    ),
}
