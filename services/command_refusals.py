"""Why a command is refused whatever its aggregate would say: who asks, with which id, on which version."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class NotFound(Refused):
    """There is no such case."""

    code = RefusalCode.NOT_FOUND


class SchoolNotFound(Refused):
    """There is no such school."""

    code = RefusalCode.NOT_FOUND


class NotAllowed(Refused):
    """This role may not do that."""

    code = RefusalCode.NOT_ALLOWED


class NotInScope(Refused):
    """The key that this program asks with was not given the scope for that."""

    code = RefusalCode.NOT_ALLOWED


class VersionConflict(Refused):
    """The case has changed since the version that was expected."""

    code = RefusalCode.VERSION_CONFLICT


class CommandIdReused(Refused):
    """This command id was used before, by another person or with another input."""

    code = RefusalCode.COMMAND_ID_REUSED


class KeysUnavailable(Refused):
    """The keys that seal personal data cannot be reached; nothing was recorded."""

    code = RefusalCode.KEYS_UNAVAILABLE


class TextErased(Refused):
    """Personal data of this case or person was erased; nothing more can be sealed under its key."""

    code = RefusalCode.RETENTION


class ReasonMissing(Refused):
    """This step needs a reason in words."""


class UnstorableText(Refused):
    """The text holds a character that cannot be stored."""


class NoInstant(Refused):
    """An instant says how far it is from UTC, as by a Z at its end, and lies within the years that there are."""


class TextTooLong(Refused):
    """The text is longer than 20,000 characters."""


class Contended(Refused):
    """Other people kept changing the case meanwhile; try again."""

    code = RefusalCode.VERSION_CONFLICT
