"""Cases as one reader sees them: the members of every type, pages of lists, and what is filtered out of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_list_type, is_non_null_type

from domain.offered import from_mask
from domain.values import CaseKind
from tests.plan.oracle.facts import Facts, Refusal, cursor_of, place_of
from tests.plan.oracle.hidden import document as without
from tests.plan.oracle.hidden import hidden_cases, reasons
from tests.plan.oracle.history import custody_page, history_page, latest_event
from tests.plan.oracle.keeping import kept_now
from tests.plan.oracle.people import aware, people
from tests.plan.oracle.readers import case_readers
from tests.plan.oracle.sight import Reader
from tests.plan.oracle.story import Json, School, Story

_KINDS = {"INCIDENT": "Incident", "COMPLAINT": "Complaint", "STAFF_BREACH": "StaffBreach"}
# Ids are called by what they identify in the record.
_IDS = {"Item": "item", "Evidence": "evidence", "PlatformReport": "report", "Investigation": "investigation"}
_IDS |= {"Head": "head", "Restriction": "restriction", "Decision": "decision", "Referral": "referral"}
_IDS |= {"ProviderContact": "contact"}
_IDS |= {"BreachAdvice": "advice", "BreachRequest": "request", "DisciplinaryHold": "hold"}
_IDS |= {"Disclosure": "disclosure", "BodyContact": "contact", "SuspensionDecision": "suspension"}
_IDS |= {"Correction": "correction", "AccessGrant": "grant", "CaseFile": "file", "LegalHold": "hold"}
_IDS |= {"BreachInvestigation": "investigation", "Sanction": "sanction", "SanctionAppeal": "appeal"}


class View:
    """What one reader sees of a trust."""

    def __init__(self, story: Story, facts: Facts, schema: GraphQLSchema, reader: Reader) -> None:
        self.story, self.facts, self.schema, self.reader = story, facts, schema, reader
        self.hidden = hidden_cases(story, reader)

    # --- people, texts, schools

    def person(self, person_id: str | None) -> Json | None:
        """A person with today's name, as far as the reader may know it."""
        if person_id is None:
            return None
        name = self.facts.names.get(person_id)
        state = "OPEN" if name is not None else "ERASED" if person_id in self.facts.names else "UNKNOWN"
        if not self.reader.opens_texts:
            state, name = "WITHHELD", None
        return {"id": person_id, "name": name, "nameState": state}

    def text(self, stream: str, version: int, part: str) -> Json:
        """A sealed text, as far as the reader may open it."""
        if not self.reader.opens_texts:
            return {"state": "WITHHELD", "text": None}
        event = self.story.of_case[stream][version - 1]
        [key] = [sealed["key"] for sealed in event.body["sealed"] if sealed["part"] == part]
        if key in self.facts.destroyed_keys:
            return {"state": "ERASED", "text": None}
        return {"state": "OPEN", "text": self.facts.texts[stream, version, part]}

    def schools(self) -> dict[str, School]:
        """The schools in sight, in order of URN."""
        return {urn: school for urn, school in self.story.schools().items() if self.reader.sees_school(urn)}

    def school(self, urn: str) -> Json:
        """A school as it is today. It is shown wherever a case or figure in sight names it."""
        school = self.story.schools()[urn]
        days = [
            {"joinedOn": first.isoformat(), "leftOn": None if last is None else last.isoformat()}
            for first, last in school.memberships
        ]
        return {"urn": urn, "name": school.name, "memberships": days}

    # --- cases

    def seen(self, case_id: str | None) -> Json | None:
        """A case as it stands, if the reader sees it."""
        document = self.story.cases().get(case_id or "")
        return document if document is not None and self.sees(document) else None

    def sees(self, document: Json) -> bool:
        """Whether a case, as it stands today, is in sight."""
        return document["id"] not in self.hidden and self.reader.sees(document)

    def case_now(self, case_id: str | None) -> Json | None:
        """The same as the API shows it."""
        document = self.seen(case_id)
        return None if document is None else self.case(document)

    def case(self, document: Json, position: int | None = None) -> Json:
        """A case as the API shows it, of whatever moment the document is: that of the position (None: now)."""
        kind = self.schema.type_map[_KINDS[document["kind"]]]
        assert isinstance(kind, GraphQLObjectType)
        document = without(document, self.hidden) or document
        members = {**document["detail"], **document}
        if document["kind"] == "INCIDENT":
            members["items"] = [
                {**item, "posted_while_complaint_open": self._posted_while_open(item, position)}
                for item in members["items"]
            ]
        case = self._shown(kind, document["id"], members)
        case |= {
            "__typename": kind.name,
            "school": lambda _info: self.school(document["school_urn"]),
            "duplicateOf": lambda _info: self.case_now(document["duplicate_of"]),
            "allowedActions": [
                action
                for action in self._offered(document)
                if self.reader.may(action, document["kind"]) and self.reader.decides(action, document)
            ],
            "convertedTo": lambda _info: self.case_now(document["detail"].get("converted_to")),
            "blockedActions": lambda _info: [
                one for one in self._blocked(document) if self.reader.may(one["action"], document["kind"])
            ],
            "readers": lambda _info, **given: case_readers(self, document, **given),
            "latestEvent": lambda _info: latest_event(self, document["id"], document["version"]),
            "history": lambda _info, **given: history_page(self, document["id"], **given),
            "outstanding": [self._duty(duty) for duty in document["duties"]],
            "deadlines": [self._deadline(document, one) for one in document["deadlines"]],
            "retention": lambda _info: None if document["measured_at"] else kept_now(self, document["id"]),
            "links": [self._link(link) for link in document["links"]],
            "addenda": [
                {"text": self.text(document["id"], text["version"], text["part"])}
                for text in document["detail"]["addenda"]
            ],
        }
        return case

    def _deadline(self, document: Json, one: Json) -> Json:
        return {
            "code": one["code"],
            "wording": one["wording"],
            "clause": one["clause"],
            "since": one["since"],
            "state": self.state_of(document, one),
            "dueOn": one["due_on"],
            "ends": one["ends"],
            "extended": one["extended"],
            "pausedSince": one["paused_since"],
            "missingYears": one["missing_years"],
        }

    def state_of(self, document: Json, one: Json) -> str:
        """How a deadline stands, or stood at the moment of which the case is told."""
        measured = document["measured_at"]
        at = datetime.now(UTC) if measured is None else datetime.fromisoformat(measured)
        if one["ends"] is None:
            return "PAUSED" if one["paused_since"] else "NOT_COMPUTABLE"
        if datetime.fromisoformat(one["ends"]) <= at:
            return "OVERDUE"
        days = date.fromisoformat(one["due_on"]) - at.astimezone(ZoneInfo("Europe/London")).date()
        return "DUE_SOON" if days.days <= 5 else "RUNNING"

    def _duty(self, duty: Json) -> Json:
        return {
            "code": duty["code"],
            "clause": duty["clause"],
            "itemId": duty["item_id"],
            "wording": duty["wording"],
            "beforeClosing": duty["before_closing"],
        }

    def _posted_while_open(self, item: Json, position: int | None) -> bool:
        """Whether a complaint that is in sight today was open then, as it stood at the position."""
        if item["mark"] is not None or item["poster"] is None:
            return False
        posted = item["posted_on"] or item["discovered_on"]
        made = [
            case["id"] for case in self.story.cases().values() if case["kind"] == "COMPLAINT" and self.seen(case["id"])
        ]
        at = self.story.position if position is None else position
        then = [case for case in (self.story.case_at(case_id, at) for case_id in made) if case is not None]
        return any(
            case["detail"]["complainant"] == item["poster"]
            and case["mark"] is None
            and case["opened_on"] <= posted <= (case["closed_on"] or posted)
            for case in then
        )

    def _link(self, link: Json) -> Json:
        return {
            "kind": link["kind"],
            "restricted": self.seen(link["case"]) is None,
            "case": lambda _info: self.case_now(link["case"]),
        }

    def _offered(self, document: Json) -> list[str]:
        """What a case offers: the enumeration of the schema is in no order, so the mask's own places are read."""
        mask = document["offered"] | document["offered_later"] << 63
        found = [action.value for action in from_mask(mask, CaseKind(document["kind"]))]
        return [action for action in found if action != "UNLINK_CASE" or document["links"]]

    def _blocked(self, document: Json) -> list[Json]:
        """What a case does not offer, and why."""
        at = document["id"], document["version"]
        if not self.hidden:
            return self.story.blocked[at]
        return reasons(*self.story.states[at], self._offered(document), self.hidden)

    def _shown(self, kind: GraphQLObjectType, case_id: str, record: Json) -> Json:
        """The members of a type, found in a record by their names."""
        found: Json = {}
        for name, member in kind.fields.items():
            source = re.sub(r"[A-Z]", lambda match: "_" + match[0].lower(), name)
            if name == "id" and kind.name in _IDS:
                source = f"{_IDS[kind.name]}_id"
            inner = member.type.of_type if is_non_null_type(member.type) else member.type
            value = record.get(source)
            if is_list_type(inner):
                found[name] = [self._one(get_named_type(inner), case_id, one) for one in value or ()]
            else:
                found[name] = self._one(get_named_type(inner), case_id, value)
        if kind.name == "PlatformReport" and record["result"] != "REMOVED":
            found["helplineFrom"] = (date.fromisoformat(record["reported_on"]) + timedelta(days=3)).isoformat()
        if kind.name == "CaseFile":
            found["custody"] = lambda _info, **given: custody_page(self, case_id, record["file_id"], **given)
        return found

    def _one(self, kind: Any, case_id: str, value: Any) -> Any:
        if value is None:
            return None
        if kind.name == "SealedText":
            return self.text(case_id, value["version"], value["part"])
        if kind.name == "Person":
            return self.person(value)
        if kind.name == "School" and isinstance(value, str):
            return self.school(value)
        if isinstance(kind, GraphQLObjectType) and isinstance(value, dict):
            return self._shown(kind, case_id, value)
        return value

    # --- lists

    def connection(
        self,
        of: str,
        entries: Sequence[Any],
        first: int,
        after: str | None,
        place: Callable[[Any], Sequence[Any]],
        node: Callable[[Any], Json],
        *,
        descending: bool = False,
    ) -> Json:
        """A page of entries that stand in the order of their places in the list `of`."""
        waiting = entries
        if after is not None:
            given: Any = place_of(after, of)
            waiting = [
                entry for entry in entries if (list(place(entry)) < given if descending else list(place(entry)) > given)
            ]
        page = waiting[:first]
        cursors = [cursor_of(of, *place(entry)) for entry in page]
        nodes = [node(entry) for entry in page]
        return {
            "edges": [{"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)],
            "nodes": nodes,
            "totalCount": len(entries),
            "pageInfo": {
                "hasNextPage": len(waiting) > first,
                "hasPreviousPage": after is not None,
                "startCursor": cursors[0] if cursors else None,
                "endCursor": cursors[-1] if cursors else None,
            },
        }

    def cases(self, given: Json) -> Json:
        """A page of the list of cases; what is given has the names of the schema."""
        order, wanted = given["orderBy"], given["filter"] or {}
        for name in ("owner", "person"):
            if wanted.get(name) is not None:
                _require_identifier(wanted[name])
        by: Callable[[Json], Any] = {
            "OPENED_NEWEST": lambda case: case["opened_on"],
            "OPENED_OLDEST": lambda case: case["opened_on"],
            "REFERENCE": lambda case: case["reference"],
            "UPDATED_NEWEST": lambda case: self.story.changed_at[case["id"]],
        }[order]
        descending = order.endswith("NEWEST")
        chosen = [case for case in self.story.cases().values() if self.sees(case) and self._matches(case, wanted)]
        chosen.sort(key=lambda case: (by(case), case["id"]), reverse=descending)

        def place(case: Json) -> tuple[Any, ...]:
            return (by(case), case["id"])

        return self.connection(order, chosen, given["first"], given["after"], place, self.case, descending=descending)

    def deadlines(self, given: Json) -> Json:
        """A page of what falls due."""
        wanted = given["filter"] or {}

        def is_listed(case: Json, one: Json) -> bool:
            due = one["due_on"] and date.fromisoformat(one["due_on"])
            first, last = wanted.get("dueFrom"), wanted.get("dueTo")
            return (
                _among(wanted, "states", self.state_of(case, one))
                and _among(wanted, "codes", one["code"])
                and (first is None or bool(due and first <= due))
                and (last is None or bool(due and due <= last))
            )

        def day(_case: Json, one: Json) -> str:
            return one["due_on"] or "9999-12-31"

        return self._of_cases(given, "deadlines", is_listed, day, self._deadline)

    def duties(self, given: Json) -> Json:
        """A page of what is owed."""
        wanted = given["filter"] or {}
        return self._of_cases(
            given,
            "duties",
            lambda _case, one: _among(wanted, "codes", one["code"]),
            lambda case, _one: str(case["opened_on"]),
            lambda _case, one: self._duty(one),
        )

    def _of_cases(
        self,
        given: Json,
        members: str,
        is_listed: Callable[[Json, Json], bool],
        day: Callable[[Json, Json], str],
        shown: Callable[[Json, Json], Json],
    ) -> Json:
        wanted = given["filter"] or {}
        if wanted.get("owner") is not None:
            _require_identifier(wanted["owner"])
        found = [
            (case, place, one)
            for case in self.story.cases().values()
            if self.sees(case)
            and _among(wanted, "schools", case["school_urn"])
            and _among(wanted, "kinds", case["kind"])
            and (wanted.get("owner") is None or case["owner"] == wanted["owner"].lower())
            for place, one in enumerate(case[members], start=1)
            if is_listed(case, one)
        ]

        def place(entry: tuple[Json, int, Json]) -> tuple[Any, ...]:
            return (day(entry[0], entry[2]), entry[0]["id"], entry[1])

        def node(entry: tuple[Json, int, Json]) -> Json:
            case, _, one = entry
            return {
                {"deadlines": "deadline", "duties": "duty"}[members]: shown(case, one),
                "case": lambda _info: self.case(case),
            }

        found.sort(key=place)
        return self.connection(members, found, given["first"], given["after"], place, node)

    def _matches(self, case: Json, wanted: Json) -> bool:
        items = case["detail"]["items"] if case["kind"] == "INCIDENT" else ()
        said = [(one["nature"], one["target"]) for item in items for one in item["classifications"]]
        counting = {one.case for one in self.story.counted[-1] if one.mark is None}
        natures, targets = wanted.get("natures"), wanted.get("targets")

        def among(name: str, value: Any) -> bool:
            return wanted.get(name) is None or value in wanted[name]

        def is_(name: str, value: Any) -> bool:
            return wanted.get(name) is None or value == wanted[name]

        return (
            among("schools", case["school_urn"])
            and among("kinds", case["kind"])
            and among("statuses", case["status"])
            and is_("schoolReference", case["school_reference"])
            and (wanted.get("owner") is None or case["owner"] == wanted["owner"].lower())
            and is_("meetsNoCount", case["id"] not in counting)
            and is_("overdue", any(self.state_of(case, one) == "OVERDUE" for one in case["deadlines"]))
            and (wanted.get("person") is None or wanted["person"].lower() in set(people(case)))
            and (wanted.get("outstanding") is None or any(d["code"] in wanted["outstanding"] for d in case["duties"]))
            and (
                (natures is None and targets is None)
                or any((natures is None or n in natures) and (targets is None or t in targets) for n, t in said)
            )
            and any(
                (wanted.get("awareFrom") or date.min) <= day <= (wanted.get("awareTo") or date.max)
                for day in aware(case)
            )
            # No position comes before 0.
            and self.story.changed_at[case["id"]]
            > (-1 if (after := wanted.get("updatedAfterPosition")) is None else after)
        )


def _among(wanted: Json, name: str, value: Any) -> bool:
    return wanted.get(name) is None or value in wanted[name]


def _require_identifier(text: str) -> None:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", text):
        raise Refusal
