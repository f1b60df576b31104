"""The page on erasing: its requests, one after the other, against the demonstration."""

from __future__ import annotations

import json
import re
from functools import reduce
from pathlib import Path
from uuid import uuid4

import pytest

from api.upkeep import carry_out_erasures
from domain.vocabulary import CODE_LISTS
from tests.api.client import Client
from tests.api.test_erasures import opened

PAGE = Path("docs/how-to/erase.md").read_text(encoding="utf-8")
_REQUEST = re.compile(r"^(GET|POST) (\S+)\nCaseledger-Role: (\S+)(?:\n\n(.+))?", re.S)


def test_the_requests_of_the_page_ask_for_an_erasure_approve_it_and_carry_it_out(demo: Client) -> None:
    names = {"CASE-ID": opened(demo, "Words."), "COMMAND-1": str(uuid4()), "COMMAND-2": str(uuid4())}
    answers = []
    for block in re.findall(r"```http\n(.+?)```", PAGE, re.S):
        request = reduce(lambda text, name: text.replace(name, names[name]), names, block)
        found = _REQUEST.match(request)
        assert found is not None, request
        method, path, role, body = found.groups()
        given = {} if body is None else {"json": json.loads(body)}
        answer = demo.http.request(method, path, headers=demo.headers(role), **given)
        assert answer.status_code in (200, 201, 202), answer.text
        answers.append(answer.json())
        names["ERASURE-ID"] = answers[0]["erasureId"]
        # What the server does by itself, perhaps a moment later.
        carry_out_erasures(demo.runtime, demo.trust_id)

    asked, judged, approved, completed = answers
    assert asked["extent"] == {"cases": 1, "keys": 1, "texts": 1, "files": 0, "people": 0}
    assert judged["asked"] == {"state": "OPEN", "text": "It was about another school's pupil and belongs there."}
    assert (judged["remaining"], approved["state"]) == (asked["extent"], "APPROVED")
    assert (completed["state"], completed["done"]) == ("COMPLETED", asked["extent"])


@pytest.mark.parametrize("list_name", ["erasure_authorities", "erasure_scopes"])
def test_the_page_names_every_code(list_name: str) -> None:
    missing = [code.code for code in CODE_LISTS[list_name] if f"`{code.code}`" not in PAGE]
    assert missing == []
