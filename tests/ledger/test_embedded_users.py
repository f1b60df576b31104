"""As whom the server runs: the user who runs the program, or, for root, a system user of its own."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger import embedded_programs
from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Callable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as other users")

# Imports everything first, since the user may not be allowed to open the environment.
AS_ANOTHER = """
import os, sys, encodings.idna, psycopg
from pathlib import Path
from ledger.embedded import EmbeddedPostgres
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
try:
    with EmbeddedPostgres.attach(Path(sys.argv[1])) as server:
        with psycopg.connect(server.app_url("caseledger")) as connection:
            print(*connection.execute("SELECT current_user").fetchone())
            print(os.stat(Path(sys.argv[1]) / "pg" / "18").st_uid)
except Exception as error:
    print(type(error).__name__, error)
"""
NOBODY = 65534


def attach_as(uid: int, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, folder, str(uid)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def modes(folder: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in (folder, *folder.parents)}


@as_root
def test_for_root_the_server_runs_as_a_system_user_of_its_own(folder: Path) -> None:
    with EmbeddedPostgres.attach(folder):
        note = folder / "pg" / "18" / "postmaster.pid"
        owner = Path(f"/proc/{note.read_text().split()[0]}").stat().st_uid

        assert pwd.getpwuid(owner).pw_name == "caseledger"
        # The passwords stay root's: the server does not need them.
        assert (folder / "postgres.pgpass").stat().st_uid == 0


@as_root
def test_for_root_a_folder_closed_to_the_server_is_refused_and_stays_closed(folder: Path) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)

    with pytest.raises(EmbeddedPostgresError) as refused:
        EmbeddedPostgres.attach(closed / "d")

    assert str(refused.value) == (
        f"The folder {closed} is closed to the system user caseledger, who runs PostgreSQL because this program runs "
        "as root. Choose a data folder below an open one (such as /var/lib/caseledger) by CASELEDGER_DATA_DIR, or open "
        f"this one yourself (chmod o+x {closed})."
    )
    assert modes(closed) == before


@as_root
def test_for_root_the_folders_above_the_data_keep_their_rights(folder: Path) -> None:
    before = modes(folder.parent)

    EmbeddedPostgres.attach(folder).stop_if_last()

    assert modes(folder.parent) == before


@as_root
def test_for_root_programs_that_the_server_cannot_open_are_copied_to_the_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the environment lies below /root."""
    monkeypatch.setattr(embedded_programs, "_is_open_to", lambda *_: False)

    with EmbeddedPostgres.attach(folder) as server:
        note = folder / "pg" / "18" / "postmaster.pid"
        program = os.readlink(f"/proc/{note.read_text().split()[0]}/exe")
        with psycopg.connect(server.app_url("caseledger")) as connection:
            version = connection.execute("SHOW server_version").fetchone()

    assert program.startswith(f"{folder}/programs/")
    assert version is not None


@as_root
@pytest.mark.parametrize(
    "close",
    [
        lambda environment: environment.chmod(0o700),
        lambda environment: (environment / "pginstall18" / "bin" / "postgres").chmod(0o700),
        lambda environment: (environment / "pginstall18" / "share").chmod(0o700),
    ],
    ids=["a folder above them", "the programs", "what they read"],
)
def test_programs_are_open_to_the_server_only_if_all_on_the_way_is(folder: Path, close: Callable[[Path], None]) -> None:
    environment = folder.parent / "environment"
    for name in ("bin", "share", "lib"):
        (environment / "pginstall18" / name).mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (environment / "pginstall18" / "bin" / name).touch()
    for path in (environment, *environment.rglob("*")):
        path.chmod(0o755)
    user = embedded_programs.ServerUser("nobody", NOBODY, NOBODY)

    assert embedded_programs._is_open_to(environment / "pginstall18" / "bin", user)
    close(environment)
    assert not embedded_programs._is_open_to(environment / "pginstall18" / "bin", user)


@as_root
def test_an_ordinary_user_runs_the_server_as_himself(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)

    assert attach_as(NOBODY, folder) == ["caseledger_app", str(NOBODY)]


@as_root
def test_root_joins_the_server_of_an_ordinary_user_as_that_user(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    attach_as(NOBODY, folder)

    with EmbeddedPostgres.attach(folder):
        owner = (folder / "pg" / "18" / "postmaster.pid").stat().st_uid

    assert owner == NOBODY
    assert attach_as(NOBODY, folder) == ["caseledger_app", str(NOBODY)]


@as_root
def test_an_ordinary_user_is_told_that_the_data_is_another_users(folder: Path) -> None:
    EmbeddedPostgres.attach(folder).stop_if_last()

    (said,) = attach_as(NOBODY, folder)

    assert said == (
        f"EmbeddedPostgresError The data folder {folder} cannot be used: Permission denied ({folder}/start.lock). "
        "Choose another by CASELEDGER_DATA_DIR."
    )


@as_root
def test_a_cluster_that_belongs_to_root_is_refused(folder: Path) -> None:
    (folder / "pg" / "18").mkdir(parents=True)
    folder.chmod(0o711)

    with pytest.raises(EmbeddedPostgresError, match="belongs to root, and PostgreSQL does not run as root"):
        EmbeddedPostgres.attach(folder)


@as_root
def test_a_cluster_of_a_user_that_the_system_does_not_know_is_refused(folder: Path) -> None:
    (folder / "pg" / "18").mkdir(parents=True)
    folder.chmod(0o711)
    os.chown(folder / "pg" / "18", 54321, 54321)

    with pytest.raises(EmbeddedPostgresError, match="belongs to user number 54321, whom this system does not know"):
        EmbeddedPostgres.attach(folder)


def test_a_server_user_who_cannot_be_made_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_programs, "SYSTEM_USER", "no-such-user-here")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(embedded_programs, "_SYSTEM_PROGRAMS", "/nowhere")

    with pytest.raises(EmbeddedPostgresError, match="could not be made: No such file or directory"):
        embedded_programs.server_user(folder / "pg" / "18")


def test_the_program_that_makes_users_is_found_where_the_search_path_does_not_lead(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a new machine in an environment that names no folder of the administrator's."""
    programs = folder.parent / "sbin"
    programs.mkdir()
    (programs / "useradd").write_text('#!/bin/sh\necho "asked for: $*" >&2\n')
    (programs / "useradd").chmod(0o755)
    monkeypatch.setattr(embedded_programs, "SYSTEM_USER", "no-such-user-here")
    monkeypatch.setattr(embedded_programs, "_SYSTEM_PROGRAMS", str(programs))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(EmbeddedPostgresError) as told:
        embedded_programs.server_user(folder / "pg" / "18")

    assert "asked for: --system --no-create-home --shell /usr/sbin/nologin no-such-user-here." in str(told.value)
