"""Importing a large generated log, until the figures include it: how quickly, in how much memory, and how rightly."""

from __future__ import annotations

import json
import resource
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

from api.projecting import ProjectorBeside, bring_up
from bench.ground import Ground, fresh_ground, trust_lead
from bench.histories import import_file, write_log
from bench.processes import apart
from bench.results import Result, in_words
from bench.sizes import Sizes
from ledger.database import Database
from ledger.embedded import EmbeddedPostgres
from projections.generations import rebuild
from services.commands import Services
from services.registers import open_key_store
from services.store import TrustLedger
from tests.support.log_counter import count_log

_PATIENCE = 900.0
_BY_COUNT_AND_SCHOOL = {"from": "2024-08-01", "to": "2026-12-31", "groupBy": ["COUNT", "SCHOOL"]}


@dataclass(frozen=True, slots=True)
class _Imported:
    """How an import went: seconds until the last case was recorded and until the figures had it, and peak memory.

    The processor's time is that of the import and of the projector beside it.
    """

    recorded: float
    counted: float
    processor: float
    megabytes_before: float
    megabytes: float
    megabytes_beside: float

    @property
    def above(self) -> float:
        """Memory of both processes beyond what the program itself takes in each."""
        return self.megabytes + self.megabytes_beside - 2 * self.megabytes_before


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Import a tenth of the rows and all of them, each in a process of its own so that its memory can be told."""
    rows = sizes.imported_rows
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        write_log(small, rows // 10)
        write_log(large, rows)
        with fresh_ground(server) as ground:
            tenth = _import_apart(ground, ground.trust().ledger.trust_id, small)
        with fresh_ground(server) as ground:
            ledger = ground.trust().ledger
            whole = _import_apart(ground, ledger.trust_id, large)
            events, _ = ledger.head()
            _require_right_figures(ground, ledger, large)
    size = f"{in_words(rows)}-row log, {in_words(events)} events"
    return [
        Result(
            f"import a {size}, until the figures include it",
            f"{in_words(whole.counted)} s, processor {in_words(whole.processor)} s",
            "-",
            rows / whole.counted,
            "rows/s",
            at_least=3_000,
        ),
        Result(
            "the same, until the last case is recorded",
            f"{in_words(whole.recorded)} s",
            "-",
            rows / whole.recorded,
            "rows/s",
        ),
        Result(
            "memory of that import above the program's own in both its processes, at their peaks",
            f"{in_words(whole.above)} MB",
            f"for a tenth of the rows {in_words(tenth.above)} MB",
            whole.above,
            "MB",
        ),
    ]


def _import_apart(ground: Ground, trust_id: UUID, path: Path) -> _Imported:
    processes = apart()
    ours, theirs = processes.Pipe()
    process = processes.Process(
        # No daemon, for it starts a projector.
        target=_import,
        args=(theirs, ground.main_url, ground.keys_url, ground.key_file, trust_id, path),
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(_PATIENCE):
            raise RuntimeError("the import does not end")
        imported: _Imported = ours.recv()
    finally:
        process.join(1)
        process.kill()
    return imported


def _import(pipe: Connection, main_url: str, keys_url: str, key_file: Path, trust_id: UUID, path: Path) -> None:
    main, keys = Database(main_url), Database(keys_url)
    services = Services(TrustLedger(main.trust(trust_id), open_key_store(keys, key_file)))
    services.ledger.head()
    before = _megabytes()
    recorded = 0.0
    begun, busy = perf_counter(), process_time()

    # As `caseledger import-log` does it.
    with ProjectorBeside(main_url, trust_id) as beside:

        def project(position: int) -> None:
            nonlocal recorded
            recorded = perf_counter() - begun
            beside.finish()
            bring_up(main, trust_id, position)

        import_file(services, path, project=project)
        counted = perf_counter() - begun
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    pipe.send(
        _Imported(
            recorded,
            counted,
            process_time() - busy + theirs.ru_utime + theirs.ru_stime,
            before,
            _megabytes(),
            theirs.ru_maxrss / 1_000,
        )
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


def _require_right_figures(ground: Ground, ledger: TrustLedger, path: Path) -> None:
    """The figures are those of an independent count of the file, and the same after a rebuild."""
    from bench.asking import report

    answer = report(ledger.trust, trust_lead(ledger.trust_id), _BY_COUNT_AND_SCHOOL)
    live = answer()
    counted = count_log(path, group_by=("COUNT", "SCHOOL"))
    cells = json.loads(live)["monitoring"]["cells"]
    told = {(cell["count"], cell["school"]["urn"]): cell["value"] for cell in cells if cell["value"]}
    if told != {key: value for key, value in counted.items() if value}:
        raise RuntimeError("the figures are not those of the log")
    rebuilt = rebuild(ground.main, ledger.trust_id, verify=True)
    if not rebuilt.is_live or answer() != live:
        raise RuntimeError(f"a rebuild gives other figures: {rebuilt.differences}")
