"""Why a file that was handed in is not kept. None of these repeats its name or anything that it holds."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class FileNameMalformed(Refused):
    """A file needs a name that ends as its kind does, such as screenshot.png, and has at most 255 characters."""


class FileEmpty(Refused):
    """The file is empty."""


class FileTooLarge(Refused):
    """The file is larger than one that is kept here may be."""

    code = RefusalCode.QUERY_TOO_LARGE


class FileKindUnknown(Refused):
    """Files of this kind are not kept. Convert it to one of the kinds in the code list file_kinds, or describe it."""


class FileKindDisagrees(Refused):
    """What the file holds, the end of its name and the media type that was declared have to agree, and do not."""


class FileIsActive(Refused):
    """The file is a program, a page or a script, or holds one beside what it says it is; none is kept."""


class FileHasMacros(Refused):
    """The document holds macros, which can run when it is opened. Save it without them."""


class FileIsEncrypted(Refused):
    """The file is protected by a password, so that nobody can tell what it holds. Save it without one."""


class FileMalformed(Refused):
    """The file is broken, or is not written as files of its kind are."""


class FileInfected(Refused):
    """The scanner found malware in the file. Nothing of it was kept; tell whoever looks after your computers."""


class ImageNotReadable(Refused):
    """No copy without metadata can be made of this file: it is no image that can be read here."""


class ImageTooLarge(Refused):
    """The image is too large for a copy without metadata."""
