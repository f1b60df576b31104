"""What the decisions on the files of a case say no with."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class UnknownEvidence(Refused):
    """No such piece of evidence was noted in this case."""

    code = RefusalCode.NOT_FOUND


class UnknownFile(Refused):
    """There is no such file in this case."""

    code = RefusalCode.NOT_FOUND


class FileGone(Refused):
    """The file was removed; that it was kept, and who looked at it, stays on record."""

    code = RefusalCode.RETENTION


class TooManyFiles(Refused):
    """The case holds as many files as one case may."""

    code = RefusalCode.ILLEGAL_STATE


class _WithGuidance(Refused):
    """The rule, and then what to do instead."""

    @property
    def message(self) -> str:
        """The sentences for the user, in one line."""
        return " ".join(super().message.split())


class NotDeclared(_WithGuidance):
    """Whoever hands in a file says first that it shows no nude, semi-nude or indecent image of anybody under 18.

    If it does, or may: do not look at it, copy it, print it or share it. Tell the designated safeguarding lead at once,
    who tells the police. Describe it in words, as evidence of the kind DESCRIBED_ONLY, with the police reference.
    """


class ImageNeverKept(_WithGuidance):
    """No image or video may be kept of sexual or illegal material about a pupil.

    Do not look at it, copy it, print it or share it. Tell the designated safeguarding lead at once, who tells the
    police. Describe it in words, as evidence of the kind DESCRIBED_ONLY, with the police reference.
    """
