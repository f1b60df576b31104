"""What somebody with every right in the database can do, and that each of it is found from a checkpoint kept outside.

The table in docs/auditors.md is written from `TAMPERINGS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.key_store import KeyOwner
from ledger.keys import KeysUnavailableError
from ledger.stored_tree import LedgerContradiction
from services.case_commands import AddAddendum
from services.checkpoints import make_checkpoint
from services.ledger_audit import audit_ledger
from tests.services.exported import a_case, exported, found
from tests.support.ledgers import Trust
from tests.support.postgres import DatabaseUrls

Statements = tuple[str, ...]


@dataclass(frozen=True)
class Tampering:
    """What is done, by which statements, what the check of the whole ledger says, and what of the case's bundle.

    Statements may name `:trust`, `:case` and `:other`, another case of the trust.
    """

    done: str
    statements: Statements
    ledger_says: str
    bundle_says: str


# How a leaf is computed in the database, as whoever tampers carefully would.
_LEAF = (
    "sha256('\\x00'::bytea || convert_to('caseledger/1 ' || position || ' ' || to_char(recorded_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || E'\\n', 'UTF8') || body)"
)
_ALTER = (
    "UPDATE event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'FACEBOOK', 'TIKTOK'), 'UTF8')"
    " WHERE trust_id = :trust AND stream_id = :case AND version = 2"
)
_OTHERS = (
    "the events up to position 12 are not those that were signed; nothing is signed. If it was put back to an earlier"
    " state, `caseledger begin-epoch` declares that"
)
_FIT = f"UPDATE event SET leaf = {_LEAF} WHERE trust_id = :trust AND stream_id = :case AND version = 2"

TAMPERINGS = (
    Tampering(
        "alters an event",
        (_ALTER,),
        "position 5: is altered: position, time and body do not have the leaf hash stored",
        "events: event 2 (position 5): is altered: position, time and body do not have the leaf hash stated",
    ),
    Tampering(
        "alters an event and makes its hash fit",
        (_ALTER, _FIT),
        "position 6: does not follow from version 2 of its stream",
        _OTHERS,
    ),
    Tampering(
        "deletes an event",
        ("DELETE FROM event WHERE trust_id = :trust AND stream_id = :case AND version = 2",),
        "position 5: is missing",
        "stream :case lacks an event",
    ),
    Tampering(
        "deletes an event and closes the gap",
        (
            "DELETE FROM event WHERE trust_id = :trust AND stream_id = :case AND version = 3",
            "UPDATE event SET position = position - 1 WHERE trust_id = :trust AND position > 6",
            f"UPDATE event SET leaf = {_LEAF} WHERE trust_id = :trust",
            "UPDATE ledger_head SET position = position - 1 WHERE trust_id = :trust",
        ),
        "position 9: does not follow from version 2 of its stream",
        "stream :case lacks an event",
    ),
    Tampering(
        "puts two events in each other's place",
        (
            "UPDATE event SET position = -position WHERE trust_id = :trust AND position IN (6, 7)",
            "UPDATE event SET position = 13 + position WHERE trust_id = :trust AND position IN (-6, -7)",
            f"UPDATE event SET leaf = {_LEAF} WHERE trust_id = :trust",
        ),
        "position 7: is not later than the event before",
        _OTHERS,
    ),
    Tampering(
        "inserts an event into the past",
        (
            "UPDATE event SET position = -position WHERE trust_id = :trust AND position > 6",
            "UPDATE event SET position = 1 - position WHERE trust_id = :trust AND position < 0",
            "INSERT INTO event SELECT trust_id, gen_random_uuid(), 1, 7, recorded_at + interval '1 microsecond', type,"
            " school_urn, gen_random_uuid(), 0, body, leaf FROM event WHERE trust_id = :trust AND position = 6",
            f"UPDATE event SET leaf = {_LEAF} WHERE trust_id = :trust",
            "UPDATE ledger_head SET position = position + 1 WHERE trust_id = :trust",
        ),
        "position 7: is filed under something else than its body says",
        _OTHERS,
    ),
    Tampering(
        "cuts off the end of the ledger",
        (
            "DELETE FROM event WHERE trust_id = :trust AND position > 9",
            "UPDATE ledger_head SET position = 9, recorded_at ="
            " (SELECT recorded_at FROM event WHERE trust_id = :trust AND position = 9) WHERE trust_id = :trust",
        ),
        "position 10: is missing: a checkpoint that was kept covers 12 events",
        "the ledger ends at position 9, before its checkpoint of size 12",
    ),
    Tampering(
        "cuts off the end, with everything that is kept beside it",
        (
            "DELETE FROM event WHERE trust_id = :trust AND position > 9",
            "DELETE FROM checkpoint WHERE trust_id = :trust AND size > 9",
            "UPDATE ledger_kept SET size = 0 WHERE trust_id = :trust",
            "DELETE FROM stream_head WHERE trust_id = :trust",
            "UPDATE ledger_head SET position = 9, recorded_at ="
            " (SELECT recorded_at FROM event WHERE trust_id = :trust AND position = 9) WHERE trust_id = :trust",
        ),
        "position 10: is missing: a checkpoint that was kept covers 12 events",
        "the ledger was known to reach position 12 and does not contain what it contained then; nothing is signed. If"
        " it was put back to an earlier state, `caseledger begin-epoch` declares that",
    ),
    Tampering(
        "hides the last event of a case",
        (
            "DELETE FROM event WHERE trust_id = :trust AND stream_id = :case AND version = 4",
            "UPDATE stream_head SET version = 3, leaf = (SELECT leaf FROM event WHERE trust_id = :trust"
            " AND stream_id = :case AND version = 3) WHERE trust_id = :trust AND stream_id = :case",
        ),
        "position 10: is missing",
        "the ledger lacks an event from 1 to 12",
    ),
    Tampering(
        "alters what is kept of the heads",
        (
            "UPDATE stream_head SET version = 3, leaf = (SELECT leaf FROM event WHERE trust_id = :trust"
            " AND stream_id = :case AND version = 3) WHERE trust_id = :trust AND stream_id = :case",
        ),
        "heads: kept are not the last events of their streams",
        "the heads kept at size 12 are not those that were signed",
    ),
    Tampering(
        "exchanges two sealed texts",
        (
            "UPDATE sealed_part p SET blob = q.blob FROM sealed_part q WHERE p.trust_id = :trust AND"
            " q.trust_id = :trust AND p.stream_id = :case AND q.stream_id = :case AND p.part = 'text'"
            " AND q.part = 'text' AND p.version = 7 - q.version",
        ),
        "part text of position 6: does not open: it was altered, or stands in another's place",
        "a sealed text does not open with the key that its event names",
    ),
    Tampering(
        "empties a sealed text",
        ("UPDATE sealed_part SET blob = NULL WHERE trust_id = :trust AND stream_id = :case AND part = 'narrative'",),
        "part narrative of position 5: is gone, and no event records that it was erased",
        "a sealed text is gone although its key was not destroyed",
    ),
    Tampering(
        "takes a sealed text away",
        ("DELETE FROM sealed_part WHERE trust_id = :trust AND stream_id = :case AND part = 'narrative'",),
        "part narrative of version 2 of stream :case: is missing",
        "a sealed text that an event names is not there",
    ),
    Tampering(
        "puts another note in place of a checkpoint",
        ("UPDATE checkpoint SET note = replace(note, 'Z', 'z') WHERE trust_id = :trust AND size = 12",),
        "checkpoint 12: is not what the trust signed",
        "the checkpoint of size 12 is not what was signed: time must read YYYY-MM-DDTHH:MM:SS.ffffffZ",
    ),
    Tampering(
        "alters a whole case and everything that is kept beside it, without the key",
        (
            _ALTER,
            _FIT,
            "UPDATE event e SET body = convert_to(replace(convert_from(e.body, 'UTF8'), b.link, encode(sha256("
            "convert_to(E'caseledger/body/1\\n', 'UTF8') || p.body), 'hex')), 'UTF8') FROM event p,"
            " (SELECT substring(convert_from(body, 'UTF8') from '\"prev\":\"([0-9a-f]{64})\"') AS link FROM event"
            " WHERE trust_id = :trust AND stream_id = :case AND version = 3) b WHERE e.trust_id = :trust"
            " AND e.stream_id = :case AND e.version = 3 AND p.trust_id = :trust AND p.stream_id = :case"
            " AND p.version = 2",
            "UPDATE event e SET body = convert_to(replace(convert_from(e.body, 'UTF8'), b.link, encode(sha256("
            "convert_to(E'caseledger/body/1\\n', 'UTF8') || p.body), 'hex')), 'UTF8') FROM event p,"
            " (SELECT substring(convert_from(body, 'UTF8') from '\"prev\":\"([0-9a-f]{64})\"') AS link FROM event"
            " WHERE trust_id = :trust AND stream_id = :case AND version = 4) b WHERE e.trust_id = :trust"
            " AND e.stream_id = :case AND e.version = 4 AND p.trust_id = :trust AND p.stream_id = :case"
            " AND p.version = 3",
            f"UPDATE event SET leaf = {_LEAF} WHERE trust_id = :trust AND stream_id = :case",
            "DELETE FROM checkpoint WHERE trust_id = :trust",
            "UPDATE ledger_kept SET size = 0 WHERE trust_id = :trust",
            "DELETE FROM stream_head WHERE trust_id = :trust",
        ),
        "position 12 or one before it: is not what a checkpoint that was kept of this size covers",
        _OTHERS,
    ),
)


def two_cases(trust: Trust) -> tuple[UUID, UUID]:
    """Two cases over twelve positions, the first one's at 4, 5, 6 and 10."""
    case, other = a_case(trust), a_case(trust)
    for one in (case, other, other):
        trust.do(AddAddendum(command_id=uuid4(), case_id=one, text="More."))
    return case, other


