"""Files with a canary in their name and one in what they hold, handed in, asked for, and refused."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx

from tests.e2e.canaries import Canaries
from tests.e2e.canary_requests import Asker
from tests.e2e.demonstration import Demonstration

__all__ = ["get_file", "hand_in", "refused_files"]


def _form(name: str, content: bytes, **said: object) -> list[tuple[str, tuple[str | None, bytes | str, str]]]:
    words = {"commandId": str(uuid4()), "noIndecentImageOfChild": True, **said}
    return [("metadata", (None, json.dumps(words), "application/json")), ("file", (name, content, ""))]


def hand_in(shown: Demonstration, case_id: str, names: Canaries, contents: Canaries) -> str:
    """Hand in a long file to a case; where it is given."""
    name, word = names.plant("a file's name"), contents.plant("a file")
    token = {"Authorization": f"Bearer {shown.token()}"}
    path = f"/v1/cases/{case_id}/files"
    content = f"What {word} wrote. ".encode() * 10_000
    kept = httpx.post(shown.address + path, files=_form(f"{name}.txt", content), headers=token, timeout=60)
    assert kept.status_code == 201, kept.text
    return f"{path}/{kept.json()['fileId']}"


def get_file(shown: Demonstration, path: str, role: str = "trust-lead") -> httpx.Response:
    """Ask for a file."""
    return httpx.get(shown.address + path, headers={"Authorization": f"Bearer {shown.token(role)}"}, timeout=60)


def refused_files(asker: Asker, case_id: str, contents: Canaries) -> None:
    """Files that are refused for whatever reason, and forms that are none."""
    path = f"/v1/cases/{case_id}/files"

    def words(place: str) -> bytes:
        return f"What {contents.plant(place)} wrote. ".encode() * 200

    for place, name, before in (
        ("a page", "{}.txt", b"<html>"),
        ("a program", "{}.png", b"MZ"),
        ("an unknown name", "x.{}", b""),
        ("a name without an end", "{}", b""),
        ("another kind", "{}.png", b"%PDF-1.7\n"),
        ("an archive", "{}.docx", b"PK\x03\x04"),
    ):
        asker.send(place, path=path, files=_form(name.format(asker.plant(place)), before + words(place)))
    asker.send("no declaration", path=path, files=_form("x.txt", words("no declaration"), noIndecentImageOfChild=False))
    asker.send(
        "a wrong word", path=path, files=_form("x.txt", words("a wrong word"), about=asker.plant("a wrong word"))
    )
    unknown = {asker.plant("an unknown word"): 1}
    asker.send("an unknown word", path=path, files=_form("x.txt", words("an unknown word"), **unknown))
    asker.send("two files", path=path, files=[*_form("x.txt", words("two files")), ("file", ("y.txt", b"y", ""))])
    asker.send("no right", path=path, role="auditor", files=_form("x.txt", words("no right")))
    asker.send("no case", path=f"/v1/cases/{uuid4()}/files", files=_form("x.txt", words("no case")))
    asker.send(
        "a broken form",
        path=path,
        content=words("a broken form"),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    query = {"derivative": asker.plant("a derivative")}
    asker.send("a derivative", "GET", f"{path}/{uuid4()}", params=query)
