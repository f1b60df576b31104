"""Cases that speak of others in every way there is, of which readers of the first may not know."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.case_commands import AddAddendum, LinkCase, MarkDuplicate, UnlinkCase, Unmark
from services.complaint_commands import ComplaintHead, ReceiveComplaint, RouteToProcedure
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import ReportIncident
from services.staff_breach_commands import ReportStaffBreach
from tests.plan.world import ALDER, World

_ON = date(2026, 10, 5)


def speak_of_hidden_cases(world: World) -> None:
    """Record everything: hidden are the cases about the headteacher and the trust lead."""
    system = world.caller("system", "clerk")
    head, lead = world.named(f"headteacher:{ALDER}"), world.named("trust-lead")

    def breach(name: str, subject: str | None) -> None:
        about = None if subject is None else world.named(subject)
        given: dict[str, Any] = {"school_urn": ALDER, "reported_on": _ON, "source": "ALLEGED", "subject": about}
        world.cases[name] = world.do(ReportStaffBreach, system, **given).id

    converted = world.do(ReportIncident, school_urn=ALDER, opened_on=_ON).id
    world.do(LinkCase, system, case_id=converted, other=world.cases["whole"], kind="RELATED")
    world.do(
        ConvertToComplaint,
        system,
        case_id=converted,
        converted_on=_ON,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(ComplaintHead(about_school=False, about_staff=True, about=(head, lead)),),
    )
    # A link that was taken away again, before one that stays.
    for other in ("complaint about head", "complaint about lead"):
        world.do(LinkCase, system, case_id=converted, other=world.cases[other], kind="CONCERNS_COMPLAINT")
    given: dict[str, Any] = {
        "other": world.cases["complaint about lead"],
        "kind": "CONCERNS_COMPLAINT",
        "reason": world.words(),
    }
    world.do(UnlinkCase, system, case_id=converted, **given)
    world.do(LinkCase, system, case_id=converted, other=world.cases["moved"], kind="RELATED")

    # What is seen as a copy of a case that is about the reader is about the reader, too; the original of one is not.
    for name, subject in (("about lead", "trust-lead"), ("its copy", None), ("its original", None), ("was copy", None)):
        breach(name, subject)
    world.do(MarkDuplicate, system, case_id=world.cases["its copy"], original=world.cases["about lead"])
    world.do(MarkDuplicate, system, case_id=world.cases["was copy"], original=world.cases["about lead"])
    world.do(Unmark, system, case_id=world.cases["was copy"])
    breach("copy about lead", "trust-lead")
    world.do(MarkDuplicate, system, case_id=world.cases["copy about lead"], original=world.cases["its original"])
    world.do(AddAddendum, system, case_id=world.cases["its original"], text=world.words())

    school = (ComplaintHead(about_school=True, about_staff=False),)
    received: dict[str, Any] = {
        "school_urn": ALDER,
        "received_on": _ON,
        "received_by": "HEADTEACHER",
        "means": "LETTER",
        "heads": school,
    }
    routed = world.do(ReceiveComplaint, **received)
    world.do(
        RouteToProcedure,
        system,
        case_id=routed.id,
        route="STAFF_CONDUCT",
        head_id=next(iter(routed.heads)),
        routed_on=_ON,
        other=world.cases["breach of head"],
    )
