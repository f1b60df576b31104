"""Which checkpoints were signed, by which key, and who has them: from the notes themselves, as the test kept them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.plan.oracle.proofs import SEE_PROOFS

if TYPE_CHECKING:
    from tests.plan.oracle.story import Json
    from tests.plan.oracle.view import View


def checkpoints(view: View, *, first: int, after: str | None) -> Json | None:
    """What `Ledger.checkpoints` is."""
    if view.reader.role not in SEE_PROOFS:
        return None
    notes = sorted(view.facts.checkpoints, key=_size, reverse=True)
    return view.connection(
        "checkpoints", notes, first, after, lambda note: (_size(note),), lambda note: _node(view, note), descending=True
    )


def _size(note: str) -> int:
    return int(note.split("\n")[1])


def _node(view: View, note: str) -> Json:
    lines = note.split("\n")
    _, _, *later_epoch = lines[0].split("/")
    # A signature begins with the id of the key that made it, which the key itself states too.
    key_id = base64.b64decode(lines[-2].split(" ")[2])[:4].hex()
    ids = [key.split("+")[1] for key in view.facts.signers]
    return {
        "origin": lines[0],
        "size": _size(note),
        "root": base64.b64decode(lines[2]).hex(),
        "recordedAt": _instant(datetime.fromisoformat(lines[4].removeprefix("time "))),
        "epoch": int(later_epoch[0]) if later_epoch else 1,
        "keyNumber": ids.index(key_id) + 1,
        "note": note,
        "anchors": _anchors(view, _size(note)),
    }


def _anchors(view: View, size: int) -> list[Json]:
    """Every place that has ever received one, by the name that it is kept under."""
    places = {name: (kind, address) for name, kind, address, _, _ in view.facts.anchors}
    found = []
    for name in sorted(places):
        kind, address = places[name]
        receipts = sorted((of, at) for one, _, _, of, at in view.facts.anchors if one == name and of >= size)
        of, at = receipts[0] if receipts else (None, None)
        state = "WAITING" if of is None else "RECEIVED" if of == size else "COVERED"
        found.append({"sink": kind, "address": address, "state": state, "receiptAt": at and _instant(at)})
    return found


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
