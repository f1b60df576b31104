"""Files that were handed in to cases, for the tests of the domain."""

from __future__ import annotations

from typing import Any

from domain.sealed import Secret
from tests.domain.complaints import TODAY, named

NAME, SHA256 = Secret("what-he-wrote.png"), Secret("5f" * 32)
FILE: dict[str, Any] = {
    "file_id": named("file"),
    "kind": "PDF",
    "byte_length": 70_000,
    "scanned": "SCANNED_CLEAN",
    "file_name": NAME,
    "fingerprint": SHA256,
    "no_indecent_image_of_child": True,
    "today": TODAY,
}


def stored(case: Any, **given: Any) -> Any:
    """The case after a file was handed in."""
    case.store_file(**FILE | given)
    return case
