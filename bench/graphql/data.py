"""The data of a size, made once by replaying a generated log through the product and kept for the next run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import psycopg

from api.bootstrap import Runtime
from api.projecting import ProjectorBeside, bring_up
from api.settings import load_settings
from bench.graphql.log import PACKS, write_spread_logs
from bench.ground import trust_lead
from bench.histories import TODAY, carry_on, context
from domain.incident import Incident
from domain.sealed import Secret
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres
from migrations import head_revision
from projections.generations import rebuild
from services.commands import Services
from services.log_cases import case_id_of
from services.log_import import import_log
from services.registers import adopt_pack, join_school, register_trust
from services.scope import system_caller
from services.store import TrustLedger, Work

# Changed whenever the same parameters would give other data.
_RECIPE = 1
_TRUST = uuid5(UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), "caseledger/bench/graphql")
_NOTE = "made.json"
LONG_CASES = 4
LONG_EVENTS = 40
NARRATIVES = 20


@dataclass(frozen=True, slots=True)
class Data:
    """What was made, and where: everything that the questions need to know of it."""

    folder: Path
    fingerprint: str
    cases: int
    events: int
    past: int
    trust_id: UUID
    long_cases: tuple[UUID, ...]


def default_folder() -> Path:
    """Where data is kept when no folder is given: below a folder through which the server's user may pass."""
    if os.geteuid() == 0:
        return Path("/var/cache/caseledger-bench")
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "caseledger-bench"


def kept(folder: Path, cases: int) -> Data:
    """The data of so many cases below a folder: as it was made, or made now if it is not there or of another recipe.

    What an older program made is brought to the tables of this one.
    """
    own = folder / f"cases-{cases}"
    fingerprint = _fingerprint(cases)
    note = own / _NOTE
    known = json.loads(note.read_text()) if note.exists() else {}
    if known.get("fingerprint") == fingerprint:
        made = Data(
            own,
            fingerprint,
            known["cases"],
            known["events"],
            known["past"],
            UUID(known["trust_id"]),
            tuple(UUID(each) for each in known["long_cases"]),
        )
        if known["tables"] != _tables():
            _bring_to_present_tables(made)
            _take_note(made)
        return made
    if own.exists():
        # Cut short, or made by an older recipe: nothing but what this module made is in it.
        shutil.rmtree(own)
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        folder.chmod(0o711)
    made = _make(own, cases, fingerprint)
    _take_note(made)
    return made


def _fingerprint(cases: int) -> str:
    return hashlib.sha256(json.dumps([_RECIPE, cases, sorted(PACKS.items())]).encode()).hexdigest()


def _tables() -> list[str]:
    return [head_revision("main"), head_revision("keys")]


def _take_note(made: Data) -> None:
    told = {**asdict(made), "tables": _tables()}
    (made.folder / _NOTE).write_text(json.dumps(told, default=str, indent=1))


def _bring_to_present_tables(data: Data) -> None:
    _tell(f"bringing {data.cases:,} cases to the tables of this program")
    with _opened(data.folder) as runtime:
        rebuild(runtime.database, data.trust_id)
        with EmbeddedPostgres.attach(data.folder) as server:
            _settle(server)


def _opened(folder: Path) -> Runtime:
    """The program in a folder of ours. Raises RuntimeError if the environment sends it to another database."""
    settings = load_settings(data_dir=folder)
    if not settings.embedded:
        raise RuntimeError("CASELEDGER_DATABASE_URL is set, where nothing is to be made: unset it")
    return Runtime.open(settings)


def _make(folder: Path, cases: int, fingerprint: str) -> Data:
    _tell(f"making {cases:,} cases in {folder}; they are kept for the next run")
    with _opened(folder) as runtime:
        ledger = register_trust(runtime.database, runtime.key_store, _TRUST, "Measured Trust")
        _join_schools(ledger)
        services = runtime.services(_TRUST)
        url = runtime.main_url.get_secret_value()
        # As `caseledger import-log` does it.
        with ProjectorBeside(url, _TRUST) as beside:
            carried = _import(services, cases)
            _tell(f"carrying on {len(carried):,} of them")
            carry_on(ledger, carried)
            long_cases = tuple(_long_case(ledger, number) for number in range(LONG_CASES))
            _tell("projecting what is left")
            beside.finish()
        events, _ = ledger.head()
        bring_up(runtime.database, _TRUST, events)
        with EmbeddedPostgres.attach(folder) as server:
            _settle(server)
    _tell(f"made {events:,} events")
    return Data(folder, fingerprint, cases, events, events * 9 // 10, _TRUST, long_cases)


def _join_schools(ledger: TrustLedger) -> None:
    system = system_caller(ledger.trust_id)
    for urn, pack in PACKS.items():
        join_school(ledger, system, urn=urn, name=f"School {urn}", joined_on=date(2020, 9, 1))
        content = (files("policies") / f"{pack}.toml").read_text()
        adopt_pack(ledger, system, urn=urn, content=content, adopted_on=date(2021, 9, 1))


def _import(services: Services, cases: int) -> list[UUID]:
    """Import the logs; returns the cases to carry on."""
    with tempfile.TemporaryDirectory() as folder:
        paths, carried = write_spread_logs(Path(folder), cases)
        for path in paths:
            with path.open("rb") as file:
                report = import_log(
                    services,
                    trust_lead(services.ledger.trust_id),
                    file,
                    schools=list(PACKS),
                    # The projector beside goes on with what follows.
                    project=lambda _position: None,
                )
            if report.bad_lines or report.changed_lines:
                raise RuntimeError(f"the generated log is not good: {(report.bad_lines + report.changed_lines)[:3]}")
    return [case_id_of(services.ledger.trust_id, key) for key in carried]


def _long_case(ledger: TrustLedger, number: int) -> UUID:
    """Record a case of forty events, twenty of them items with a narrative."""
    case = Incident.report(
        case_id=uuid5(ledger.trust_id, f"long case {number}"),
        reference=f"INC-2026-{number + 1:06d}",
        school_urn=list(PACKS)[number],
        opened_on=date(2026, 6, 1),
        today=TODAY,
        summary=Secret("Many posts about one matter."),
    )
    for place in range(NARRATIVES):
        case.record_item(
            item_id=uuid4(),
            platform="FACEBOOK",
            poster_role="PARENT",
            discovered_on=date(2026, 6, 1),
            today=TODAY,
            narrative=Secret(f"Post {place + 1} says that marking was unfair, and names a teacher."),
        )
    while case.version < LONG_EVENTS:
        case.add_addendum(text=Secret("The parent rang the office about it."))
    ledger.append([Work(context(), (case,))])
    return case.id


def _settle(server: EmbeddedPostgres) -> None:
    """Let the server do now what it would otherwise do while something is measured."""
    with psycopg.connect(server.admin_url(MAIN_DATABASE), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
