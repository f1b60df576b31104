"""A ledger that was put back: nothing is signed before it says so, and every check says what was lost."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from psycopg.conninfo import make_conninfo

from domain.ledger_register import Epoch, NothingLost
from ledger.checkpoint import CheckpointError
from ledger.embedded import EmbeddedPostgres
from ledger.verify import verify
from services.case_commands import AddAddendum
from services.checkpoint_signers import ledger_register, signer
from services.checkpoints import LedgerPutBack, make_checkpoint, put_back
from services.commands import Services
from services.ledger_declarations import begin_epoch, change_signing_key
from services.scope import system_caller
from services.store import TrustLedger
from tests.services.exported import a_case, exported, found
from tests.services.restoring import backup
from tests.support.ledgers import NOW, Trust
from tests.support.postgres import DatabaseUrls


def say(trust: Trust, case_id: UUID, text: str = "More.") -> None:
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text=text))


def over(ledger: TrustLedger) -> Trust:
    """The same trust, over the database that was put back."""
    return Trust(ledger, Services(ledger, lambda: NOW))


def declare(ledger: TrustLedger, *known: str) -> None:
    begin_epoch(
        ledger,
        system_caller(ledger.trust_id),
        cause="RESTORED_FROM_BACKUP",
        reason="The disk of the server failed.",
        known=known,
    )


def test_a_restore_is_noticed_by_what_the_keys_database_knows_and_nothing_is_signed(
    trust: Trust, postgres: EmbeddedPostgres, database_urls: DatabaseUrls
) -> None:
    # given
    case_id = a_case(trust)
    make_checkpoint(trust.ledger)
    with backup(postgres, database_urls, trust.ledger) as [restored]:
        say(trust, case_id)
        lost = make_checkpoint(trust.ledger)

        # then
        said = put_back(restored)
        assert said is not None
        assert said.startswith(f"the ledger was known to reach position {lost.size} and does not contain what it")
        with pytest.raises(LedgerPutBack):
            make_checkpoint(restored)
        assert put_back(trust.ledger) is None

        # nor when as much, or more, was recorded anew
        for _ in range(3):
            say(over(restored), case_id, "Something else.")
            with pytest.raises(LedgerPutBack):
                make_checkpoint(restored)


def test_after_a_declared_restore_each_kept_checkpoint_is_continued_or_its_loss_explained(
    trust: Trust, postgres: EmbeddedPostgres, database_urls: DatabaseUrls
) -> None:
    # given
    case_id = a_case(trust)
    kept = make_checkpoint(trust.ledger)
    say(trust, case_id)
    with backup(postgres, database_urls, trust.ledger) as [restored]:
        say(trust, case_id)
        lost = make_checkpoint(trust.ledger)

        # when
        declare(restored)
        bundle = exported(trust, case_id, restored, since=kept.size)

        # then
        register = ledger_register(restored)
        assert register is not None
        assert register.epochs == (Epoch(2, agrees_through=kept.size, lost_through=lost.size),)
        [declared] = [
            position for position in range(kept.size + 1, restored.head()[0] + 1) if _is_epoch(restored, position)
        ]
        assert signer(restored).verifier_key.name == f"caseledger/{trust.trust_id}/2"
        assert put_back(restored) is None
        assert found(restored, bundle) == "holds"
        assert found(restored, bundle, kept.note) == "holds"
        assert found(restored, bundle, lost.note) == (
            f"earlier checkpoints: known checkpoint: of size {lost.size} is of epoch 1, which a restore ended: by event"
            f" {declared} the trust declares (RESTORED_FROM_BACKUP) that the ledger reached position {lost.size} and is"
            f" known to be the same up to {kept.size} alone; what stood after that is lost, or stands elsewhere."
            " Compare with a checkpoint of at most that size"
        )
        # Who holds the key under the name of the first epoch has the same key.
        former = signer(trust.ledger).verifier_key
        assert verify(bundle, public_key=former, known_checkpoint=kept.note).ok
        # The next restore ends the second epoch.
        with backup(postgres, _urls_of(restored, database_urls), restored) as [again]:
            say(over(restored), case_id)
            make_checkpoint(restored)
            declare(again)
            assert found(again, exported(trust, case_id, again)) == "holds"
            assert signer(again).verifier_key.name == f"caseledger/{trust.trust_id}/3"


def _is_epoch(ledger: TrustLedger, position: int) -> bool:
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT type FROM event WHERE trust_id = %s AND position = %s", (ledger.trust_id, position)
        ).fetchone()
    return row == ("ledger.epoch_begun.v1",)


def _urls_of(ledger: TrustLedger, urls: DatabaseUrls) -> DatabaseUrls:
    with ledger.trust.connection() as connection:
        name = connection.info.dbname
    return urls._replace(main=make_conninfo(urls.main, dbname=name))


def test_nothing_is_declared_of_a_ledger_that_contains_all_that_is_known(trust: Trust) -> None:
    case_id = a_case(trust)
    kept = make_checkpoint(trust.ledger)
    say(trust, case_id)
    with pytest.raises(NothingLost):
        declare(trust.ledger, kept.note)
    with pytest.raises(CheckpointError):
        declare(trust.ledger, kept.note.replace("heads", "heads "))
    assert ledger_register(trust.ledger) is None


def test_where_the_keys_database_was_put_back_too_a_note_from_outside_shows_it(
    trust: Trust, postgres: EmbeddedPostgres, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = a_case(trust)
    kept = make_checkpoint(trust.ledger)
    marks = trust.ledger.keys.marks.all(trust.trust_id)
    with backup(postgres, database_urls, trust.ledger) as [restored]:
        say(trust, case_id)
        anchored = make_checkpoint(trust.ledger)
        monkeypatch.setattr(trust.ledger.keys.marks, "newest", lambda _trust: marks[0])
        monkeypatch.setattr(trust.ledger.keys.marks, "all", lambda _trust: marks)

        # What is asked nowhere else is not known; and who kept the note sees it.
        make_checkpoint(restored)
        assert found(restored, exported(trust, case_id, restored), anchored.note) == (
            f"earlier checkpoints: checkpoint: is rolled back: size {kept.size} is less than the known {anchored.size}"
        )
        declare(restored, anchored.note)
        register = ledger_register(restored)
        assert register is not None
        assert register.epochs == (Epoch(2, agrees_through=kept.size, lost_through=anchored.size),)
        assert found(restored, exported(trust, case_id, restored), kept.note) == "holds"


def test_a_restore_to_before_a_change_of_keys_is_signed_by_the_key_that_is_left(
    trust: Trust, postgres: EmbeddedPostgres, database_urls: DatabaseUrls
) -> None:
    case_id = a_case(trust)
    make_checkpoint(trust.ledger)
    first = signer(trust.ledger).verifier_key
    with backup(postgres, database_urls, trust.ledger) as [restored]:
        system = system_caller(trust.trust_id)
        for _ in range(2):
            change_signing_key(trust.ledger, system, cause="SCHEDULED", reason="Time.")
        present = signer(trust.ledger).verifier_key
        restored.keys.forget(trust.trust_id)

        declare(restored)

        assert signer(restored).verifier_key.public == present.public
        bundle = exported(trust, case_id, restored)
        assert found(restored, bundle) == "holds"
        report = verify(bundle, public_key=first)
        assert report.first_failure is not None
        assert report.first_failure.place == "handovers"
