"""The panel of a complaint: who sits on it, what it heard, and who was given what it found (SI 2014/3283, para 33)."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import (
    present,
    refuse,
    require_codes,
    require_distinct,
    require_not_future,
    require_order,
    require_text,
)
from domain.complaint_parts import FindingsNotice, Hearing, PanelMember
from domain.complaint_refusals import (
    CompanionAlone,
    NoHearing,
    NoPanel,
    PanelAppointed,
    PanelMemberInvolved,
    PanelNotIndependent,
    PanelNotInSession,
    PanelTooSmall,
    UnknownPanelMember,
)
from domain.complaint_stages import ComplaintStages
from domain.involvement import involved_in
from domain.policy_rules import StageForm
from domain.refusals import Refused
from domain.sealed import Sealed
from domain.vocabulary import require_code

_SMALLEST_PANEL = 3


class ComplaintPanel(ComplaintStages):
    """The part of a complaint that comes before a panel."""

    def _begin_panel(self) -> None:
        self.panel: tuple[PanelMember, ...] = ()
        self.panel_appointed_on: date | None = None
        self.hearings: tuple[Hearing, ...] = ()
        self.findings_notices: tuple[FindingsNotice, ...] = ()

    # --- decisions

    def appoint_panel(
        self,
        *,
        members: tuple[PanelMember, ...],
        appointed_on: date,
        today: date,
        involved: frozenset[UUID] = frozenset(),
        by: UUID | None = None,
    ) -> None:
        """Appoint at least three people who had nothing to do with the matter, one of them independent (33(f), (g)).

        `involved` are those who had to do with the cases from which this one arose (design D15).
        """
        refuse(self.bars_appointing_panel())
        assert self.last_stage is not None
        require_not_future(today, appointed_on=appointed_on)
        require_order(self.last_stage.started_on, appointed_on, "appointed_on")
        self.require_impartial(by)
        require_distinct([member.person for member in members], "members")
        if len(members) < _SMALLEST_PANEL:
            raise PanelTooSmall("members")
        self._require_uninvolved("members", members, involved)
        _require_independent("members", members)
        self._panel_appointed(members=members, appointed_on=appointed_on)

    def replace_panel_member(
        self,
        *,
        leaving: UUID,
        member: PanelMember,
        replaced_on: date,
        reason: Sealed,
        today: date,
        involved: frozenset[UUID] = frozenset(),
        by: UUID | None = None,
    ) -> None:
        """Put another person in the place of a member of the panel."""
        refuse(self.bars_replacing_panel_member())
        if leaving not in self._on_panel:
            raise UnknownPanelMember("leaving")
        require_not_future(today, replaced_on=replaced_on)
        require_order(self.panel_appointed_on, replaced_on, "replaced_on")
        require_text("reason", reason)
        self.require_impartial(by)
        others = tuple(each for each in self.panel if each.person != leaving)
        require_distinct([each.person for each in (*others, member)], "member")
        self._require_uninvolved("member", (member,), involved)
        _require_independent("member", (*others, member))
        self._panel_member_replaced(leaving=leaving, member=member, replaced_on=replaced_on, reason=reason)

    def hold_hearing(
        self,
        *,
        held_on: date,
        complainant_attended: bool,
        accompanied: bool,
        today: date,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record a hearing; the complainant may come, and bring somebody (33(h))."""
        refuse(self.bars_hearing())
        self.require_impartial(by)
        require_not_future(today, held_on=held_on)
        require_order(self.panel_appointed_on, held_on, "held_on")
        if accompanied and not complainant_attended:
            raise CompanionAlone("accompanied")
        self._hearing_held(
            held_on=held_on,
            complainant_attended=complainant_attended,
            accompanied=accompanied,
            notes=present(notes),
        )

    def issue_findings(
        self,
        *,
        recipient_role: str,
        issued_on: date,
        findings: Sealed,
        today: date,
        recipient: UUID | None = None,
        remedies: tuple[str, ...] = (),
        recommendations: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record that one party was given the findings and recommendations, in a wording of its own (33(i))."""
        refuse(self.bars_issuing_findings())
        self.require_impartial(by)
        require_code("findings_recipients", recipient_role, "recipient_role", issued_on)
        require_codes("remedies", remedies, "remedies", issued_on)
        require_not_future(today, issued_on=issued_on)
        require_order(self.hearings[-1].held_on, issued_on, "issued_on")
        require_text("findings", findings)
        self._findings_issued(
            recipient_role=recipient_role,
            recipient=recipient,
            issued_on=issued_on,
            remedies=remedies,
            findings=findings,
            recommendations=present(recommendations),
        )

    def _require_uninvolved(self, field: str, members: Iterable[PanelMember], involved: frozenset[UUID]) -> None:
        if any(member.person in involved or member.person in involved_in(self) for member in members):
            raise PanelMemberInvolved(field)

    def _require_off_panel(self, field: str, person: UUID | None) -> None:
        if person in self._on_panel:
            raise PanelMemberInvolved(field)

    # --- guards

    def bars_panel_step(self) -> type[Refused] | None:
        """Why the complaint is not before a panel."""
        last = self.last_stage
        in_session = last is not None and last.is_open and last.form == StageForm.PANEL
        return self.bars_step() or (None if in_session else PanelNotInSession)

    def bars_appointing_panel(self) -> type[Refused] | None:
        """Why no panel can be appointed."""
        return self.bars_panel_step() or (PanelAppointed if self.panel else None)

    def bars_replacing_panel_member(self) -> type[Refused] | None:
        """Why no member can be replaced."""
        return self.bars_panel_step() or (None if self.panel else NoPanel)

    def bars_hearing(self) -> type[Refused] | None:
        """Why the panel cannot hear the complaint; whom it is about may have become known since it was appointed."""
        parties = self.subjects | {self.complainant}
        is_torn = any(member.person in parties for member in self.panel)
        return self.bars_replacing_panel_member() or (PanelMemberInvolved if is_torn else None)

    def bars_responding(self) -> type[Refused] | None:
        """Why the stage cannot be answered: a panel hears before it answers."""
        refusal = super().bars_responding()
        if refusal is None and self.bars_panel_step() is None and not self.hearings:
            return NoHearing
        return refusal

    def bars_issuing_findings(self) -> type[Refused] | None:
        """Why there are no findings to give."""
        return self.bars_late_step() or (None if self.hearings else NoHearing)

    # --- changes

    @event("PanelAppointed", topic="complaint.panel_appointed.v1")
    def _panel_appointed(self, members: tuple[PanelMember, ...], appointed_on: date) -> None:
        """A panel was appointed."""
        self.panel = members
        self.panel_appointed_on = appointed_on

    @event("PanelMemberReplaced", topic="complaint.panel_member_replaced.v1")
    def _panel_member_replaced(self, leaving: UUID, member: PanelMember, replaced_on: date, reason: Sealed) -> None:
        """Another person took the place of a member of the panel."""
        self.panel = tuple(member if each.person == leaving else each for each in self.panel)

    @event("HearingHeld", topic="complaint.hearing_held.v1")
    def _hearing_held(self, held_on: date, complainant_attended: bool, accompanied: bool, notes: Sealed | None) -> None:
        """The panel heard the complaint."""
        self.hearings = (*self.hearings, Hearing(held_on, complainant_attended, accompanied, notes))

    @event("FindingsIssued", topic="complaint.findings_issued.v1")
    def _findings_issued(
        self,
        recipient_role: str,
        recipient: UUID | None,
        issued_on: date,
        remedies: tuple[str, ...],
        findings: Sealed,
        recommendations: Sealed | None,
    ) -> None:
        """A party was given what the panel found and recommends."""
        given = FindingsNotice(recipient_role, recipient, issued_on, remedies, findings, recommendations)
        self.findings_notices = (*self.findings_notices, given)

    # --- questions

    @property
    def _on_panel(self) -> frozenset[UUID]:
        return frozenset(member.person for member in self.panel)


def _require_independent(field: str, members: Iterable[PanelMember]) -> None:
    if not any(member.independent for member in members):
        raise PanelNotIndependent(field)
