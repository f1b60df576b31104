"""Handing files in and asking for them, as the services do it, for tests of what surrounds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from domain.vocabulary_of_files import FILE_KINDS
from services.commands import Refusal, Services
from services.evidence import Evidence, IncomingFile, KeptFile, admit_file, keep_file
from services.file_views import GivenFile, give_file
from services.scope import Caller
from tests.support.file_samples import SAMPLES

__all__ = ["Desk"]


@dataclass
class Desk:
    """Where files are handed in and given out."""

    services: Services
    evidence: Evidence
    handed_in: list[UUID] = field(default_factory=list)

    def hand_in(
        self, caller: Caller, case_id: UUID, content: bytes | None = None, code: str = "PDF", **said: Any
    ) -> KeptFile | Refusal:
        """Hand in a file of a kind, as it is done over HTTP; Refused is raised as there."""
        given: dict[str, Any] = {"no_indecent_image_of_child": True, "evidence_id": None, **said}
        name = given.pop("name", f"evidence.{FILE_KINDS[code].extensions[0]}")
        declared = given.pop("declared", FILE_KINDS[code].media_type)
        command_id, version = given.pop("command_id", uuid4()), given.pop("expected_version", None)
        said_first = {one: given[one] for one in ("evidence_id", "no_indecent_image_of_child")}
        admit_file(self.services, caller, self.evidence, case_id=case_id, command_id=command_id, **said_first)
        about = given.get("about")
        incoming = IncomingFile(
            self.services.ledger, self.evidence, case_id=case_id, about=about, name=name, declared=declared
        )
        try:
            content = SAMPLES[code] if content is None else content
            for at in range(0, len(content), 50_000):
                incoming.write(content[at : at + 50_000])
            return keep_file(
                self.services,
                caller,
                incoming,
                case_id=case_id,
                command_id=command_id,
                expected_version=version,
                **given,
            )
        finally:
            incoming.discard()

    def keeps(
        self, caller: Caller, case_id: UUID, content: bytes | None = None, code: str = "PDF", **said: Any
    ) -> UUID:
        """Hand in a file that has to be kept; its id."""
        kept = self.hand_in(caller, case_id, content, code, **said)
        assert isinstance(kept, KeptFile), kept
        self.handed_in.append(kept.file.file_id)
        return kept.file.file_id

    def given(self, caller: Caller, case_id: UUID, file_id: UUID, *, derivative: bool = False) -> GivenFile:
        """A file that has to be given out."""
        found = give_file(
            self.services, caller, self.evidence.store, case_id=case_id, file_id=file_id, derivative=derivative
        )
        assert isinstance(found, GivenFile), found
        return found

    def content(self, caller: Caller, case_id: UUID, file_id: UUID, *, derivative: bool = False) -> bytes:
        """Its bytes."""
        return b"".join(self.given(caller, case_id, file_id, derivative=derivative).pieces)
