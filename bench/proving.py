"""What auditors and data protection officers ask of a large ledger: checkpoints, bundles, lists, requests, erasures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from api.projecting import ProjectorBeside, bring_up
from bench.ground import Ground, fresh_ground, trust_lead
from bench.histories import import_file, open_cases, write_log
from bench.results import Result, in_words
from bench.sizes import Sizes
from domain.access import Role
from domain.access_request import BundleForm
from ledger.blob_store import FolderBlobs
from ledger.embedded import EmbeddedPostgres
from services import clock, retention
from services.access_answers import make_bundle
from services.access_commands import AccessRecorded, ReceiveAccessRequest, WithdrawAccessRequest, run_on_access_request
from services.checkpoints import make_checkpoint
from services.commands import Refusal, Services
from services.erasing import carry_out
from services.erasure_commands import ApproveErasure, ErasureRecorded, RequestErasure, run_on_erasure
from services.export import export_case
from services.export_period import export_period
from services.ledger_audit import audit_ledger
from services.scope import Caller
from tests.support.asking import ask

_DUE = "{ retention(first: 20, filter: {states: [DUE, NOT_COMPUTABLE, ON_HOLD]}) { totalCount nodes { case { id } } } }"
_OTHERS = 100
_PERSON = "SELECT person_id FROM case_person JOIN projection USING (trust_id, generation) WHERE trust_id = %s AND live"


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Import a log as `import` does, and then do each thing once, on the ledger as it is by then."""
    with tempfile.TemporaryDirectory() as folder, fresh_ground(server) as ground:
        services = ground.trust()
        path = Path(folder) / "log.csv"
        write_log(path, sizes.imported_rows)
        _imported(ground, services, path)
        asked = _Asked(ground, services, FolderBlobs(Path(folder) / "evidence"))
        events, _ = services.ledger.head()
        of = f"of {in_words(events)} events"
        return [
            _timed(f"the first checkpoint {of}", asked.checkpoint),
            _timed("the next one, a case later", asked.checkpoint_after_one),
            _timed("the bundle of a case", asked.bundle),
            _timed(f"the bundle of the time in which {_OTHERS} cases were recorded", asked.period),
            _timed("every event, text, key and hash checked (`caseledger check --ledger`)", asked.audit, unit="s"),
            _timed("the list of what is to be looked at, its first page and its total", asked.retention),
            _timed("what goes by itself, worked out from the ledger", asked.ended, unit="s"),
            _timed("all that is held about one person, for review", asked.review, unit="s"),
            _timed("a case asked to be erased, approved and erased", asked.erase_case, unit="s"),
            _timed("a person asked to be erased, approved and erased", asked.erase_person, unit="s"),
        ]


def _timed(what: str, do: Callable[[], object], *, unit: str = "ms") -> Result:
    begun = perf_counter()
    do()
    took = (perf_counter() - begun) * (1_000 if unit == "ms" else 1)
    return Result(what, f"{in_words(took)} {unit}", "-", took, unit)


def _imported(ground: Ground, services: Services, path: Path) -> None:
    trust_id = services.ledger.trust_id
    with ProjectorBeside(ground.main_url, trust_id) as beside:

        def project(position: int) -> None:
            beside.finish()
            bring_up(ground.main, trust_id, position)

        import_file(services, path, project=project)


class _Asked:
    """Each thing that is asked, with the people who ask."""

    def __init__(self, ground: Ground, services: Services, store: FolderBlobs) -> None:
        self._ground = ground
        self._services = services
        self._ledger = services.ledger
        self._store = store
        self._lead = trust_lead(services.ledger.trust_id)
        self._dpo = Caller(services.ledger.trust_id, uuid4(), Role.DPO)
        with services.ledger.trust.connection() as connection:
            row = connection.execute(f"{_PERSON} LIMIT 1".encode(), (services.ledger.trust_id,)).fetchone()
        assert row is not None
        self._person: UUID = row[0]
        self._imported_by = clock.now()
        self._case, *_ = open_cases(services.ledger, _OTHERS)

    def checkpoint(self) -> None:
        make_checkpoint(self._ledger)

    def checkpoint_after_one(self) -> None:
        open_cases(self._ledger, 1)
        make_checkpoint(self._ledger)

    def bundle(self) -> None:
        export_case(self._ledger, self._lead.visibility, self._case)

    def period(self) -> None:
        export_period(self._ledger, self._lead, self._imported_by, datetime(2100, 1, 1, tzinfo=UTC))

    def audit(self) -> None:
        if (found := audit_ledger(self._ledger)) is not None:
            raise RuntimeError(f"the ledger does not hold: {found}")

    def retention(self) -> None:
        ask(self._ledger.trust, self._lead.visibility, _DUE)

    def ended(self) -> None:
        today = clock.london_date(clock.now())
        sum(1 for _ in retention.ended_cases(self._ledger, today))

    def review(self) -> None:
        asked = ReceiveAccessRequest(
            command_id=uuid4(), person=self._person, received_on=clock.london_date(clock.now()), channel="EMAIL"
        )
        received = run_on_access_request(self._services, self._dpo, asked)
        assert isinstance(received, AccessRecorded), received
        made = make_bundle(self._services, self._dpo, received.request.id, BundleForm.REVIEW)
        if isinstance(made, Refusal) or not made.content["cases"]:
            raise RuntimeError("nothing was found of the person")
        withdrawal = WithdrawAccessRequest(
            command_id=uuid4(), request_id=received.request.id, withdrawn_on=clock.london_date(clock.now())
        )
        assert isinstance(run_on_access_request(self._services, self._dpo, withdrawal), AccessRecorded)

    def erase_case(self) -> None:
        self._erase(scope="CASE", case_id=self._case)

    def erase_person(self) -> None:
        self._erase(scope="PERSON", person=self._person)

    def _erase(self, **what: Any) -> None:
        wish = RequestErasure(command_id=uuid4(), authority="COURT_ORDER", reason="An order.", **what)
        asked = run_on_erasure(self._services, self._dpo, wish)
        assert isinstance(asked, ErasureRecorded), asked
        approval = ApproveErasure(command_id=uuid4(), erasure_id=asked.erasure.id)
        approved = run_on_erasure(self._services, self._lead, approval)
        assert isinstance(approved, ErasureRecorded), approved
        carry_out(self._services, self._store, asked.erasure.id, backup_days=35)
