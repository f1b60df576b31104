"""That a case exists makes no difference to whom it is about, in any role, in anything that is asked (design D15).

The trust of `tests.plan.world` is asked everything by one person; then a breach and two complaints about that person
come into being, and cases that the person sees are converted to them, linked to them, and found to be what they are
copies of. Whatever was asked before is asked again, and answered by the same bytes, but for what is masked below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest

from api.projecting import bring_up
from domain.roles import COUNTS_EVERYTHING
from services.case_commands import AssignCase, LinkCase, MarkDuplicate, UnlinkCase
from services.complaint_commands import ComplaintHead, ReceiveComplaint
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import ReportIncident
from services.staff_breach_commands import ReportStaffBreach
from tests.plan.agreement import Trial
from tests.plan.documents import Document, Pool
from tests.plan.fixed import AREAS
from tests.plan.making import ROLES
from tests.plan.selecting import everything
from tests.plan.world import ALDER, World

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

ON = date(2026, 9, 24)
SUBJECT = "whom it is about"
# The person in every role; a role of one case has it in one that speaks of the hidden ones.
AS = (
    *(role for role in ROLES if ":" not in role or role.partition(":")[2] == ALDER),
    "chair:900001",
    "governor:900001",
)
IN_CASE = ("investigator", "panel", "witness", "examiner", "emergency")

# What may differ, by the name of the member, and why.
MASKED: Mapping[str, str] = {
    "version": "versions have gaps where an event is left out",
    "position": "something was recorded in the trust",
    "recordedThrough": "something was recorded in the trust",
    "recordedAt of the ledger": "something was recorded in the trust",
    "checkpoint": "something was recorded in the trust",
    "checkpoints": "one is signed when something was recorded in the trust",
    "publicKey": "it stands beside the checkpoint",
    "proof and consistency of the ledger": "asked for without a size, they are of the ledger as it stands",
}
# Figures of the whole trust count the hidden cases, and say that they are withheld (counting rule 11).
FIGURES = frozenset({"figures", "what lies behind figures", "restatements"})
# In these orders and filters a case has its place by when it changed last, whatever changed it.
BY_CHANGE = re.compile("UPDATED|updatedAfterPosition")

PLACED = (
    "{ id version links { kind restricted case { id } } duplicateOf { id } allowedActions blockedActions { action code"
    " message needs } latestEvent { type version } ... on Incident { convertedOn convertedTo { id } } }"
)


@dataclass
class Told:
    """What was asked of whom, with the answers before and after."""

    asked: list[tuple[str, str, Document]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    bundles: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)
    refused: dict[str, list[Any]] = field(default_factory=dict)


class Cases:
    """The cases that the person sees, and those about the person."""

    def __init__(self, world: World) -> None:
        self.world, self.system = world, world.caller("system", "clerk")
        self.person = world.named(SUBJECT)
        self.seen = {
            "converted": world.do(ReportIncident, self.system, school_urn=ALDER, opened_on=ON).id,
            "linked": world.do(ReportIncident, self.system, school_urn=ALDER, opened_on=ON).id,
            "complaint": self._complaint(),
            "breach": self._breach(),
            "original": self._breach(),
        }
        for case_id in self.seen.values():
            world.do(AssignCase, self.system, case_id=case_id, owner=self.person)
        world.do(LinkCase, self.system, case_id=self.seen["linked"], other=self.seen["complaint"], kind="RELATED")
        self.hidden: dict[str, UUID] = {}

    def _complaint(self, *about: UUID) -> UUID:
        heads = (ComplaintHead(about_school=not about, about_staff=bool(about), about=about),)
        given: dict[str, Any] = {"received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": heads}
        case_id: UUID = self.world.do(ReceiveComplaint, self.system, school_urn=ALDER, **given).id
        return case_id

    def _breach(self, subject: UUID | None = None) -> UUID:
        given: dict[str, Any] = {"school_urn": ALDER, "reported_on": ON, "source": "ALLEGED", "subject": subject}
        case_id: UUID = self.world.do(ReportStaffBreach, self.system, **given).id
        return case_id

    def hide(self) -> None:
        """Let the cases about the person come into being, and every case that the person sees speak of them."""
        seen, do = self.seen, self.world.do
        breach = self._breach(self.person)
        complaint = self._complaint(self.person)
        heads = (ComplaintHead(about_school=False, about_staff=True, about=(self.person,)),)
        converted = do(
            ConvertToComplaint,
            self.system,
            case_id=seen["converted"],
            converted_on=ON,
            received_by="HEADTEACHER",
            means="LETTER",
            heads=heads,
        )
        for case_id in seen.values():
            for other, kind in ((breach, "RELATED"), (complaint, "CONCERNS_COMPLAINT")):
                do(LinkCase, self.system, case_id=case_id, other=other, kind=kind)
        do(LinkCase, self.system, case_id=breach, other=seen["linked"], kind="AROSE_FROM")
        do(UnlinkCase, self.system, case_id=seen["linked"], other=breach, kind="RELATED")
        do(MarkDuplicate, self.system, case_id=breach, original=seen["original"])
        self.hidden = {"breach": breach, "complaint": complaint, "converted": converted.converted_to}
        bring_up(self.world.runtime.database, self.world.trust_id, self.world.ledger.head()[0])


def documents_of(cases: Cases, position: int) -> Iterator[Document]:
    """Everything of every case that is seen, as it is, at each of its events, and as it was."""
    kinds = {"complaint": "Complaint", "breach": "StaffBreach", "original": "StaffBreach"}
    for name, case_id in cases.seen.items():
        kind = kinds.get(name, "Incident")
        whole = everything(kind, case=PLACED, duplicateOf=PLACED, convertedTo=PLACED, caseAfter=None)
        yield Document(f'{{ case(id: "{case_id}") {{ ... on {kind} {whole} }} }}', {})
        event = everything("CaseEvent", case=PLACED, caseAfter=PLACED)
        page = f"history(first: 2) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {event} }}"
        yield Document(f'{{ case(id: "{case_id}") {{ {page} latestEvent {{ id type }} }} }}', {})
        for at in (position, 10**9):
            yield Document(f'{{ case(id: "{case_id}", asOf: {{ position: {at} }}) {PLACED} }}', {})
    yield Document("{ cases(first: 100) { totalCount nodes { id reference } } }", {})
    yield Document(f'{{ cases(filter: {{ person: "{cases.person}" }}) {{ totalCount nodes {{ id }} }} }}', {})
    yield Document(f'{{ staffPattern(person: "{cases.person}") {{ others }} }}', {})


def asked_of(cases: Cases, pool: Pool, position: int) -> Iterator[tuple[str, str, Document]]:
    """Who asks what: each role the cases themselves, and some of the documents about everything."""
    roles = [*AS, *(f"{role}:{case_id}" for role in IN_CASE for case_id in cases.seen.values())]
    own = list(documents_of(cases, position))
    for role in roles:
        yield from ((role, "the cases", document) for document in own)
    for place, role in enumerate(AS):
        counts_all = role in COUNTS_EVERYTHING
        for area, documents in AREAS.items():
            if counts_all and area in FIGURES:
                continue
            chosen = [one for one in documents(pool) if not BY_CHANGE.search(one.query)]
            every = 1 + len(chosen) // 4
            yield from ((role, area, document) for document in chosen[place % every :: every])


@pytest.fixture(scope="module")
def told(world: World, trial: Trial, pool: Pool) -> Told:
    cases, told = Cases(world), Told()
    position = world.ledger.head()[0]
    bring_up(world.runtime.database, world.trust_id, position)
    told.asked = list(asked_of(cases, pool, position))

    def answers() -> list[str]:
        client, fill = trial.client, trial.cursors.fill
        return [
            client.send(fill(query, 0), role, cases.person, **fill(dict(given), 0)).text
            for role, _, (query, given) in told.asked
        ]

    def bundles() -> dict[tuple[str, str], Any]:
        return {
            (role, name): trial.client.http.get(
                f"/v1/cases/{case_id}/bundle", headers=trial.client.headers(role, cases.person)
            ).json()
            for role in AS
            for name, case_id in cases.seen.items()
        }

    told.before, first = answers(), bundles()
    cases.hide()
    told.after, then = answers(), bundles()
    told.bundles = {key: (first[key], then[key]) for key in first}
    told.refused = _refused(cases, trial)
    return told


def _refused(cases: Cases, trial: Trial) -> dict[str, list[Any]]:
    """What commands on a case in sight say of a hidden case, and of one that is not there."""

    def give(name: str, **fields: Any) -> list[Any]:
        fresh = str(uuid5(cases.person, "no case"))
        return [
            trial.client.command(
                name,
                "trust-lead",
                cases.person,
                commandId=str(cases.world.fresh_id()),
                reason="Why.",
                **{key: str(other) if value is None else value for key, value in fields.items()},
            )
            for other in (*cases.hidden.values(), fresh)
        ]

    found: dict[str, list[Any]] = {}
    for name, case_id in cases.seen.items():
        on = {"caseId": str(case_id)}
        for kind in ("RELATED", "CONCERNS_COMPLAINT", "AROSE_FROM"):
            found[f"unlink {kind} from {name}"] = give("unlinkCase", **on, other=None, kind=kind)
            found[f"link {kind} to {name}"] = give("linkCase", **on, other=None, kind=kind)
        found[f"mark {name}"] = give("markDuplicate", **on, original=None)
    return found


def masked(value: Any, at: str = "") -> Any:
    """The answer without what may differ."""
    if isinstance(value, list):
        return [masked(one, at) for one in value]
    if not isinstance(value, dict):
        return value
    of_ledger = {"recordedAt", "checkpoint", "publicKey", "projectedThrough"} if "projectedThrough" in value else set()

    def told(name: str, one: Any) -> Any:
        if name in ("version", "position", "recordedThrough", "checkpoints") or name in of_ledger:
            return None
        if of_ledger and name in ("proof", "consistency"):
            # What it proves has grown; that there is one for the reader has not changed. Those of a size are compared.
            return None if one is None else dict.fromkeys(one)
        return masked(one, name)

    return {name: told(name, one) for name, one in value.items()}


# What becomes of an incident that cannot be converted twice: the action is neither offered nor said to be blocked, as
# if it were none of the role's; and the mark of a case that has a copy (docs/adr/0015, "What remains").
NOT_OFFERED = {"CONVERT_TO_COMPLAINT", "MARK_DUPLICATE", "MARK_NOT_REPORTABLE", "MARK_RECORDED_IN_ERROR"}


def without_actions(value: Any) -> Any:
    if isinstance(value, list):
        return [without_actions(one) for one in value if not (isinstance(one, str) and one in NOT_OFFERED)]
    return {name: without_actions(one) for name, one in value.items()} if isinstance(value, dict) else value


def test_nothing_that_the_subject_asks_is_answered_otherwise_for_there_being_the_case(told: Told) -> None:
    different = []
    for (role, area, document), before, after in zip(told.asked, told.before, told.after, strict=True):
        one, other = (without_actions(masked(json.loads(text))) for text in (before, after))
        if json.dumps(one) != json.dumps(other):
            different.append((role, area, document.query[:200], _first_difference(one, other)))

    assert different[:3] == []
    assert len(told.asked) > 1_000
    # The roles do see the cases: the comparison is not one of nothing with nothing.
    of_cases = [text for (_, area, _), text in zip(told.asked, told.after, strict=True) if area == "the cases"]
    assert sum('"case":{' in text for text in of_cases) > 150


def _first_difference(one: Any, other: Any, at: str = "") -> str:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next((_first_difference(one[k], other[k], f"{at}.{k}") for k in one if one[k] != other[k]), at)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((_first_difference(a, b, f"{at}[{n}]") for n, (a, b) in pairs if a != b), at)
    return f"{at}: {one!r} and {other!r}"[:600]


def test_a_bundle_says_the_same_but_for_events_of_which_the_place_alone_is_told(told: Told) -> None:
    exported = 0
    for before, after in told.bundles.values():
        if "events" not in before:
            assert {**before, "instance": None} == {**after, "instance": None}
            continue
        exported += 1
        shown = [event for event in after["events"] if "body" in event]
        assert shown == before["events"]
        assert {frozenset(event) for event in after["events"] if "body" not in event} == {
            frozenset(("leaf", "link", "position"))
        }
    assert exported > 20


def test_commands_that_name_a_hidden_case_are_refused_as_for_one_that_is_not_there(told: Told) -> None:
    assert {name: given for name, given in told.refused.items() if given != [given[-1]] * len(given)} == {}
    # What has a hidden copy is not marked, whatever it is to be a copy of.
    assert {name for name, given in told.refused.items() if given[-1]["code"] != "NOT_FOUND"} == {"mark original"}
    assert told.refused["mark original"][-1]["code"] == "NOT_ALLOWED"
