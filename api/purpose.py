"""The header by which a client says why it reads; the log of reads keeps the code beside what was read."""

from __future__ import annotations

from starlette.datastructures import Headers

from domain.reads import PURPOSES
from domain.refusals import Refused

__all__ = ["PURPOSE_HEADER", "UnknownPurpose", "purpose_of"]

PURPOSE_HEADER = "Caseledger-Purpose"
_CODES = frozenset(entry.code for entry in PURPOSES)


class UnknownPurpose(Refused):
    """The header takes one code of the list `read_purposes`."""


def purpose_of(headers: Headers) -> str | None:
    """Return the code that the header gives; None where it is not sent. Raise `UnknownPurpose` naming the header."""
    given = headers.getlist(PURPOSE_HEADER)
    if not given:
        return None
    if len(given) > 1 or given[0] not in _CODES:
        raise UnknownPurpose(PURPOSE_HEADER)
    return given[0]