def with_all_rights(urls: DatabaseUrls, statements: Statements, ids: dict[str, UUID]) -> None:
    with psycopg.connect(urls.admin_main) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in statements:
            for name, value in ids.items():
                statement = statement.replace(f":{name}", f"'{value}'")
            admin.execute(statement.encode())


def bundle_says(trust: Trust, case: UUID, known: str) -> str:
    """What comes of exporting the case: the program's own refusal, or what the check of its bundle says."""
    try:
        bundle = exported(trust, case)
    except (LedgerContradiction, KeysUnavailableError) as error:
        return str(error)
    return found(trust.ledger, bundle, known)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.done)
def test_each_tampering_is_found_and_named(trust: Trust, database_urls: DatabaseUrls, tampering: Tampering) -> None:
    # given
    case, other = two_cases(trust)
    anchored = make_checkpoint(trust.ledger)
    assert anchored.size == 12
    assert audit_ledger(trust.ledger, [anchored.note]) is None
    assert bundle_says(trust, case, anchored.note) == "holds"

    # when
    ids = {"trust": trust.trust_id, "case": case, "other": other}
    with_all_rights(database_urls, tampering.statements, ids)

    # then
    assert str(audit_ledger(trust.ledger, [anchored.note])) == tampering.ledger_says.replace(":case", str(case))
    assert bundle_says(trust, case, anchored.note) == tampering.bundle_says.replace(":case", str(case))
    # And also when the program has gone on recording.
    try:
        trust.do(AddAddendum(command_id=uuid4(), case_id=other, text="Later."))
    except Exception:  # noqa: BLE001 - a ledger that is broken may take no more
        return
    assert audit_ledger(trust.ledger, [anchored.note]) is not None
    assert bundle_says(trust, case, anchored.note) != "holds"


