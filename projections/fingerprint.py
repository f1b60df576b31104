"""Which code wrote a generation of the read tables: a rebuild is continued only by the code that began it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def fingerprint() -> str:
    """A hash over the source of everything a projection is made by: the domain and the projections themselves."""
    digest = sha256()
    for package in ("domain", "projections"):
        for source in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if source.name.endswith(".py"):
                digest.update(f"{package}/{source.name}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:16]
