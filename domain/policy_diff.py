"""What differs between two policy packs: what one of them says and the other does not, or says otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from domain.policy import PolicyPack
from domain.policy_words import Statement, statements

__all__ = ["Difference", "Moved", "differences", "in_words"]

# The steps of a ladder and the stages of a procedure stand in an order that says something.
_ORDERED = ("Ladder of steps", "Stages of")


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement that was added (no `was`), removed (no `now`) or changed."""

    was: Statement | None
    now: Statement | None

    @property
    def statement(self) -> Statement:
        """The statement as it stands, or stood."""
        found = self.now or self.was
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Moved:
    """Statements that both packs make stand in another order: their titles, as they stood and as they stand."""

    section: str
    was: tuple[str, ...]
    now: tuple[str, ...]


def differences(first: PolicyPack, second: PolicyPack) -> tuple[Difference | Moved, ...]:
    """What differs between two packs, section by section; nothing when they say the same.

    Their ids, versions and names are not compared: two versions of one policy may say the same.
    """
    was, now = _by_section(first), _by_section(second)
    found: list[Difference | Moved] = []
    for section in _merged(was, now):
        before, after = was.get(section, []), now.get(section, [])
        found += _matched(before, after)
        if section.startswith(_ORDERED):
            found += _order(section, before, after)
    return tuple(found)


def in_words(first: PolicyPack, second: PolicyPack) -> Iterator[str]:
    """Tell what differs, line by line, with the clause of each."""
    yield f"from {_name(first)}"
    yield f"to   {_name(second)}"
    found = differences(first, second)
    if not found:
        yield ""
        yield "The two packs say the same."
    section = None
    for difference in found:
        its_section = difference.section if isinstance(difference, Moved) else difference.statement.section
        if its_section != section:
            section = its_section
            yield ""
            yield section
        yield from _moved(difference) if isinstance(difference, Moved) else _told(difference)


def _by_section(pack: PolicyPack) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for statement in statements(pack):
        found.setdefault(statement.section, []).append(statement)
    return found


def _merged(was: Iterable[str], now: Iterable[str]) -> list[str]:
    """The sections of both, in the order of the first, a new one after the one that it follows in the second."""
    merged = list(was)
    place = 0
    for section in now:
        if section in merged:
            place = merged.index(section) + 1
        else:
            merged.insert(place, section)
            place += 1
    return merged


def _matched(was: list[Statement], now: list[Statement]) -> Iterator[Difference]:
    """Pair what has one identity; of several, those that are equal belong together, and the others by their order."""
    left, new = _rest(was, now), _rest(now, was)
    for identity in dict.fromkeys(statement.identity for statement in (*was, *now)):
        pairs = zip_longest(left.get(identity, ()), new.get(identity, ()))
        yield from (Difference(before, after) for before, after in pairs)


def _rest(given: list[Statement], others: list[Statement]) -> dict[tuple[object, ...], list[Statement]]:
    """What is left, by identity, of those given without one for each equal among the others."""
    equals = Counter(others)
    found: dict[tuple[object, ...], list[Statement]] = {}
    for statement in given:
        if equals[statement] > 0:
            equals[statement] -= 1
        else:
            found.setdefault(statement.identity, []).append(statement)
    return found


def _order(section: str, was: list[Statement], now: list[Statement]) -> Iterator[Moved]:
    shared = {one.identity for one in was} & {one.identity for one in now}
    before, after = ([one for one in given if one.identity in shared] for given in (was, now))
    if [one.identity for one in before] != [one.identity for one in after]:
        yield Moved(section, tuple(one.title for one in before), tuple(one.title for one in after))


def _name(pack: PolicyPack) -> str:
    return f"{pack.id} {pack.version}: {pack.name} ({pack.school})"


def _moved(moved: Moved) -> Iterator[str]:
    yield "  order"
    yield f"    was: {', '.join(moved.was)}"
    yield f"    now: {', '.join(moved.now)}"


def _told(difference: Difference) -> Iterator[str]:
    was, now = difference.was, difference.now
    if was is None or now is None:
        yield f"  {'added' if was is None else 'removed'}: {_titled(difference.statement)}"
        yield from (f"    {name}: {text}" for name, text in difference.statement.says)
        return
    yield f"  changed: {_titled(now)}"
    before, after = (dict([*one.says, ("source", one.source)]) for one in (was, now))
    for part in dict.fromkeys((*before, *after)):
        if before.get(part) != after.get(part):
            yield f"    {part} was: {before.get(part, 'not said')}"
            yield f"    {part} now: {after.get(part, 'not said')}"


def _titled(statement: Statement) -> str:
    return f"{statement.title}, {statement.source}" if statement.source else statement.title