def test_a_key_destroyed_by_nobody_is_named(trust: Trust) -> None:
    case, _ = two_cases(trust)
    key_id = trust.ledger.keys.keys_of_case(trust.trust_id, case)[KeyOwner(case)]
    trust.ledger.keys.destroy(trust.trust_id, key_id, reason="a mishap", authority="nobody")

    assert str(audit_ledger(trust.ledger)) == (
        f"part summary of position 4: cannot be opened: no event records that key {key_id} was destroyed"
    )


def test_a_superuser_who_waits_for_the_next_checkpoint_is_found_by_the_one_kept_from_before(
    trust: Trust, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program refuses to sign; one that would sign all the same is found by whoever kept a note."""
    case, other = two_cases(trust)
    anchored = make_checkpoint(trust.ledger)
    careful = TAMPERINGS[-1]
    with_all_rights(database_urls, careful.statements, {"trust": trust.trust_id, "case": case, "other": other})
    monkeypatch.setattr("services.checkpoints.require_not_put_back", _says_nothing)

    bundle = exported(trust, case)

    assert found(trust.ledger, bundle) == "holds"
    assert found(trust.ledger, bundle, anchored.note) == (
        "earlier checkpoints: checkpoint: contradicts the known checkpoint of the same size 12"
    )


def _says_nothing(*_arguments: object) -> None:
    """Stand in place of the comparison with what the keys database knows."""
