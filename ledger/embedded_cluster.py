"""Making the embedded server's cluster: once, whole or not at all, with its settings and passwords in place."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING, Final

from ledger.embedded_programs import MAJOR_VERSION, EmbeddedPostgresError

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.embedded_programs import Programs

__all__ = [
    "APPLICATION_ROLE",
    "KEYS_DATABASE",
    "MAIN_DATABASE",
    "SUPERUSER",
    "make_cluster",
    "password_file",
    "refuse_foreign_cluster",
]

APPLICATION_ROLE: Final = "caseledger_app"
SUPERUSER: Final = "postgres"
MAIN_DATABASE: Final = "caseledger"
KEYS_DATABASE: Final = "caseledger_keys"

# No value that a statement carries may reach the server's log: errors reach the client, who logs what is safe.
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "400",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

ACCESS_RULES: Final = f"""\
# Written by caseledger. Every connection proves a password, and nothing is reachable from another machine.
local all all                scram-sha-256
host  all {APPLICATION_ROLE} 127.0.0.1/32 scram-sha-256
"""


def password_file(data_dir: Path, role: str) -> Path:
    """Return where a role's password stands, in the form that libpq reads (`passfile`)."""
    return data_dir / f"{role}.pgpass"


def make_cluster(data_dir: Path, cluster: Path, programs: Programs) -> None:
    """Make the cluster with both databases and both roles; interrupted, it is made anew the next time.

    Raises:
        EmbeddedPostgresError: a cluster of another version stands beside it, or one of PostgreSQL's programs failed.

    """
    home = cluster.parent
    for other in home.glob("*/PG_VERSION"):
        if other.parent.name != "unfinished":
            refuse_foreign_cluster(data_dir, other.parent)
    home.mkdir(mode=0o700, exist_ok=True)
    unfinished = home / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, APPLICATION_ROLE)}
    for role, password in passwords.items():
        _write_private(password_file(data_dir, role), f"*:*:*:{role}:{password}\n")
    handed_over = home / "initial-password"
    _write_private(handed_over, passwords[SUPERUSER])
    if programs.user is not None:
        os.chown(home, programs.user.uid, programs.user.gid)
        os.chown(handed_over, programs.user.uid, programs.user.gid)
    try:
        programs.demand(
            "initdb",
            *("--pgdata", unfinished, "--username", SUPERUSER, "--pwfile", handed_over),
            *("--auth", "scram-sha-256", "--data-checksums", "--encoding", "UTF8"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")),
            working_folder=home,
        )
    finally:
        handed_over.unlink(missing_ok=True)
    # Written in place, so that the file keeps its owner.
    (unfinished / "pg_hba.conf").write_text(ACCESS_RULES)
    programs.demand(
        "postgres",
        *("--single", "-D", unfinished, "-c", "exit_on_error=true", "postgres"),
        text=f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD '{passwords[APPLICATION_ROLE]}'\n"
        f"CREATE DATABASE {MAIN_DATABASE} TEMPLATE template0\n"
        f"CREATE DATABASE {KEYS_DATABASE} TEMPLATE template0\n",
        working_folder=home,
    )
    unfinished.rename(cluster)


def refuse_foreign_cluster(data_dir: Path, cluster: Path) -> None:
    """Refuse a cluster of another version of PostgreSQL, or one whose passwords are missing or known to others.

    Raises:
        EmbeddedPostgresError: the cluster cannot be used as it stands.

    """
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"The database in {cluster} was made by PostgreSQL {found}, and this program brings {MAJOR_VERSION}. "
            "Nothing was changed. Run the release that made it, or move the data over by pg_dump."
        )
    for role in (SUPERUSER, APPLICATION_ROLE):
        file = password_file(data_dir, role)
        if not file.is_file():
            raise EmbeddedPostgresError(
                f"The password file {file} of the database in {cluster} is missing. Restore it from a backup."
            )
        if file.stat().st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"The password file {file} is open to other users of this system. Close it (chmod 600 {file})."
            )


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
