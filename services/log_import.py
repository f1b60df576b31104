"""Brings a legacy e-safety log into the ledger: many cases in one transaction, each once, however often it is run.

A case's id derives from trust, school and reference, so that an import that was killed is simply run again. What a
second run finds changed is reported and not applied.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import BinaryIO
from uuid import UUID, uuid4, uuid5

from eventsourcing.persistence import IntegrityError, OperationalError

from domain import permissions
from domain.aggregate import Recordable
from domain.incident import Incident
from domain.refusals import Refused
from domain.registers import SchoolRegister, school_register_id
from ledger.garbage import garbage_kept
from ledger.key_store import KeyDestroyedError
from services import clock, people
from services.command_refusals import NotAllowed
from services.commands import Services
from services.import_records import ImportedRow, add_rows, begin_run, fingerprints, finish_run
from services.legacy_log import CaseKey, LegacyLog, LogCase
from services.legacy_log_rules import BadLine, LogRule
from services.log_cases import case_id_of, content_of, decide, posters
from services.scope import Caller
from services.store import Appended, CommandContext, Work

# A transaction of this many rows holds the trust's head for some tens of milliseconds.
_ROWS_PER_BLOCK = 200
# Transactions under way at once: while one waits for the database, another is decided and sealed. More would take
# turns at the interpreter, which costs more than it gains.
_WRITERS = 2
_LOADED_AT_ONCE = 500
_ATTEMPTS = 3

# What is being done, how many rows of it are done, and of how many if that is known.
Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class ImportReport:
    """What came of an import; every row of the file is recorded, known, or on a bad or changed line.

    `known_count` rows were imported before and say the same; `changed_lines` were imported before and say something
    else now, or are new under a reference imported before. `last_position` is None when nothing was recorded.
    """

    run_id: UUID
    file_sha256: str
    row_count: int
    case_count: int = 0
    item_count: int = 0
    known_count: int = 0
    bad_lines: list[BadLine] = field(default_factory=list)
    changed_lines: list[BadLine] = field(default_factory=list)
    first_position: int | None = None
    last_position: int | None = None


def import_log(
    services: Services,
    caller: Caller,
    file: BinaryIO,
    *,
    schools: Collection[str],
    project: Callable[[int], None],
    progress: Progress | None = None,
) -> ImportReport:
    """Import a log; returns when the figures include what it brought.

    `file` is open for reading bytes and can seek. `schools` are the URNs of the trust's schools; a caller who acts at
    one school imports into that one alone. `project` is given a position and returns once the figures include it.
    Raises NotAllowed, KeysUnavailableError and OperationalError; whatever was recorded by then stays, and the import
    can be run again.
    """
    if not caller.decide(permissions.Task.IMPORT_LOG).allowed:
        raise NotAllowed
    visible = caller.visibility.schools
    writable = [urn for urn in schools if visible is None or urn in visible]
    tell = progress or (lambda _phase, _done, _total: None)
    today = clock.london_date(services.now())
    log = LegacyLog(file, today=today, schools=writable, progress=lambda done: tell("reading", done, None))
    log.resolve(_earlier(services, log.naming()))
    run = _Run(services, caller, log, today, writable)
    run.record(tell)
    report = run.report
    if report.item_count or report.known_count:
        # An earlier import of these rows may have been killed before the figures included them.
        project(report.last_position or services.ledger.head()[0])
    tell("counting", report.row_count, report.row_count)
    return report


def _earlier(services: Services, keys: Collection[CaseKey]) -> dict[CaseKey, bool]:
    """Of these cases those in the ledger already, and whether they count."""
    by_id = {case_id_of(services.ledger.trust_id, key): key for key in keys}
    found: dict[CaseKey, bool] = {}
    for some in _slices(by_id, _LOADED_AT_ONCE):
        for case_id, case in services.ledger.load_many(some).items():
            found[by_id[case_id]] = case.mark is None
    return found


class _Run:
    """One import under way."""

    def __init__(self, services: Services, caller: Caller, log: LegacyLog, today: date, schools: Sequence[str]) -> None:
        self._services, self._caller, self._log, self._today = services, caller, log, today
        self._registers = _registers(services, schools)
        self._bad: list[BadLine] = []
        # Several threads write; each adds to the report under this lock.
        self._reporting = threading.Lock()
        self.report = ImportReport(uuid4(), log.sha256, log.row_count)

    def record(self, tell: Progress) -> None:
        """Record every good case that is not in the ledger yet."""
        trust, report = self._services.ledger.trust, self.report
        begin_run(
            trust,
            report.run_id,
            actor_id=self._caller.person_id,
            file_sha256=report.file_sha256,
            row_count=report.row_count,
        )
        done = 0
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="import") as writers:
            for naming_another in (False, True):
                # Cases that name another change it too: one transaction after the other, so that none has to wait.
                at_once = 1 if naming_another else _WRITERS
                for rows in self._record_cases(writers, at_once, self._log.cases(naming_another=naming_another)):
                    done += rows
                    tell("recording", done, report.row_count)
        report.bad_lines = sorted([*self._log.bad_lines, *self._bad])
        report.changed_lines.sort()
        finish_run(
            trust,
            report.run_id,
            case_count=report.case_count,
            item_count=report.item_count,
            bad_count=len(report.bad_lines),
        )

    def _record_cases(self, writers: Executor, at_once: int, cases: Iterable[LogCase]) -> Iterator[int]:
        """Record cases, some transactions under way at once; tells the number of rows of each that is done."""
        under_way: deque[tuple[int, Future[None]]] = deque()
        for block in _blocks(cases):
            if len(under_way) >= at_once:
                rows, written = under_way.popleft()
                written.result()
                yield rows
            under_way.append((sum(len(case.rows) for case in block), writers.submit(self._record_block, block)))
        for rows, written in under_way:
            written.result()
            yield rows

    @garbage_kept()
    def _record_block(self, block: Sequence[LogCase]) -> None:
        candidates = [_Candidate.of(self._services, case) for case in block]
        known = fingerprints(self._services.ledger.trust, [candidate.case_id for candidate in candidates])
        fresh = []
        for candidate in candidates:
            if candidate.case_id in known:
                self._compare(candidate, known[candidate.case_id])
            else:
                fresh.append(candidate)
        if fresh:
            try:
                self._append(fresh)
            except (IntegrityError, OperationalError, KeyDestroyedError):
                for candidate in fresh:
                    self._record_alone(candidate)

    def _record_alone(self, candidate: _Candidate) -> None:
        for attempt in range(_ATTEMPTS):
            receipt = self._services.ledger.receipt(candidate.command_id)
            if receipt is not None:
                # An earlier import was killed between recording the case and remembering its rows.
                self._recover(candidate, same=hmac.compare_digest(receipt.input_mac, candidate.mac))
                return
            try:
                self._append([candidate])
            except KeyDestroyedError:
                self._refuse(candidate, LogRule.NOT_RECORDED, "personal data of it was erased")
            except (IntegrityError, OperationalError):
                if attempt == _ATTEMPTS - 1:
                    raise
                # The head was locked too long, or somebody else is importing the same log.
                time.sleep(0.05 * 2**attempt)
                continue
            return

    def _append(self, candidates: Sequence[_Candidate]) -> None:
        """Decide and record cases in one transaction; cases that are refused are left out and reported."""
        originals = self._originals(candidates)
        ledger = self._services.ledger
        references = ledger.next_references("INC", self._today.year, len(candidates))
        works: list[Work] = []
        recorded: list[_Candidate] = []
        refused: list[tuple[_Candidate, LogRule, str]] = []
        for candidate, reference in zip(candidates, references, strict=True):
            if candidate.is_duplicate and candidate.target_id not in originals:
                refused.append((candidate, LogRule.DUPLICATE_OF_REFUSED, ""))
                continue
            try:
                changed = self._decide(candidate, reference, originals)
            except Refused as refusal:
                refused.append((candidate, LogRule.NOT_RECORDED, refusal.message))
                continue
            works.append(Work(self._context(candidate), changed))
            recorded.append(candidate)
        appended = ledger.append(works)
        if appended:
            self._remember(recorded)
            self._count(recorded, appended)
        for candidate, rule, detail in refused:
            self._refuse(candidate, rule, detail)

    def _originals(self, candidates: Sequence[_Candidate]) -> Mapping[UUID, Incident]:
        wanted = {candidate.target_id for candidate in candidates if candidate.target_id and candidate.is_duplicate}
        return self._services.ledger.load_many(list(wanted)) if wanted else {}

    def _decide(
        self, candidate: _Candidate, reference: str, originals: Mapping[UUID, Incident]
    ) -> tuple[Recordable, ...]:
        case, target_id = candidate.case, candidate.target_id
        register = self._registers.get(case.school_urn)
        return decide(
            case,
            case_id=candidate.case_id,
            reference=reference,
            policy=register.policy_on(case.opened_on) if register else None,
            file_sha256=self.report.file_sha256,
            today=self._today,
            original=originals[target_id] if target_id and candidate.is_duplicate else None,
            related=None if candidate.is_duplicate else target_id,
        )

    def _context(self, candidate: _Candidate) -> CommandContext:
        return CommandContext(
            command_id=candidate.command_id,
            actor=self._caller.person_id,
            actor_role=self._caller.role.value,
            input_mac=candidate.mac,
            on_behalf_of=self._caller.on_behalf_of,
            correlation=str(self.report.run_id),
        )

    def _remember(self, candidates: Sequence[_Candidate]) -> None:
        """Keep the names and the rows' fingerprints of cases that are in the ledger."""
        named = [person for candidate in candidates for person in posters(candidate.case, candidate.case_id)]
        rows = [
            ImportedRow(candidate.case_id, ordinal, row.line, fingerprint)
            for candidate in candidates
            for ordinal, (row, fingerprint) in enumerate(
                zip(candidate.case.rows, candidate.fingerprints, strict=True), start=1
            )
        ]
        ledger = self._services.ledger
        with ledger.trust.transaction() as connection:
            # The check that each name has its person is planned once, while there are few: it must not read them all.
            connection.execute("SET LOCAL enable_seqscan = off")
            people.register(connection, ledger.trust_id, named)
            add_rows(connection, ledger.trust_id, self.report.run_id, rows)

    def _count(self, recorded: Sequence[_Candidate], appended: Sequence[Appended]) -> None:
        report, first, last = self.report, appended[0].first_position, appended[-1].last_position
        with self._reporting:
            report.case_count += len(recorded)
            report.item_count += sum(len(candidate.case.rows) for candidate in recorded)
            report.first_position = min(report.first_position or first, first)
            report.last_position = max(report.last_position or last, last)

    def _recover(self, candidate: _Candidate, *, same: bool) -> None:
        if same:
            self._remember([candidate])
            with self._reporting:
                self.report.known_count += len(candidate.case.rows)
        else:
            with self._reporting:
                self.report.changed_lines.extend(
                    BadLine(row.line, "", LogRule.ROW_CHANGED) for row in candidate.case.rows
                )

    def _compare(self, candidate: _Candidate, known: Mapping[int, bytes]) -> None:
        pairs = zip(candidate.case.rows, candidate.fingerprints, strict=True)
        changed = [
            BadLine(row.line, "", LogRule.ROW_CHANGED if ordinal in known else LogRule.ROW_ADDED)
            for ordinal, (row, fingerprint) in enumerate(pairs, start=1)
            if known.get(ordinal) != fingerprint
        ]
        with self._reporting:
            self.report.changed_lines.extend(changed)
            self.report.known_count += len(candidate.case.rows) - len(changed)

    def _refuse(self, candidate: _Candidate, rule: LogRule, detail: str) -> None:
        first, *others = candidate.case.rows
        column = "duplicate_of" if rule is LogRule.DUPLICATE_OF_REFUSED else ""
        with self._reporting:
            self._bad.append(BadLine(first.line, column, rule, detail))
            self._bad.extend(BadLine(row.line, "", LogRule.CASE_REFUSED) for row in others)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A case of the log with the ids that derive from it and what tells whether it was imported before."""

    case: LogCase
    case_id: UUID
    command_id: UUID
    target_id: UUID | None
    fingerprints: tuple[bytes, ...]
    mac: bytes

    @classmethod
    def of(cls, services: Services, case: LogCase) -> _Candidate:
        trust_id, keys = services.ledger.trust_id, services.keys
        prints = tuple(keys.mac(trust_id, "import-row", content_of(row)) for row in case.rows)
        case_id = case_id_of(trust_id, case.key)
        return cls(
            case,
            case_id,
            uuid5(case_id, "import"),
            case_id_of(trust_id, case.target) if case.target else None,
            prints,
            keys.mac(trust_id, "import-case", b"".join(prints)),
        )

    @property
    def is_duplicate(self) -> bool:
        return self.case.rows[0].status == "DUPLICATE"


def _registers(services: Services, schools: Sequence[str]) -> dict[str, SchoolRegister]:
    """The registers of the schools, for the policy in force on a day; a school without one has none."""
    by_id = {school_register_id(services.ledger.trust_id, urn): urn for urn in schools}
    found: dict[str, SchoolRegister] = {}
    for some in _slices(by_id, _LOADED_AT_ONCE):
        for stream_id, register in services.ledger.load_many(some).items():
            found[by_id[stream_id]] = register
    return found


def _blocks(cases: Iterable[LogCase]) -> Iterator[list[LogCase]]:
    """Cases by the transaction they go into; of several duplicates of one case each has a transaction of its own."""
    block: list[LogCase] = []
    rows = 0
    targets: set[CaseKey] = set()
    for case in cases:
        if block and (rows + len(case.rows) > _ROWS_PER_BLOCK or case.target in targets):
            yield block
            block, rows, targets = [], 0, set()
        block.append(case)
        rows += len(case.rows)
        if case.target is not None:
            targets.add(case.target)
    if block:
        yield block


def _slices(ids: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some
