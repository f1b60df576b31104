"""Retention tables: what is refused and how, and which is in force."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from domain.policy import PolicyPackError
from domain.retention_rules import Adopted, Certainty, Disposal, parse_table, table_in_force
from domain.values import PolicyRef
from tests.domain.kept import SHIPPED, content


def test_the_shipped_table_says_of_every_figure_where_it_is_from_and_what_speaks_against_it() -> None:
    assert [rule.id for rule in SHIPPED.rules if not (rule.source and rule.edition and rule.doubt)] == []
    assert {rule.certainty for rule in SHIPPED.rules} == set(Certainty)


def test_the_shipped_table_has_nothing_disposed_of_without_a_person() -> None:
    assert {rule.action.value for rule in SHIPPED.rules} == {"REVIEW"}


@pytest.mark.parametrize(
    ("rules", "key", "rule"),
    [
        (({"kinds": "[]"},), "rules[0].kinds", "Expected `array` of length >= 1"),
        (({"kinds": '["CASE"]'},), "rules[0].kinds[0]", "is not one of the values that are known here"),
        (({"trigger": '"SOME_DAY"'},), "rules[0].trigger", "is not one of the values that are known here"),
        (({"number": "-1"},), "rules[0].number", "Expected `int` >= 0"),
        (({"number": "1201"},), "rules[0].number", "Expected `int` <= 1200"),
        (({"unit": '"DAYS"'},), "rules[0].unit", "is not one of the values that are known here"),
        (({"years": "3"},), "rules[0].years", "no such key"),
        (({"outcomes": '["POST_REMOVED"]'},), "rules[0].outcomes[0]", "is no outcome of these kinds of case"),
        (({"needs": '["LATE"]'},), "rules[0].needs[0]", "is no code of the list retention_classes"),
        (({"unless": '["LATE"]'},), "rules[0].unless[0]", "is no code of the list retention_classes"),
        (
            ({"needs": '["SAFEGUARDING"]', "unless": '["SAFEGUARDING"]'},),
            "rules[0].unless",
            "names a class that the rule needs",
        ),
        (({}, {}), "rules[1].id", "names another rule already"),
        (({"certainty": '"ASSUMED"'},), "rules[0].doubt", "is to be said of what is not verified"),
        ((), "rules", "is missing"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_its_key_and_rule(
    rules: tuple[dict[str, str], ...], key: str, rule: str
) -> None:
    with pytest.raises(PolicyPackError) as caught:
        parse_table(content(*rules), "invented.toml")

    assert (caught.value.file, caught.value.key, caught.value.rule) == ("invented.toml", key, rule)


def test_a_table_that_is_no_toml_is_refused() -> None:
    with pytest.raises(PolicyPackError, match="is not TOML"):
        parse_table("rules = [")


def adopted(version: str, on: date) -> Adopted:
    return Adopted(PolicyRef("invented", version, version), on, content({}), Disposal.REVIEW_ONLY, UUID(int=1))


FIRST, SECOND, THIRD = adopted("1", date(2026, 9, 1)), adopted("2", date(2027, 1, 1)), adopted("3", date(2027, 1, 1))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 8, 31), None),
        (date(2026, 9, 1), FIRST),
        (date(2026, 12, 31), FIRST),
        # Of two adopted on one day the one recorded later.
        (date(2027, 1, 1), THIRD),
    ],
)
def test_the_table_in_force_is_the_last_one_adopted(on: date, found: Adopted | None) -> None:
    assert table_in_force((FIRST, SECOND, THIRD), on) == found
