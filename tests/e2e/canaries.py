"""Texts that occur nowhere else, planted where personal data goes, and the search for them in whatever form."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg

from ledger.embedded import KEYS_DATABASE, MAIN_DATABASE, EmbeddedPostgres

# Copied as text, because the columns of the planner's statistics have no binary form.
_AS_TEXT = ("pg_catalog", "information_schema")


class Canaries:
    """Texts that share a mark nobody else can have; `planted` says for each where it was given."""

    def __init__(self, kind: str) -> None:
        self.mark = f"{kind}{secrets.token_hex(6)}"
        self.planted: dict[str, str] = {}
        self._forms = [re.compile(re.escape(form), re.IGNORECASE) for form in self._encoded()]

    def plant(self, place: str) -> str:
        """A text of its own for a place."""
        canary = f"{self.mark}no{len(self.planted):04}"
        self.planted[canary] = place
        return canary

    def places_in(self, found: bytes | str) -> list[str]:
        """The places whose canaries stand in it, plain or encoded; empty when there are none."""
        content = found.encode(errors="surrogatepass") if isinstance(found, str) else found
        numbers = re.findall(re.escape(self.mark).encode() + rb"no\d{4}", content, re.IGNORECASE)
        canaries = sorted({number.decode().lower() for number in numbers})
        places = [self.planted.get(canary, canary) for canary in canaries]
        return places or [f"a canary as {form.pattern!r}" for form in self._forms if form.search(content)]

    def texts_in(self, found: bytes) -> set[str]:
        """The canaries that stand in it as they were planted."""
        return {canary for canary in self.planted if canary.encode() in found}

    def _encoded(self) -> Iterator[bytes]:
        plain = self.mark.encode()
        yield plain
        yield plain[::-1]
        yield self.mark.encode("utf-16-le")
        yield plain.hex().encode()
        # Base64 depends on where the text begins among the bytes before it; its ends depend on its neighbours.
        for shift in range(3):
            yield base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]


def tables_with(canaries: Canaries, data_dir: Path) -> dict[str, list[str]]:
    """The tables of both databases, catalogue included, in which canaries stand, after the planner looked at them."""
    found: dict[str, list[str]] = {}
    with EmbeddedPostgres.attach(data_dir) as server:
        for database in (MAIN_DATABASE, KEYS_DATABASE):
            with psycopg.connect(server.admin_url(database), autocommit=True) as admin:
                admin.execute("ANALYZE")
                tables = admin.execute(
                    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE c.relkind IN ('r', 'm', 'v') AND (c.relkind <> 'v' OR n.nspname = 'public')"
                ).fetchall()
                for schema, table in tables:
                    form = "text" if schema in _AS_TEXT else "binary"
                    statement = f'COPY (SELECT * FROM "{schema}"."{table}") TO STDOUT (FORMAT {form})'
                    with admin.cursor().copy(statement.encode()) as rows:
                        places = canaries.places_in(b"".join(rows))
                    if places:
                        found[f"{database}.{table}"] = places
    return found


def files_with(canaries: Canaries, *folders: Path) -> dict[str, list[str]]:
    """The files in which canaries stand, log of changes and indexes included, once all is written to disk."""
    found = {}
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                # The server removes files of its own at any time; one that is gone holds nothing.
                continue
            places = canaries.places_in(content)
            if places:
                found[str(file.relative_to(folder))] = places
    return found


def write_all_to_disk(data_dir: Path) -> None:
    with (
        EmbeddedPostgres.attach(data_dir) as server,
        psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin,
    ):
        admin.execute("CHECKPOINT")
