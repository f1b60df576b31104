"""Cases to be taken away, and what is found in their bundles."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from ledger.verify import verify
from services.case_commands import AddAddendum
from services.checkpoint_signers import signer
from services.export import export_case
from services.incident_commands import RecordItem, ReportIncident
from services.store import TrustLedger
from tests.support.ledgers import Trust

AWARE = date(2026, 9, 10)


def a_case(trust: Trust) -> UUID:
    case = trust.do(
        ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=AWARE, summary="A post about the head.")
    )
    trust.do(
        RecordItem(
            command_id=uuid4(),
            case_id=case.id,
            platform="FACEBOOK",
            poster_role="PARENT",
            discovered_on=AWARE,
            narrative="Says the head is a bully.",
            poster=uuid4(),
            handle="@angry",
        )
    )
    trust.do(AddAddendum(command_id=uuid4(), case_id=case.id, text="The parent rang."))
    return case.id  # type: ignore[no-any-return]  # an aggregate's id


def parts(bundle: bytes) -> list[dict[str, Any]]:
    return [part for event in json.loads(bundle)["events"] for part in event["parts"]]


def found(ledger: TrustLedger, bundle: bytes, known: str | None = None) -> str:
    """What the offline check says, by the trust's own key: that it holds, or what is wrong first."""
    report = verify(bundle, public_key=signer(ledger).verifier_key, known_checkpoint=known)
    return "holds" if report.first_failure is None else f"{report.first_failure.check}: {report.first_failure}"


def exported(trust: Trust, case_id: UUID, ledger: TrustLedger | None = None, *, since: int | None = None) -> bytes:
    """The bundle of a case as the trust lead has it."""
    return export_case(ledger or trust.ledger, trust.lead.visibility, case_id, since=() if since is None else (since,))
