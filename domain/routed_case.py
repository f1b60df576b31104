"""A case that its subject does not see, and that is routed past whoever would otherwise decide it (design D15)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from domain.aggregate import event
from domain.case import Case
from domain.duties import Duty, DutyCode
from domain.involvement import with_a_task
from domain.routing import READS_ROUTED, ConflictRoute, Posts, is_above, route_of


class RoutedCase(Case):
    """The part of a case that says who deals with it when it is about somebody who decides."""

    def _begin_routing(self) -> None:
        self.routed_to: ConflictRoute | None = None

    # --- decisions

    def route_past(self, *, named: frozenset[UUID], posts: Posts) -> None:
        """Route the case past the persons who were just named in it, if one holds a post; it never goes down again."""
        route = route_of(named & self.barred, self.barred, posts)
        if route is not None and is_above(route, self.routed_to):
            self._routed_to(role=route.role, because=route.because)

    # --- changes

    @event("RoutedTo", topic="*.routed_to.v1")
    def _routed_to(self, role: str, because: str) -> None:
        """The case went to another role, being about the holder of a post; nobody it is about runs it any longer."""
        self.routed_to = ConflictRoute(role, because)
        if self.owner in self.barred:
            self.owner = None

    # --- questions

    def routing_duties(self) -> Iterator[Duty]:
        """A routed case is given to somebody; so is one whose owner is not to see it."""
        is_without = self.routed_to is not None and self.owner is None
        if not self.is_closed and (is_without or self.owner in self.barred):
            yield Duty(DutyCode.ASSIGN_CASE)

    @property
    def barred(self) -> frozenset[UUID]:
        """The persons the case is about do not see it by any road."""
        return self.subjects

    @property
    def readers(self) -> frozenset[UUID]:
        """The persons who see the case as their own, with whoever has a task in it; nobody who is barred."""
        return (super().readers | with_a_task(self)) - self.barred

    @property
    def open_to(self) -> frozenset[UUID]:
        """The readers, and the role to which the case was routed."""
        return self.readers if self.routed_to is None else self.readers | {READS_ROUTED[self.routed_to.role]}
