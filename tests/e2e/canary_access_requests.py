"""A request for access with a canary in each of its sealed fields, looked through and refused."""

from __future__ import annotations

from uuid import uuid4

import httpx

from services import clock
from tests.e2e.canaries import Canaries
from tests.e2e.demonstration import Demonstration

__all__ = ["ask_for_access"]

_HISTORY = "query ($id: ID!) { case(id: $id) { history(first: 100) { nodes { type version data } } } }"


def ask_for_access(shown: Demonstration, canaries: Canaries, case_id: str) -> None:
    """Receive a request of whoever posted in a case, keep a text back of it, look it through, and refuse it."""
    headers = {"Authorization": f"Bearer {shown.token('dpo')}"}
    nodes = shown.ask(_HISTORY, id=case_id)["case"]["history"]["nodes"]
    [item] = [node for node in nodes if node["type"] == "incident.item_recorded.v1"]
    today = clock.london_date(clock.now()).isoformat()

    def give(path: str, **told: object) -> str:
        asked = {"commandId": str(uuid4()), **told}
        answer = httpx.post(f"{shown.address}/v1/access-requests{path}", json=asked, headers=headers, timeout=60)
        assert answer.is_success, answer.text
        return str(answer.json()["request"]["requestId"])

    def said(place: str) -> str:
        return f"They said {canaries.plant(f'a request for access: {place}')}."

    poster = item["data"]["poster"]
    request = "/" + give("", person=poster, receivedOn=today, channel="LETTER", asked=said("asked"))
    give(f"{request}/clock/stop", cause="CLARIFICATION", stoppedOn=today, asked=said("what they were asked"))
    give(f"{request}/extension", months=1, extendedOn=today, toldOn=today, reason=said("why it takes longer"))
    passage = {"caseId": case_id, "version": item["version"], "part": "narrative", "exemption": "OTHER"}
    give(f"{request}/kept-back", **passage, notes=said("notes"), instead=said("instead"))
    for form in ("review", "answer"):
        for kind in ("json", "html", "zip"):
            address = f"{shown.address}/v1/access-requests{request}/{form}?format={kind}"
            assert httpx.get(address, headers=headers, timeout=60).status_code == 200
    give(f"{request}/refusal", ground="EXCESSIVE", refusedOn=today, reason=said("why it is refused"))
