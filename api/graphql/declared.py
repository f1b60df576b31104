"""Fields with arguments are methods, from whose signatures Strawberry reads the arguments; plans answer them."""

from __future__ import annotations

__all__ = ["AnsweredByPlan"]


class AnsweredByPlan(RuntimeError):
    """A method that only declares a field was called: how the field is read stands in `projections.plan`."""
