"""Handing in a file over HTTP, asking for it, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.api.client import Client, Json

__all__ = ["PDF", "files_of", "get_archive", "get_file", "new_incident", "send_file", "stored", "upload", "uploaded"]

FILES = """
query($id: ID!, $at: Int) {
  case(id: $id, atLeast: $at) {
    version
    files {
      id kind mediaType byteLength scanned state viewCount exportCount evidenceId
      fileName { state text } fingerprint { state text } storedBy { id }
      custody(first: 10) { totalCount nodes { type actor { role } data } }
    }
  }
}
"""
PDF = b"%PDF-1.7\nwhat was written\n"


def uploaded(
    content: Any, name: str = "evidence.pdf", declared: str = "application/pdf", **words: Any
) -> Mapping[str, Any]:
    """A request that hands in a file, for httpx."""
    said = {"commandId": str(uuid4()), "noIndecentImageOfChild": True, **words}
    metadata = (None, json.dumps({one: value for one, value in said.items() if value is not None}), "application/json")
    return {"files": [("metadata", metadata), ("file", (name, content, declared))]}


def send_file(
    client: Client,
    case_id: str,
    content: Any = PDF,
    role: str = "trust-lead",
    person: UUID | None = None,
    headers: Mapping[str, str] | None = None,
    **said: Any,
) -> httpx.Response:
    """Hand in a file; the answer, whatever it is."""
    return client.http.post(
        f"/v1/cases/{case_id}/files",
        headers={**client.headers(role, person), **(headers or {})},
        **uploaded(content, **said),
    )


def upload(client: Client, case_id: str, content: Any = PDF, **said: Any) -> Json:
    """Hand in a file that has to be kept; what is said of it."""
    answer = send_file(client, case_id, content, **said)
    assert answer.status_code == 201, answer.text
    kept: Json = answer.json()
    return kept


def new_incident(demo: Client) -> str:
    given = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
    made: str = demo.command("reportIncident", **given)["case"]["id"]
    return made


def get_file(
    client: Client, case_id: str, file_id: str, role: str = "trust-lead", derivative: str | None = None, **headers: str
) -> httpx.Response:
    return client.http.get(
        f"/v1/cases/{case_id}/files/{file_id}",
        params={} if derivative is None else {"derivative": derivative},
        headers={**client.headers(role), **headers},
    )


def get_archive(client: Client, case_id: str, role: str = "trust-lead") -> httpx.Response:
    """Ask for a case with its files."""
    return client.http.get(f"/v1/cases/{case_id}/bundle", params={"files": "true"}, headers=client.headers(role))


def files_of(client: Client, case_id: str, role: str = "trust-lead") -> list[Json]:
    with client.runtime.database.trust(client.trust_id).connection() as connection:
        row = connection.execute("SELECT position FROM ledger_head WHERE trust_id = %s", (client.trust_id,)).fetchone()
    assert row is not None
    found: list[Json] = client.ask(FILES, role, id=case_id, at=row[0])["case"]["files"]
    return found


def stored(client: Client) -> set[str]:
    names = client.runtime.evidence.store.stored(client.trust_id)
    return {str(one.name.file_id) for one in names}
