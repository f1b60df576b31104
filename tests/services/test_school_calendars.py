"""A school's calendar is read from TOML or from iCalendar; what is not understood is named and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.calendars import Days, MalformedAcademicYear, SchoolCalendar, Term, TermName, TermsIncomplete, require_sound
from domain.registers import school_register_id
from services.registers import join_school
from services.school_calendars import (
    CalendarFileError,
    CalendarRead,
    enter,
    read_icalendar,
    read_toml,
    with_bank_holidays,
)
from services.scope import system_caller
from tests.support.ledgers import Trust

YEAR = "2026-27"
TERMS = (
    Term(TermName.AUTUMN, date(2026, 8, 31), date(2026, 12, 18)),
    Term(TermName.SPRING, date(2027, 1, 4), date(2027, 3, 25)),
    Term(TermName.SUMMER, date(2027, 4, 12), date(2027, 7, 21)),
)
TOML = """
academic_year = "2026-27"
inset_days = [2026-09-02]
terms = [
  { name = "AUTUMN", first = 2026-08-31, last = 2026-12-18 },
  { name = "SPRING", first = 2027-01-04, last = 2027-03-25 },
  { name = "SUMMER", first = 2027-04-12, last = 2027-07-21 },
]
[[holidays]]
first = 2026-10-26
last = 2026-10-30
label = "half-term"
[[closures]]
first = 2027-01-12
last = 2027-01-12
"""


AUGUST = [date(2026, 8, 27), date(2026, 8, 28), date(2026, 8, 31)]


def ics(*entries: tuple[str, str, str] | str) -> bytes:
    """An iCalendar of entries of whole days: title, first day, last day; or of lines as they are."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//"]
    for number, entry in enumerate(entries):
        lines += ["BEGIN:VEVENT", f"UID:{number}"]
        if isinstance(entry, str):
            lines += entry.split("|")
        else:
            title, first, last = entry
            after = date.fromisoformat(last) + timedelta(days=1)
            lines += [f"SUMMARY:{title}", f"DTSTART;VALUE=DATE:{first.replace('-', '')}"]
            lines.append(f"DTEND;VALUE=DATE:{after:%Y%m%d}")
        lines.append("END:VEVENT")
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def runs(given: Iterable[Days]) -> list[tuple[str, str]]:
    return [(str(days.first), str(days.last)) for days in given]


def test_toml_says_what_the_register_takes() -> None:
    assert read_toml(TOML) == CalendarRead(
        YEAR,
        TERMS,
        (Days(date(2026, 10, 26), date(2026, 10, 30), "half-term"),),
        (Days(date(2027, 1, 12), date(2027, 1, 12)),),
        (date(2026, 9, 2),),
    )


def test_the_example_of_the_page_on_calendars_is_a_sound_calendar() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "set-a-calendar.md").read_text()
    [example] = re.findall(r"```toml\n(.*?)```", page, re.S)
    read = read_toml(example)
    require_sound(SchoolCalendar(read.academic_year, 1, read.terms, read.holidays, read.closures, read.inset_days))
    assert all((read.holidays, read.closures, read.inset_days))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"AUTUMN"', '"FALL"', "$.terms[0].name"),
        ("2026-08-31", "2026-08-32", "line 5"),
        ("inset_days", "inset", "unknown field `inset`"),
        ('academic_year = "2026-27"', "", "missing required field `academic_year`"),
    ],
)
def test_toml_that_is_no_calendar_is_refused_with_the_key(old: str, new: str, told: str) -> None:
    with pytest.raises(CalendarFileError) as refusal:
        read_toml(TOML.replace(old, new, 1))
    assert told in str(refusal.value)


WHOLE = (
    ("Autumn Term", "2026-08-31", "2026-12-18"),
    ("Spring term 2027", "2027-01-04", "2027-03-25"),
    ("Term 3 (Summer)", "2027-04-12", "2027-07-21"),
)


def test_terms_in_one_entry_each() -> None:
    assert read_icalendar(ics(*WHOLE), YEAR) == CalendarRead(YEAR, TERMS)


def test_the_beginning_and_the_end_of_a_term_in_entries_of_their_own() -> None:
    entries = [
        entry
        for title, first, last in WHOLE
        for entry in ((f"{title} begins", first, first), (f"Last day of {title}", last, last))
    ]
    assert read_icalendar(ics(*entries), YEAR) == CalendarRead(YEAR, TERMS)


