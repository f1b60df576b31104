"""The forms in which a replay is given: to read, as JSON, as CSV that no spreadsheet evaluates, and printed."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from pypdf import PdfReader

from api.replay.asked import Asked
from api.replay.moments import moment_of
from api.replay.printed import printable, replay_as_pdf
from api.replay.table import COLUMNS, guarded, replay_as_csv
from api.replay.text import replay_as_text
from api.replay.told_as_json import replay_as_json
from domain.actors import ActorSort
from projections.snapshot import MomentMalformed
from tests.api.histories import BEGIN, CASE, LEAVES, TRUST, a_checkpoint, a_replay

ERASED = "[erased: its key was destroyed, and an event of the ledger says so]"
WITHHELD = "[withheld: this reader may not open it]"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def printed(*texts: str) -> str:
    """The pages in one, lines that were broken for the width joined again."""
    return " ".join(" ".join(pages(replay_as_pdf(a_replay(*texts), Asked(), a_checkpoint()))).split())


# --- CSV


def test_a_table_has_a_row_for_each_event_and_every_cell_comes_back_as_it_was() -> None:
    text = 'She said "no, never"; then,\nin a new line: ü'
    content = replay_as_csv(a_replay(text))

    first, second, third, fourth = rows(content)
    assert content.decode().startswith(",".join(COLUMNS) + "\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert (first["version"], first["actor_name"], first["by"]) == ("1", "Zoë Łukasz", "HUMAN")
    assert first["recorded_at"] == "2026-09-14T08:31:15.250000Z"
    assert second["texts"] == f"text0: {text}\nerased: {ERASED}"
    assert second["reason"] == WITHHELD
    assert (second["actor_name"], second["on_behalf_of_name"]) == ("[ERASED]", "Ngũgĩ wa Thiong’o")
    assert {name: cell for name, cell in third.items() if cell} == {
        "reference": "INC-2026-000123",
        "position": "30",
        "version": "3",
        "type": "withheld",
        "leaf_hash": LEAVES[2].hex(),
    }
    assert fourth["state"] == "status CLOSED\noutcome NO_FURTHER_ACTION"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_begins_like_a_formula(start: str) -> None:
    wanted = f"{start}HYPERLINK(1)"
    replay = a_replay(trust_name=wanted, reference=wanted)

    assert guarded(wanted) == f"'{wanted}"
    for row in csv.reader(io.StringIO(replay_as_csv(replay).decode(), newline="")):
        assert not any(cell.startswith(start) for cell in row)


# --- JSON


def test_json_says_everything_and_that_something_is_not_said() -> None:
    told = json.loads(replay_as_json(a_replay("A text."), Asked(by=ActorSort.HUMAN), a_checkpoint()))

    first, second, third, _ = told["steps"]
    assert told["format"] == "caseledger-replay/1"
    assert told["trust"] == {"id": str(TRUST), "name": "Beck “Valley” Trust"}
    assert told["asked"] == {"types": None, "by": "HUMAN"}
    assert (told["position"], told["at"], told["events"], told["tellsReaders"]) == (812, None, 4, True)
    assert first["changes"][0] == {"field": "status", "before": None, "after": "OPEN"}
    assert first["outstanding"][0] == {
        "code": "TELL_HEADTEACHER",
        "clause": None,
        "itemId": None,
        "wording": None,
        "beforeClosing": False,
    }
    assert first["learnt"][0]["how"] == "RECORDED"
    assert first["knew"] is None
    assert second["texts"] == [
        {"part": "text0", "state": "OPEN", "text": "A text."},
        {"part": "erased", "state": "ERASED", "text": None},
        {"part": "reason", "state": "WITHHELD", "text": None},
    ]
    assert second["reason"] == {"state": "WITHHELD", "text": None}
    assert second["learnt"][0]["what"] == ["CASE", "PARTS"]
    assert third == {"position": 30, "version": 3, "leafHash": LEAVES[2].hex(), "withheld": True}
    assert told["learntSince"][0]["what"] == ["EXPORT"]
    assert told["ledger"]["checkpoint"] == a_checkpoint().note
    assert told["notices"] == [{"law": "Education Act 2002, section 141F", "since": "2026-09-10"}]


# --- text


def test_a_text_reads_step_by_step_and_nothing_in_it_steers_the_terminal() -> None:
    text = replay_as_text(a_replay("First line.\nRed \x1b[31m, \u202eturned and \x07 rung."), width=100)

    assert "First line." in text
    assert "Red [U+001B][31m, [U+202E]turned and [U+0007] rung." in text
    assert all(character == "\n" or character.isprintable() for character in text)
    assert max(map(len, text.splitlines())) <= 100
    for said in (
        "INC-2026-000123 INCIDENT at Alder Primary (900001)",
        "4 of 4 events",
        "status: nothing -> OPEN",
        "status OPEN; owed: TELL_HEADTEACHER (2)",
        "RESPOND due 2026-09-28",
        "Came to know since:",
        "[withheld: it names a case that this reader may not know of]",
        ERASED,
    ):
        assert said in text


def test_who_may_not_see_readers_is_told_so() -> None:
    assert "Who read the case is not told to this reader." in replay_as_text(a_replay(tells_readers=False))


# --- PDF


def test_the_printed_history_says_what_was_recorded_and_why_something_is_not_said() -> None:
    text = printed("Says the head is a “bully” & worse <b>.", "Bo\u0308hm, Ngũgĩ and Łukasz")

    for said in (
        "History of INC-2026-000123",
        "As it stands, at position 812 of the ledger.",
        "1 · 2026-09-14 08:31:15 UTC · position 10 · incident.reported.v1",
        "By: Zoë Łukasz (00000000-0000-0000-0000-000000000001) as coordinator",
        "on behalf of Ngũgĩ wa Thiong’o",
        "text0: Says the head is a “bully” & worse <b>.",
        "text1: Böhm, Ngũgĩ and Łukasz",
        f"erased: {ERASED}",
        f"Reason: {WITHHELD}",
        "Came to know: Ngũgĩ wa Thiong’o",
        "Heed: Education Act 2002, section 141F, since 2026-09-10.",
    ):
        assert said in text, said


def test_the_last_part_says_how_to_check_the_history_and_holds_the_note_as_it_is() -> None:
    checkpoint = a_checkpoint()
    last = pages(replay_as_pdf(a_replay(), Asked(), checkpoint))[-1]

    assert last.splitlines()[4] == "How to check this history"
    note = checkpoint.note.splitlines()
    assert all(line in last.splitlines() for line in note if line)
    for said in (
        str(TRUST),
        str(CASE),
        checkpoint.root.hex(),
        checkpoint.verifier_key.text,
        "caseledger export-case INC-2026-000123 --output INC-2026-000123.bundle.json",
        "caseledger verify INC-2026-000123.bundle.json --key key.txt --checkpoint note.txt",
        *(leaf.hex() for leaf in LEAVES),
    ):
        assert said in last.splitlines(), said


def test_every_page_has_its_number_the_reference_and_the_trust() -> None:
    found = pages(replay_as_pdf(a_replay(*("Words. " * 300 for _ in range(9))), Asked(), a_checkpoint()))

    assert len(found) > 3
    for number, page in enumerate(found, start=1):
        assert page.splitlines()[0] == "INC-2026-000123"
        assert page.splitlines()[1] == "Beck “Valley” Trust"
        assert f"{number} of {len(found)}" in page.splitlines()


def test_the_same_history_is_the_same_file_and_its_metadata_name_nobody() -> None:
    first, again = (replay_as_pdf(a_replay("Zoë Łukasz said so."), Asked(), a_checkpoint()) for _ in range(2))

    metadata: Any = PdfReader(io.BytesIO(first)).metadata
    assert first == again
    assert metadata["/Title"] == "INC-2026-000123"
    assert {metadata.get(name) for name in ("/Author", "/Subject", "/Creator", "/Keywords")} == {""}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë, Łukasz, Ngũgĩ, Şule, Đặng, Κώστας, Оксана", "Zoë, Łukasz, Ngũgĩ, Şule, Đặng, Κώστας, Оксана"),
        ("Zoe\u0308", "Zoë"),
        ("中文", "[U+4E2D][U+6587]"),
        ("\U0001f600", "[U+1F600]"),
        ("\u202eturned\u200d", "[U+202E]turned[U+200D]"),
        ("bell\x07\x00", "bell[U+0007][U+0000]"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\ue000\uffff", "[U+E000][U+FFFF]"),
    ],
)
def test_what_the_font_has_not_is_printed_as_its_code_and_never_left_out(text: str, shown: str) -> None:
    assert printable(text) == shown


# --- moments


def test_a_moment_is_a_position_or_an_instant_with_its_zone() -> None:
    assert moment_of("812", "until") == 812
    assert moment_of("2026-09-14T08:30:15.250000+00:00", "until") == BEGIN


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "yesterday", "2026-09-14", "2026-09-14T08:30:15", "1e3", "٣"),
        # In another zone these have no date that could be written.
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_what_is_no_moment_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(MomentMalformed) as refusal:
        moment_of(text, "until")
    assert refusal.value.fields == ("until",)
