"""People let into a case, one opened in an emergency, and what is kept, with a canary in each sealed field."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.e2e.canaries import Canaries
from tests.e2e.canary_commands import DAY, Giver, Json
from tests.e2e.demonstration import Demonstration


def give_access(giver: Giver, shown: Demonstration, canaries: Canaries, school_urn: str) -> None:
    """Let somebody in and end it; open the same case in an emergency, and judge that."""
    appointed = shown.run("appoint", "--role", "dpo", "--person", str(uuid4()))
    assert appointed.returncode == 0, appointed.stderr
    case: str = giver.give("ReportIncident", schoolUrn=school_urn, openedOn=DAY)["case"]["id"]
    giver.cases.append(case)
    on: Json = {"caseId": case}
    granted = giver.made("GrantAccess", "grant_id", **on, person=str(uuid4()), role="WITNESS")
    giver.give("EndAccess", **on, grantId=granted)
    reason = canaries.plant("the reason for an emergency")
    asked = {"commandId": str(uuid4()), "caseId": case, "minutes": 5, "reason": f"It says {reason}."}
    token = {"Authorization": f"Bearer {shown.token('hr')}"}
    opened = httpx.post(f"{shown.address}/v1/emergency-access", json=asked, headers=token, timeout=60)
    assert opened.status_code == 201, opened.text
    giver.give("ReviewEmergencyAccess", **on, grantId=opened.json()["grantId"], wasJustified=False)
    _keep(giver, case)


def _keep(giver: Giver, case: str) -> None:
    """Hold the case, let it go, classify it, and decide to keep it once it is closed."""
    on: Json = {"caseId": case}
    hold = giver.made("PlaceHold", "hold_id", **on, authority="LITIGATION", reviewOn="2099-01-01")
    giver.give("LiftHold", **on, holdId=hold)
    giver.give("ClassifyForRetention", **on, classes=["NEGLIGENCE"])
    giver.give("MarkNotReportable", **on)
    giver.give("ReviewRetention", **on, choice="KEEP", keepUntil="2099-01-01")
