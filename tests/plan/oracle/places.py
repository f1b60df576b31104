"""Where each item, head and breach counts, from the events of its case alone (counting rule 7, ruling 37)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Places:
    """The schools at which the parts of one case count: that at which the case was when they were recorded."""

    def __init__(self) -> None:
        # By part: the stay in which it was recorded; and the school of each stay, of which a correction moves the last.
        self._stay_of: dict[str, int] = {}
        self._stays: list[str] = []

    def take(self, name: str, stream: str, data: Json) -> None:
        """Follow one event of the case."""
        fact = name.split(".")[1]
        if "school_urn" in data and fact in ("reported", "received"):
            self._stays = [data["school_urn"]]
            self._here(stream, *(head["head_id"] for head in data.get("heads", ())))
        elif fact in ("item_recorded", "item_reposted"):
            self._here(data["item_id"])
        elif fact == "item_split":
            self._stay_of[data["new_item_id"]] = self._stay_of[data["item_id"]]
        elif fact == "head_added":
            self._here(data["head"]["head_id"])
        elif fact == "school_corrected":
            self._stays[-1] = data["school_urn"]
        elif fact == "transferred":
            self._stays.append(data["to_school"])

    def _here(self, *parts: str) -> None:
        self._stay_of |= dict.fromkeys(parts, len(self._stays) - 1)

    def now(self) -> dict[str, str]:
        """The school of each part."""
        return {part: self._stays[stay] for part, stay in self._stay_of.items()}
