"""Which code wrote a generation of the read tables: a rebuild is continued only by the code that began it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

import policies


@cache
def fingerprint() -> str:
    """A hash over all that a projection is made by: the sources of domain and projections, the shipped table."""
    digest = sha256()
    for package in ("domain", "projections"):
        for source in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if source.name.endswith(".py"):
                digest.update(f"{package}/{source.name}\n".encode() + source.read_bytes())
    # What every trust that adopted no table of its own is told.
    digest.update(policies.retention_table().encode())
    return digest.hexdigest()[:16]
