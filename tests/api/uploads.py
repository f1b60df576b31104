"""Handing in a file over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.api.client import Client, Json

__all__ = ["send_file", "upload", "uploaded"]

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
