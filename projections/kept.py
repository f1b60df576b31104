"""How long cases are kept, worked out in SQL as `domain.retention` does, from rows that know no table.

What a case is and when it ended stands in a row of its own, the rules of the trust's tables in others, and the days of
a person in the registry; they meet here, in the question. So a table that was just adopted moves every day at once,
and no row of a case is written for it. Nothing here is told but through `projections.visible`.
"""

# ruff: noqa: S608 - the statement is put together from constants alone
from __future__ import annotations

from domain.retention import PERSONAL, RULE_MISSING
from domain.retention_rules import Trigger
from projections.sight import OWN

__all__ = ["TODAY", "keeping", "table_in_force"]

TODAY = "(%(now)s::timestamptz AT TIME ZONE 'Europe/London')::date"
_CHILD_MONTHS = 18 * 12


def _own(table: str, wanted: str = "true") -> str:
    return f"(SELECT * FROM {table} WHERE {OWN} AND {wanted})"


_STANDING = "valid_to IS NULL"
_ADOPTED = f"(SELECT max(adopted_on) FROM {_own('retention_rule', _STANDING)} AS known WHERE adopted_on <= {TODAY})"


def table_in_force() -> str:
    """The rules of the table in force today, in its order; those that have not taken effect included."""
    return _own("retention_rule", f"{_STANDING} AND adopted_on = {_ADOPTED}")


def _school_year_end(day: str) -> str:
    # The month after August belongs to the next one.
    return f"make_date(extract(year FROM {day} + interval '4 months')::int, 8, 31)"


# The day of a rule's input, of the row `facts` and the person `known`.
_INPUT = (
    "CASE rule.input WHEN 'RESOLVED_ON' THEN facts.ended_on WHEN 'ALLEGED_ON' THEN facts.opened_on"
    " WHEN 'SANCTIONED_ON' THEN facts.sanctioned_on WHEN 'LEFT_ON' THEN known.left_on"
    " WHEN 'PENSION_ON' THEN known.pension_on END"
)


def _period(day: str, months: str = "rule.months") -> str:
    return f"({day} + make_interval(months => {months}))::date"


def _starts(day: str) -> str:
    return f"(CASE rule.trigger WHEN '{Trigger.YEAR_RESOLVED}' THEN {_school_year_end(day)} ELSE {day} END)"


# Until when a rule keeps a record whose input is not known.
_AT_LEAST = (
    f"CASE WHEN rule.trigger IN ('{Trigger.RESOLVED}', '{Trigger.YEAR_RESOLVED}', '{Trigger.SANCTIONED}')"
    f" THEN {_period(_starts('facts.opened_on'))}"
    f" WHEN rule.trigger = '{Trigger.LEFT_EMPLOYMENT}' THEN {_period(TODAY)}"
    f" WHEN rule.trigger = '{Trigger.DATE_OF_BIRTH}' AND rule.months >= {_CHILD_MONTHS}"
    f" THEN {_period('facts.opened_on', f'rule.months - {_CHILD_MONTHS}')} END"
)
# The rules that apply to a case, each with its day.
_APPLIED = (
    "SELECT rule.ordinal, rule.caution, rule.content, rule.input, since,"
    " row_number() OVER (PARTITION BY rule.input ORDER BY rule.ordinal) = 1 AS is_first,"
    f" {_period(_starts('since'))} AS due_on,"
    f" CASE WHEN since IS NULL THEN {_AT_LEAST} ELSE {_period(_starts('since'))} END AS at_least"
    f" FROM rules AS rule CROSS JOIN LATERAL (SELECT {_INPUT} AS since) AS given"
    " WHERE seen.kind = ANY(rule.kinds) AND (rule.outcomes = '{}' OR facts.outcome = ANY(rule.outcomes))"
    " AND rule.needs <@ facts.classes AND NOT rule.unless && facts.classes"
)
# Of several rules that ask for the same the first tells it.
_MISSING = "array_agg(input ORDER BY ordinal) FILTER (WHERE due_on IS NULL AND is_first)"


def _due(shown_day: str) -> str:
    """What the rules come to together, in one row; `shown_day` is what is shown of the day of an input."""
    rule = "content::jsonb"
    longest = f"(array_agg({rule} ORDER BY due_on DESC, caution, ordinal))[1]"
    return (
        "SELECT bool_and(due_on IS NOT NULL) AS is_known, max(due_on) AS due_on, max(at_least) AS at_least,"
        f" coalesce({_MISSING}, CASE WHEN count(*) = 0 THEN ARRAY['{RULE_MISSING}'] ELSE '{{}}' END) AS missing,"
        f" {longest} AS longest,"
        f" jsonb_agg(jsonb_build_object('rule', {rule}, 'on', due_on, 'at_least', at_least) ORDER BY ordinal)"
        " AS applied,"
        f" jsonb_agg(jsonb_build_object('input', input, 'day', {shown_day}) ORDER BY ordinal)"
        " FILTER (WHERE is_first) AS inputs"
        f" FROM ({_APPLIED}) AS applied"
    )


