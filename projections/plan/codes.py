"""What stands in the code and not in the database: the code lists, and what each monitoring count means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from domain.monitoring_counts import DEFINITIONS
from domain.naming import with_underscores
from domain.vocabulary import CODE_LISTS
from projections.plan.selections import TYPE_NAME, Selected
from projections.plan.text import literal
from projections.plan.writer import Arguments, Row, Writer

__all__ = ["code_lists", "definitions"]


def code_lists(writer: Writer, selected: Selected, _row: Row) -> str:
    """The lists named, or all, in alphabetical order; a name that is no list's is left out."""

    def bound(given: Arguments) -> Mapping[str, Any]:
        wanted = given["lists"]
        lists = [_list(name, selected) for name in sorted(CODE_LISTS) if wanted is None or name in wanted]
        return {"lists": msgspec.json.encode(lists).decode()}

    return f"%({writer.bind(selected, bound)}lists)s::text"


def definitions(_writer: Writer, selected: Selected, _row: Row) -> str:
    """What each count means, in the order of the policy."""
    shown = [_members("CountDefinition", selected, definition) for definition in DEFINITIONS]
    return literal(msgspec.json.encode(shown).decode())


def _list(name: str, selected: Selected) -> dict[str, Any]:
    def codes(one: Selected) -> Sequence[Any]:
        return [_members("Code", one, code) for code in CODE_LISTS[name]]

    shown = {TYPE_NAME: lambda _one: "CodeList", "name": lambda _one: name, "codes": codes}
    return {one.key: shown[one.name](one) for one in selected.of("CodeList")}


def _members(type_name: str, selected: Selected, made: object) -> dict[str, Any]:
    return {
        one.key: type_name if one.name == TYPE_NAME else getattr(made, with_underscores(one.name))
        for one in selected.of(type_name)
    }
