"""The GraphQL benchmark runs, however small, and compares nothing that is not alike."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bench.graphql import __main__ as command
from bench.graphql.agreeing import Disagreement, require_agreement
from bench.graphql.comparing import Effort, compare, grow
from bench.graphql.data import Data, kept
from bench.graphql.loads import message
from bench.graphql.processor import seconds_of_tree
from bench.graphql.questions import NAMES, Question, questions
from bench.graphql.servers import FLOOR_NAME, LOADERS, OURS, Request, Server
from bench.graphql.tables import comparison_table, growth_table, results

CASES = 60
BRIEFLY = Effort(1, 0.1, [2])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clb-") as own:
        # Another system user may have to pass through it to its data.
        Path(own).chmod(0o711)
        yield Path(own)


def test_all_servers_of_this_package_are_asked_everything_that_they_can_answer(folder: Path) -> None:
    comparison = compare(folder, CASES, BRIEFLY, bring=False)

    asked = {question: set(found) for (question, _), found in comparison.found.items()}
    everybody = {OURS, FLOOR_NAME, LOADERS}
    assert tuple(asked) == NAMES
    assert asked == {
        **dict.fromkeys(("dashboard", "list", "history", "past"), everybody),
        "narratives": {OURS, LOADERS},
    }
    assert comparison.left_out == ["PostGraphile is left out: PostGraphile has not been brought here by a full run yet"]
    assert all(row.figure > 0 for row in results(comparison))
    assert len({len(row) for row in comparison_table(comparison)}) == 1


def test_growth_is_measured_on_the_data_that_is_kept(folder: Path) -> None:
    made = kept(folder, CASES)

    growth = grow(folder, [CASES], BRIEFLY)

    assert list(growth.data) == [made]
    assert len(growth_table(growth)) == 1 + len(questions(made))


DATA = Data(Path(), "", 1, 1, 1, UUID(int=1), (UUID(int=2),))
QUESTION = dataclasses.replace(questions(DATA)["narratives"], told=lambda data: data)


class Saying(Server):
    def ask(self, request: Request) -> Any:
        return self.headers["says"]


def server(name: str, says: str, requests: Sequence[Request] = (Request("/", b""),)) -> Server:
    def asked(_question: Question) -> Sequence[Request]:
        return requests

    return Saying(name, name, 1, 1, asked, lambda question, data: question.told(data), {"says": says})


def test_servers_that_differ_are_not_compared() -> None:
    with pytest.raises(Disagreement, match="one says this, two says that"):
        require_agreement(QUESTION, [server("one", "this"), server("two", "that")])


def test_a_server_that_cannot_answer_is_left_out_of_a_question() -> None:
    assert require_agreement(QUESTION, [server("one", "this"), server("two", "that", ())]) == ["one"]


def test_answers_without_content_agree_with_nothing() -> None:
    with pytest.raises(Disagreement, match="nothing in its answer"):
        require_agreement(QUESTION, [server("one", "")])


def test_a_message_without_a_body_is_a_get() -> None:
    assert message("/a", None, {"If-None-Match": '"tag"'}).startswith(b"GET /a HTTP/1.1\r\n")
    assert message("/a", b"{}", {}).endswith(b"Content-Length: 2\r\n\r\n{}")


def test_processor_time_grows_with_work() -> None:
    before = seconds_of_tree(os.getpid())
    while seconds_of_tree(os.getpid()) == before:
        pass


def test_a_run_replaces_its_own_part_of_the_document_only(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(command.DOCUMENT.read_text())

    for name in command.PARTS:
        command.write(document, name, f"figures of {name}")

    text = document.read_text()
    assert all(f"-->\n\nfigures of {name}\n\n<!-- end of {name} -->" in text for name in command.PARTS)
    assert text.startswith(command.DOCUMENT.read_text().partition("<!-- graphql")[0])


def test_a_document_without_the_place_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("nothing")

    with pytest.raises(ValueError, match="no place for compare"):
        command.write(document, "compare", "figures")
    assert document.read_text() == "nothing"