# Whether a hold of the trust covers a case, or the original that it repeats (`domain.retention_facts.covers`).
_COVERS = (
    f"EXISTS (SELECT FROM {_own('case_file')} AS held JOIN {_own('case_retention')} AS at USING (case_id)"
    " WHERE held.case_id IN (seen.case_id, seen.duplicate_of)"
    " AND (hold.schools IS NULL OR hold.schools && at.schools)"
    " AND (hold.kinds IS NULL OR held.kind = ANY(hold.kinds))"
    f" AND (hold.persons IS NULL OR EXISTS (SELECT FROM {_own('case_person')} AS named"
    " WHERE named.case_id = held.case_id AND named.person_id = ANY(hold.persons)))"
    " AND EXISTS (SELECT FROM unnest(held.aware_on || held.opened_on) AS aware (day)"
    " WHERE aware.day BETWEEN coalesce(hold.aware_from, '-infinity') AND coalesce(hold.aware_to, 'infinity')))"
)
_LINKED = (
    f"SELECT other_id AS linked FROM {_own('case_link')} AS links WHERE links.case_id = seen.case_id"
    f" UNION SELECT links.case_id FROM {_own('case_link')} AS links WHERE links.other_id = seen.case_id"
)


def keeping(cases: str, is_hidden: str, wanted: str, *, opens_sealed: bool) -> str:
    """How each of some cases is kept today: (case_id, kind, school_urn, state, day, told).

    `cases` are rows of case_file, of which `wanted` says which are asked about (called `seen`). `is_hidden` says of a
    case called `other.case_id` that the reader may not know of it: to that reader it holds nothing. `day` is the day
    from which the case is to be looked at, null where there is none; `told` is all of it as JSON. A person's own days
    are shown to who opens sealed texts.
    """
    personal = ", ".join(f"'{name}'" for name in sorted(PERSONAL))
    shown_day = "since" if opens_sealed else f"CASE WHEN input IN ({personal}) THEN NULL ELSE since END"
    on = "CASE WHEN due.is_known THEN due.due_on END"
    state = (
        "CASE WHEN own.is_disposed THEN 'DISPOSED' WHEN NOT facts.has_ended THEN 'NOT_BEGUN'"
        " WHEN own.on_hold OR facts.on_hold OR cardinality(held.all_of) > 0 OR linked.is_open THEN 'ON_HOLD'"
        " WHEN own.decision = 'DISPOSE' THEN 'DISPOSAL_DECIDED' WHEN own.decision = 'ARCHIVE' THEN 'ARCHIVED'"
        f" WHEN own.keep_until > {TODAY} THEN 'KEPT' WHEN due.is_known IS NOT TRUE THEN 'NOT_COMPUTABLE'"
        f" WHEN due.due_on <= {TODAY} THEN 'DUE' ELSE 'RUNNING' END"
    )
    told_due = (
        f"CASE WHEN facts.has_ended THEN jsonb_build_object('on', {on},"
        " 'rule', CASE WHEN due.is_known THEN due.longest END, 'at_least', due.at_least,"
        " 'missing', due.missing, 'inputs', coalesce(due.inputs, '[]'), 'applied', coalesce(due.applied, '[]')) END"
    )
    # A hold that names the reader is not told to the reader, though it holds.
    told_holds = (
        "coalesce((SELECT jsonb_agg(jsonb_build_object('id', hold.hold_id, 'authority', hold.authority,"
        " 'placed_on', hold.placed_on, 'review_on', hold.review_on) ORDER BY hold.hold_id) FROM holding AS hold"
        " WHERE hold.hold_id = ANY(held.all_of) AND NOT coalesce(%(person)s = ANY(hold.persons), false)), '[]')"
    )
    told = (
        f"jsonb_build_object('state', {state}, 'classes', to_jsonb(facts.classes), 'due', {told_due},"
        " 'on_own_hold', own.on_hold OR facts.on_hold, 'held_by_trust', cardinality(held.all_of) > 0,"
        f" 'trust_holds', {told_holds}, 'linked_case_open', linked.is_open, 'decision', own.decision,"
        " 'keep_until', own.keep_until)"
    )
    return (
        f"(WITH rules AS MATERIALIZED (SELECT * FROM {table_in_force()} AS known WHERE effective_from <= {TODAY}),"
        f" holding AS MATERIALIZED {_own('trust_hold', _STANDING)}"
        f" SELECT seen.case_id, seen.kind, seen.school_urn, {state} AS state,"
        f" CASE WHEN facts.has_ended AND NOT own.is_disposed THEN greatest({on}, own.keep_until) END AS day,"
        f" {told} AS told"
        f" FROM {cases} AS seen JOIN {_own('case_retention')} AS own ON own.case_id = seen.case_id"
        f" JOIN {_own('case_retention')} AS facts ON facts.case_id = coalesce(seen.duplicate_of, seen.case_id)"
        " LEFT JOIN person AS known ON known.trust_id = %(trust)s AND known.person_id = facts.subject_id"
        f" CROSS JOIN LATERAL ({_due(shown_day)}) AS due"
        f" CROSS JOIN LATERAL (SELECT ARRAY(SELECT hold.hold_id FROM holding AS hold WHERE {_COVERS})"
        " AS all_of) AS held"
        f" CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ({_LINKED}) AS links"
        f" JOIN {_own('case_file', '''status = 'OPEN' ''')} AS other ON other.case_id = links.linked"
        f" WHERE NOT {is_hidden}) AS is_open) AS linked WHERE {wanted})"
    )
