"""Packs made up for the tests of rules: nothing in them but what is given."""

from __future__ import annotations

import re
from pathlib import Path

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


def example_text() -> str:
    """The complete example of docs/how-to/write-a-policy-pack.md, as it stands there."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-policy-pack.md").read_text()
    [example] = re.findall(r"```toml\n(.*?)```", page, re.S)
    return str(example)