@pytest.mark.parametrize(
    ("title", "first", "last", "taken", "expected"),
    [
        ("Autumn half term", "2026-10-26", "2026-10-30", "holidays", [("2026-10-26", "2026-10-30")]),
        ("Half-Term holiday", "2027-02-15", "2027-02-19", "holidays", [("2027-02-15", "2027-02-19")]),
        ("May Day bank holiday", "2027-05-03", "2027-05-03", "holidays", [("2027-05-03", "2027-05-03")]),
        ("School closed for Easter break", "2027-03-26", "2027-04-09", "holidays", [("2027-03-26", "2027-04-09")]),
        # Cut to the year at both ends, or not of the year at all.
        ("Summer holidays", "2026-07-22", "2026-09-01", "holidays", [("2026-09-01", "2026-09-01")]),
        ("Summer holidays", "2027-07-22", "2027-09-01", "holidays", [("2027-07-22", "2027-08-31")]),
        ("Summer holidays", "2026-07-22", "2026-08-28", "holidays", []),
        ("School closed: snow", "2027-01-12", "2027-01-13", "closures", [("2027-01-12", "2027-01-13")]),
        ("INSET day (school closed to pupils)", "2026-09-02", "2026-09-02", "inset_days", [date(2026, 9, 2)]),
        ("Autumn term INSET days", "2026-08-27", "2026-08-31", "inset_days", AUGUST),
        ("Staff training day", "2027-06-14", "2027-06-14", "inset_days", [date(2027, 6, 14)]),
        # The next year's beginnings.
        ("INSET day", "2027-08-31", "2027-08-31", "inset_days", []),
        ("Autumn term begins", "2027-08-31", "2027-08-31", "terms", list(TERMS)),
        ("Autumn half term", "2025-10-27", "2025-10-31", "holidays", []),
    ],
)
def test_the_title_of_an_entry_says_what_it_is(
    title: str, first: str, last: str, taken: str, expected: list[object]
) -> None:
    read = read_icalendar(ics(*WHOLE, (title, first, last)), YEAR)
    found = getattr(read, taken)
    assert (runs(found) if taken in ("holidays", "closures") else list(found)) == expected
    assert read.passed_over == ()
    others = {"holidays", "closures", "inset_days"} - {taken}
    assert [getattr(read, other) for other in others] == [()] * len(others)


@pytest.mark.parametrize(
    "entry",
    [
        "SUMMARY:Sports day|DTSTART;VALUE=DATE:20270610",
        "DTSTART;VALUE=DATE:20270610",
        # What could be read in two ways is not read in either.
        "SUMMARY:Half term begins|DTSTART;VALUE=DATE:20261023",
        "SUMMARY:Last day of autumn term before the Christmas holiday|DTSTART;VALUE=DATE:20261217",
        "SUMMARY:Autumn term ends and spring term begins|DTSTART;VALUE=DATE:20261217",
        # What is not a run of whole days of its own.
        "SUMMARY:Half term|DTSTART:20261026T090000Z|DTEND:20261030T160000Z",
        "SUMMARY:INSET|DTSTART;VALUE=DATE:20260902|RRULE:FREQ=WEEKLY",
        "SUMMARY:Half term|STATUS:CANCELLED|DTSTART;VALUE=DATE:20261026",
    ],
)
def test_what_is_not_understood_is_passed_over_and_named(entry: str) -> None:
    read = read_icalendar(ics(*WHOLE, entry), YEAR)
    title = entry.partition("|")[0].removeprefix("SUMMARY:") if entry.startswith("SUMMARY") else "(no title)"
    assert read == CalendarRead(YEAR, TERMS, passed_over=(title,))


def test_two_entries_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(CalendarFileError, match=r"Autumn term starts.*2026-08-31.*2026-09-07"):
        read_icalendar(ics(*WHOLE, ("Autumn term starts for year 7", "2026-09-07", "2026-09-07")), YEAR)
    assert read_icalendar(ics(*WHOLE, WHOLE[0]), YEAR).terms == TERMS


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"\xff\xfe", ics("SUMMARY:INSET"), ics("SUMMARY:INSET|DTSTART;VALUE=DATE:2026")],
)
def test_what_is_no_icalendar_is_refused(content: bytes) -> None:
    with pytest.raises(CalendarFileError):
        read_icalendar(content, YEAR)


def test_a_year_that_is_none_is_refused() -> None:
    with pytest.raises(MalformedAcademicYear):
        read_icalendar(ics(*WHOLE), "2026")


def test_a_calendar_without_a_term_is_refused_by_the_register_and_not_made_up() -> None:
    read = read_icalendar(ics(*WHOLE[:2], ("Summer term begins", "2027-04-12", "2027-04-12")), YEAR)
    assert read.terms == TERMS[:2]
    with pytest.raises(TermsIncomplete):
        require_sound(SchoolCalendar(read.academic_year, 1, read.terms))


def test_bank_holidays_in_term_are_added_where_the_school_is_not_closed_already() -> None:
    read = with_bank_holidays(read_icalendar(ics(*WHOLE, ("Whitsun break", "2027-05-31", "2027-06-04")), YEAR))
    assert runs(read.holidays) == [
        ("2026-08-31", "2026-08-31"),
        ("2027-05-03", "2027-05-03"),
        ("2027-05-31", "2027-06-04"),
    ]
    assert with_bank_holidays(read) == read


def test_what_was_read_becomes_the_calendar_of_the_school(trust: Trust) -> None:
    caller = system_caller(trust.trust_id)
    join_school(trust.ledger, caller, urn="900077", name="Beech Lane", joined_on=date(2026, 9, 1))
    read = with_bank_holidays(read_toml(TOML))

    enter(trust.ledger, caller, urn="900077", read=read)
    before = trust.ledger.head()[0]
    enter(trust.ledger, caller, urn="900077", read=read)

    assert trust.ledger.head()[0] == before
    register = trust.ledger.load(school_register_id(trust.trust_id, "900077"))
    assert register is not None
    whole = SchoolCalendar(YEAR, 1, read.terms, read.holidays, read.closures, read.inset_days)
    assert register.calendars == {YEAR: whole}
