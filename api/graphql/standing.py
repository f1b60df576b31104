"""What an answer depends on besides its question and its reader: where a trust's data stands, in one tiny statement."""

from __future__ import annotations

from typing import NamedTuple

from api.graphql.context import Context

__all__ = ["Standing", "read_standing"]

# The head of the ledger belongs to it because histories and past moments are read from the events, which may be ahead
# of the figures. A rebuild changes the generation; what a trust is called stands in no event.
_STANDING = b"""
SELECT coalesce(live.generation, 0), coalesce(live.position, 0), coalesce(live.built_by, ''),
       coalesce(head.position, 0), coalesce(trust.name, '')
FROM (SELECT $1::uuid AS trust_id) AS one
LEFT JOIN projection AS live ON live.trust_id = one.trust_id AND live.name = 'core' AND live.live
LEFT JOIN ledger_head AS head ON head.trust_id = one.trust_id
LEFT JOIN trust ON trust.trust_id = one.trust_id
"""


class Standing(NamedTuple):
    """The live read models, how far they go and what wrote them; the last position of the ledger; the trust's name."""

    generation: int
    position: int
    built_by: str
    head: int
    trust_name: str


async def read_standing(context: Context) -> Standing:
    """Return where the data of the caller's trust stands."""
    [row] = await context.rows(_STANDING, [context.caller.trust_id])
    return Standing(*row)
