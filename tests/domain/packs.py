"""Packs made up for the tests of rules, with nothing in them but what is given; and those of the schools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import policies
from domain.duties import Duty, duties
from domain.policy import PolicyPack, parse_pack


def pack_with(rules: str) -> PolicyPack:
    """A pack with these rules and nothing else; tables are given as arrays of them, `[[duties]]`."""
    plain = [part for part in rules.split("\n\n") if not part.lstrip().startswith("[")]
    tables = [part for part in rules.split("\n\n") if part.lstrip().startswith("[")]
    return parse_pack(
        f"""
        format = 1
        id = "made-up"
        version = "1"
        name = "Online safety"
        school = "Made Up"
        seed = "none"
        {"".join(plain)}
        [words.governing_body]
        word = "Governors"
        source = "L1"
        [review]
        cycle_months = 12
        source = "L2"
        """
        + "\n\n".join(tables)
    )


def shipped(name: str) -> PolicyPack:
    """The pack of a school as it is shipped."""
    return parse_pack(policies.content(name), f"{name}.toml")


def owed(case: Any, pack: PolicyPack) -> dict[str, Duty]:
    """What a case owes under a policy, by code."""
    return {duty.code: duty for duty in duties(case, pack)}


def example_text() -> str:
    """The complete example of docs/how-to/write-a-policy-pack.md, as it stands there."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-policy-pack.md").read_text()
    [example] = re.findall(r"```toml\n(.*?)```", page, re.S)
    return str(example)
