"""The query editor: served from this package alone, and unable to load anything else."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

from tests.api.client import Client

FOLDER = files("api") / "static" / "graphiql"
# As published in the packages that NOTICE names.
PUBLISHED = {
    "graphiql.min.js": "a330a2be1d2389486840a9d0a834767d9083a23f105879e0de54e4fce83d3513",
    "graphiql.min.css": "bdddd50aac5bdb0edd83e5c862ba2fed9db2964e4c75d4655ab62b0a7d5bd730",
    "react.production.min.js": "d949f1c3687aedadcedac85261865f29b17cd273997e7f6b2bfc53b2f9d4c4dd",
    "react-dom.production.min.js": "35f4f974f4b2bcd44da73963347f8952e341f83909e4498227d4e26b98f66f0d",
}


def test_the_packaged_files_are_the_published_ones_and_carry_their_licences() -> None:
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in PUBLISHED} == PUBLISHED
    for licence in ("LICENSE.graphiql", "LICENSE.react"):
        assert "MIT License" in (FOLDER / licence).read_text()


def test_the_page_names_no_file_that_is_not_served(demo: Client) -> None:
    page = demo.http.get("/graphiql")

    named = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert sorted(named) == sorted(f"/graphiql/{name}" for name in (*PUBLISHED, "page.css", "start.js"))
    for path in named:
        assert demo.http.get(path).status_code == 200


def test_the_page_may_load_and_ask_only_its_own_origin(demo: Client) -> None:
    policy = demo.http.get("/graphiql").headers["content-security-policy"]

    assert "unsafe" not in policy
    sources = {word for part in policy.split("; ") for word in part.split(" ")[1:]}
    assert sources == {"'none'", "'self'", "data:"}


def test_the_page_holds_no_script_or_style_of_its_own(demo: Client) -> None:
    page = demo.http.get("/graphiql").text

    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|style=", page) == []
