"""The schools of the trust and the policies that cases are held to."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

__all__ = ["Membership", "PolicyVersion", "School"]


@strawberry.type(description="One version of a school's policy, as a policy pack.")
class PolicyVersion:
    pack_id: str = strawberry.field(description="The pack, such as `libra`.")
    version: str = strawberry.field(description="Its version, such as `2017-03-03`.")
    sha256: str = strawberry.field(description="The SHA-256 of its text, in hexadecimal: which exact words are meant.")


@strawberry.type(description="A school's time in the trust; both days are included.")
class Membership:
    joined_on: date = strawberry.field(description="The first day.")
    left_on: date | None = strawberry.field(description="The last day; null while the school has not left.")


@strawberry.type(description="A school of the trust.")
class School:
    urn: strawberry.ID = strawberry.field(description="Its unique reference number: six digits.")
    name: str = strawberry.field(description="Its name as it is today.")
    memberships: list[Membership] = strawberry.field(description="Its times in the trust, in order.")
