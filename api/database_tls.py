"""Whether a connection to a database is encrypted, to the server that its certificate names, or never leaves us."""

from __future__ import annotations

import ipaddress
import os

__all__ = ["is_protected"]


def is_protected(url: str) -> bool:
    """Return whether nobody between here and the database can read or answer what is sent to it.

    That is so on a socket or a loopback address, and elsewhere by `sslmode=verify-full` alone: every other mode of
    libpq takes a stranger for the server, or goes on in plain text (PostgreSQL documentation, SSL Support, 32.19.3).
    An address that libpq cannot read leads nowhere, and whoever connects is told so.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return True
    if (given.get("sslmode") or os.environ.get("PGSSLMODE")) == "verify-full":
        return True
    if "service" in given or "PGSERVICE" in os.environ:
        return False
    # What `hostaddr` says is where the connection goes, whatever name stands beside it.
    places = next(
        (str(said) for said in (given.get("hostaddr"), os.environ.get("PGHOSTADDR"), given.get("host")) if said),
        os.environ.get("PGHOST", ""),
    )
    return all(_is_here(place) for place in places.split(","))


def _is_here(place: str) -> bool:
    if not place or place[0] in "/@" or place == "localhost":
        return True
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False
