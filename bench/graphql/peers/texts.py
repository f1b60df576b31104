"""Opening sealed texts for the data loaders, by the product's own functions: no peer has other keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from api.bootstrap import KEY_FILE
from domain.access import Role, visibility
from ledger.database import Database
from services.registers import open_key_store
from services.sealed_texts import SealedPlace, SealedText, open_texts
from services.store import TrustLedger


class Texts:
    """The texts of one trust, for its lead."""

    def __init__(self, given: dict[str, Any]) -> None:
        trust_id = UUID(given["trust"])
        keys = open_key_store(Database(given["keys_url"]), Path(given["folder"]) / KEY_FILE)
        self._ledger = TrustLedger(Database(given["url"]).trust(trust_id), keys)
        self._reader = visibility(trust_id, UUID(given["person"]), Role.TRUST_LEAD, None)

    def open(self, places: list[SealedPlace]) -> list[SealedText]:
        """The texts at these places, in their order."""
        found = open_texts(self._ledger, self._reader, places)
        return [found[place] for place in places]
