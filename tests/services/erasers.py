"""Somebody who erases: asks as one, approves as the other, carries out, and looks what is left."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from ledger.blob_store import FolderBlobs
from ledger.entry import decode_body
from services import people
from services.commands import Refusal
from services.erasing import carry_out
from services.erasure_commands import (
    ApproveErasure,
    ErasureRecorded,
    RequestErasure,
    run_on_erasure,
)
from services.incident_commands import RecordItem
from services.people import NameUse, Person
from services.scope import Caller
from services.sealed_texts import SealedPlace, open_texts
from tests.services.access import ON, Overseen
from tests.support.ledgers import Trust


class Eraser:
    """Asks as the data protection officer, approves as the trust lead, and carries out."""

    def __init__(self, overseen: Overseen, store: FolderBlobs, lead: Caller, dpo: Caller) -> None:
        self.overseen, self.store, self.lead, self.dpo = overseen, store, lead, dpo
        self.services = overseen.services

    def ask(self, by: Caller | None = None, **asked: Any) -> Any:
        given: dict[str, Any] = {
            "command_id": uuid4(),
            "authority": "DATA_SUBJECT_REQUEST",
            "reason": "They asked.",
        } | asked
        return run_on_erasure(self.services, by or self.dpo, RequestErasure(**given))

    def approve(self, erasure_id: UUID, by: Caller | None = None) -> Any:
        asked = ApproveErasure(command_id=uuid4(), erasure_id=erasure_id)
        return run_on_erasure(self.services, by or self.lead, asked)

    def carry_out(self, erasure_id: UUID) -> Any:
        return carry_out(self.services, self.store, erasure_id, backup_days=35)

    def erase(self, **asked: Any) -> Any:
        """The whole way; the erasure as it is completed."""
        asking = asked.pop("by", None)
        found = self.ask(asking, **asked)
        assert isinstance(found, ErasureRecorded), found
        approved = self.approve(found.erasure.id, self.dpo if asking is self.lead else None)
        assert isinstance(approved, ErasureRecorded), approved
        return self.carry_out(found.erasure.id)

    def case(self, case_id: UUID) -> Any:
        return self.services.ledger.load(case_id)

    def text(self, case_id: UUID, version: int, part: str) -> Any:
        place = SealedPlace(case_id, version, part)
        return open_texts(self.services.ledger, self.lead.visibility, [place])[place]


def code_of(given: Any) -> tuple[str, tuple[str, ...]]:
    assert isinstance(given, Refusal), given
    return str(given.code.value), given.fields


def person(overseen: Overseen, name: str = "Ada Byron", kind: str = "PUPIL", **known: Any) -> UUID:
    """Somebody of whom the registry knows."""
    found = Person(known.pop("person_id", uuid4()), kind, {NameUse.USUAL: name}, **known)
    with overseen.trust.ledger.trust.transaction() as connection:
        people.register(connection, overseen.trust.trust_id, [found])
    return found.person_id


def name_of(eraser: Eraser, person_id: UUID) -> str:
    trust = eraser.services.ledger.trust
    return people.names(trust, eraser.lead.visibility, [person_id])[person_id].state.value


def told(trust: Trust, type_: str) -> list[Any]:
    """What the events of a name say, in order."""
    with trust.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT body FROM event WHERE trust_id = %s AND type = %s ORDER BY position", (trust.trust_id, type_)
        ).fetchall()
    return [decode_body(body).data for (body,) in rows]


def item(trust: Trust, case_id: UUID, poster: UUID) -> None:
    """A post with words of and about a person, sealed under the person's key."""
    given: dict[str, Any] = {"platform": "FACEBOOK", "poster_role": "PUPIL", "discovered_on": ON, "handle": "@ada"}
    trust.do(RecordItem(command_id=uuid4(), case_id=case_id, poster=poster, narrative="It says it.", **given))


def texts_left(trust: Trust) -> list[bytes]:
    """Every sealed text of the cases of a trust that can still be opened."""
    with trust.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT stream_id, version, part FROM sealed_part WHERE trust_id = %s AND blob IS NOT NULL",
            (trust.trust_id,),
        ).fetchall()
    opened = open_texts(trust.ledger, trust.lead.visibility, [SealedPlace(*row) for row in rows])
    return [one.text.encode() for one in opened.values() if one.text is not None]
