"""Which kinds of case are withheld from a sign-in that was not strong enough for them."""

from __future__ import annotations

from typing import Protocol

from api.identity.signed_in import SignedIn

__all__ = ["StrengthSettings", "is_strong", "withheld_kinds"]

# How far the clock of an issuer may be ahead of ours.
_CLOCK_SKEW_SECONDS = 60


class StrengthSettings(Protocol):
    """What is read of the settings."""

    @property
    def step_up_kinds(self) -> tuple[str, ...]:
        """The kinds of case that take a stronger sign-in."""

    @property
    def step_up_methods(self) -> tuple[str, ...]:
        """The methods one of which makes a sign-in stronger."""

    @property
    def step_up_contexts(self) -> tuple[str, ...]:
        """The contexts one of which makes a sign-in stronger."""

    @property
    def step_up_max_age_seconds(self) -> int | None:
        """How long ago a stronger sign-in may be; None: as long as its token lasts."""


def withheld_kinds(signed_in: SignedIn, settings: StrengthSettings, now: float) -> tuple[str, ...]:
    """Return the kinds of case that this sign-in does not open, in the order of the setting; `now` is Unix time."""
    return () if is_strong(signed_in, settings, now) else settings.step_up_kinds


def is_strong(signed_in: SignedIn, settings: StrengthSettings, now: float) -> bool:
    """Return whether a sign-in meets what is set for the kinds that ask for more.

    It says one of the methods (`amr`) or one of the contexts (`acr`), where any are set, and is recent enough, where a
    greatest age is set. What a token does not say does not count for it (RFC 9470, section 4).
    """
    methods, contexts = settings.step_up_methods, settings.step_up_contexts
    if (methods or contexts) and signed_in.methods.isdisjoint(methods) and signed_in.contexts.isdisjoint(contexts):
        return False
    most = settings.step_up_max_age_seconds
    if most is None:
        return True
    at = signed_in.signed_in_at
    return at is not None and -_CLOCK_SKEW_SECONDS <= now - at <= most
