"""Importing a legacy log as the trust lead, and what is then there of its cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from domain.counting import contributions
from domain.incident import Incident
from ledger.database import Database
from ledger.entry import Body, decode_body
from ledger.key_store import KeyStore
from ledger.reading import read_page
from services.log_cases import case_id_of
from services.log_import import ImportReport, import_log
from services.scope import Caller
from tests.support.ledgers import Trust, a_trust
from tests.support.logs import log_row

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "e_safety_log.csv"
PACKS = Path(__file__).parent.parent.parent / "policies"
SCHOOLS = tuple(f"90000{n}" for n in range(1, 6))
# Every case of these tests, unless it says otherwise.
USUAL: dict[str, str] = {"school_urn": "900001"}


def libra_trust(database: Database, keys: KeyStore) -> Trust:
    """A trust whose schools have adopted the pack of Libra."""
    return a_trust(database, keys, pack=(PACKS / "libra.toml").read_text(encoding="utf-8"))


def bring(trust: Trust, file: BinaryIO, caller: Caller | None = None, **options: Any) -> ImportReport:
    """Import a log as the trust lead."""
    given: dict[str, Any] = {"schools": SCHOOLS, "project": lambda _: None} | options
    return import_log(trust.services, caller or trust.lead, file, **given)


def row(reference: str, **cells: str) -> dict[str, str]:
    return log_row(reference=reference, **USUAL | cells)


def case(trust: Trust, reference: str, school: str = "900001") -> Any:
    return trust.ledger.load(case_id_of(trust.trust_id, (school, reference)))


def bodies(trust: Trust) -> list[Body]:
    with trust.ledger.trust.connection() as connection:
        return [decode_body(row.body) for row in read_page(connection, trust.trust_id, after=0, limit=5_000)]


def outcome(report: ImportReport) -> tuple[int, int, int, list[tuple[int, str]], list[tuple[int, str]]]:
    return (
        report.case_count,
        report.item_count,
        report.known_count,
        [(bad.line, bad.rule.name) for bad in report.bad_lines],
        [(changed.line, changed.rule.name) for changed in report.changed_lines],
    )


def imported_cases(trust: Trust) -> dict[UUID, Incident]:
    streams = {body.stream for body in bodies(trust) if body.type == "incident.imported.v1"}
    return trust.ledger.load_many(list(streams))


def cells_of(cases: dict[UUID, Incident], basis: str, unit: str) -> dict[tuple[str, ...], int]:
    members: dict[tuple[str, ...], set[UUID]] = {}
    for case_id, incident in cases.items():
        for one in contributions(incident, cases.get):
            if one.excluded_by is None:
                day: date = getattr(one, f"{basis.lower()}_on")
                cell = (one.count.value, one.school_urn, f"{day:%Y-%m}")
                members.setdefault(cell, set()).add(case_id if unit == "CASES" else one.item_id)
    return {cell: len(found) for cell, found in sorted(members.items())}
