"""A replayed case made by hand, with everything in it that a form could get wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.actors import ActorSort
from domain.case_deadlines import CaseDeadline
from domain.duties import Duty
from domain.export_rules import TEACHER_ANONYMITY, LawfulNotice
from domain.knowing import HowKnown
from domain.reads import ReadKind
from ledger import tree
from ledger.checkpoint import CheckpointSigner, origin, sign
from ledger.heads import Head, Heads
from services.checkpoints import SignedCheckpoint
from services.people import KnownName, NameState
from services.replay import Change, Knower, Named, Part, Replay, Step, WithheldStep
from services.sealed_texts import SealedState, SealedText

TRUST = UUID("6b1f0c52-7d0e-4f43-9a0c-5f2f5c1d7e01")
CASE = UUID("0b9f3e0e-8f5e-4d35-9a94-1d4d5b0c7e11")
CLERK, HEAD, GONE = (UUID(int=number) for number in (1, 2, 3))
BEGIN = datetime(2026, 9, 14, 8, 30, 15, 250_000, tzinfo=UTC)
NAMES = {CLERK: "Zoë Łukasz", HEAD: "Ngũgĩ wa Thiong’o"}
LEAVES = [bytes([number]) * 32 for number in range(1, 5)]


def person(person_id: UUID) -> Named:
    name = NAMES.get(person_id)
    return Named(person_id, KnownName(NameState.ERASED) if name is None else KnownName(NameState.OPEN, name))


def opened(text: str) -> SealedText:
    return SealedText(SealedState.OPEN, text, b"salt")


def a_step(version: int, **given: Any) -> Step:
    values: dict[str, Any] = {
        "position": 10 * version,
        "version": version,
        "recorded_at": BEGIN + timedelta(minutes=version),
        "type": "incident.addendum_recorded.v1",
        "says": "Words were added to the record.",
        "actor": person(CLERK),
        "actor_role": "coordinator",
        "on_behalf_of": None,
        "sort": ActorSort.HUMAN,
        "told": {},
        "parts": (),
        "changes": (),
        "state": {"status": "OPEN"},
        "outstanding": (),
        "deadlines": (),
        "leaf": LEAVES[version - 1],
    }
    return Step(**values | given)


def a_replay(*texts: str, **given: Any) -> Replay:
    """A case of four events, of which the third is withheld; the second brings the texts."""
    steps = (
        a_step(
            1,
            type="incident.reported.v1",
            says="The school became aware of an incident.",
            changes=(Change("status", None, "OPEN"), Change("reportedBy", None, str(CLERK))),
            outstanding=(Duty("TELL_HEADTEACHER"), Duty("TELL_HEADTEACHER")),
            learnt=(Knower(person(CLERK), HowKnown.RECORDED, BEGIN + timedelta(minutes=1), 10, ()),),
        ),
        a_step(
            2,
            actor=person(GONE),
            on_behalf_of=person(HEAD),
            sort=ActorSort.SYSTEM,
            parts=(
                *(Part(f"text{number}", opened(text)) for number, text in enumerate(texts)),
                Part("erased", SealedText(SealedState.ERASED)),
                Part("reason", SealedText(SealedState.WITHHELD)),
            ),
            changes=(Change("addenda", None, [{"version": 2, "part": "text"}]),),
            deadlines=(CaseDeadline("RESPOND", "L1", "Answer.", date(2026, 9, 14), due_on=date(2026, 9, 28)),),
            learnt=(
                Knower(person(HEAD), HowKnown.READ, BEGIN, 3, (ReadKind.CASE, ReadKind.PARTS)),
                Knower(person(GONE), HowKnown.TOLD, BEGIN, 20, ()),
            ),
        ),
        WithheldStep(30, 3, LEAVES[2]),
        a_step(4, state={"status": "CLOSED", "outcome": "NO_FURTHER_ACTION"}),
    )
    values: dict[str, Any] = {
        "trust_id": TRUST,
        "trust_name": "Beck “Valley” Trust",
        "case_id": CASE,
        "reference": "INC-2026-000123",
        "kind": "INCIDENT",
        "school_urn": "900001",
        "school_name": "Alder Primary",
        "until": 812,
        "at": None,
        "places": tuple((number, 10 * number, leaf) for number, leaf in enumerate(LEAVES, start=1)),
        "steps": steps,
        "learnt_since": (Knower(person(HEAD), HowKnown.READ, BEGIN + timedelta(days=1), 9, (ReadKind.EXPORT,)),),
        "people": {CLERK: person(CLERK).name, HEAD: person(HEAD).name, GONE: person(GONE).name},
        "tells_readers": True,
        "notices": (LawfulNotice(TEACHER_ANONYMITY, date(2026, 9, 10)),),
        "opened": frozenset(),
    }
    return Replay(**values | given)


def a_checkpoint() -> SignedCheckpoint:
    """A signed note over the leaves of the case alone."""
    signer = CheckpointSigner(origin(TRUST), Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    heads = Heads.of([Head(CASE, 4, LEAVES[3])])
    note = sign(origin(TRUST), len(LEAVES), tree.root(LEAVES), 1, heads.root(), BEGIN, signer)
    return SignedCheckpoint(note, signer.verifier_key, len(LEAVES), BEGIN)
