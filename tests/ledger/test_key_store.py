"""Keys are made once per owner, wrapped at rest, and once destroyed are never there again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.database import Database
from ledger.key_store import KeyDestroyedError, KeyMissingError, KeyOwner, KeyStore
from ledger.keys import KeysUnavailableError, LocalKeyFile
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "kek.json"


@pytest.fixture
def store(keys_database: Database, key_file: Path) -> KeyStore:
    return KeyStore(keys_database, LocalKeyFile(key_file))


def one_key(store: KeyStore, trust_id: UUID, owner: KeyOwner) -> tuple[UUID, bytes]:
    key = store.keys_for(trust_id, [owner])[owner]
    return key.key_id, key.secret


def test_an_owner_has_one_key_and_every_owner_another(store: KeyStore, trust_id: UUID) -> None:
    case, person = uuid4(), uuid4()
    owners = [KeyOwner(case), KeyOwner(case, person), KeyOwner(case, uuid4()), KeyOwner(uuid4(), person)]
    keys = store.keys_for(trust_id, owners)
    assert len({key.secret for key in keys.values()}) == len({key.key_id for key in keys.values()}) == 4
    store.forget(trust_id)
    assert store.keys_for(trust_id, owners) == keys
    assert store.open(trust_id, [key.key_id for key in keys.values()]) == {key.key_id: key for key in keys.values()}


def test_the_same_ids_in_another_trust_have_other_keys(store: KeyStore, trust_id: UUID) -> None:
    owner = KeyOwner(uuid4())
    key_id, secret = one_key(store, trust_id, owner)
    assert one_key(store, uuid4(), owner)[1] != secret
    with pytest.raises(KeyMissingError):
        store.open(uuid4(), [key_id])


def test_many_writers_at_once_get_the_same_key(keys_database: Database, key_file: Path, trust_id: UUID) -> None:
    stores = [KeyStore(keys_database, LocalKeyFile(key_file)) for _ in range(6)]
    owner = KeyOwner(uuid4())
    with ThreadPoolExecutor(6) as pool:
        keys = set(pool.map(lambda store: one_key(store, trust_id, owner), stores))
    assert len(keys) == 1


def test_a_destroyed_key_is_never_minted_again(store: KeyStore, trust_id: UUID) -> None:
    owner, other = KeyOwner(uuid4(), uuid4()), KeyOwner(uuid4())
    key_id, _ = one_key(store, trust_id, owner)
    other_id, _ = one_key(store, trust_id, other)
    for _ in range(2):
        store.destroy(trust_id, key_id, reason="erasure request", authority="data protection officer")
    assert store.open(trust_id, [key_id])[key_id] is None
    assert dict(store.states(trust_id, [key_id, other_id])) == {key_id: "DESTROYED", other_id: "ACTIVE"}
    with pytest.raises(KeyDestroyedError):
        store.keys_for(trust_id, [owner])
    assert store.keys_of_case(trust_id, owner.case_id) == {owner: key_id}


def test_a_missing_row_is_a_fault_and_no_erasure(store: KeyStore, trust_id: UUID) -> None:
    with pytest.raises(KeyMissingError):
        store.open(trust_id, [uuid4()])
    with pytest.raises(KeyMissingError):
        store.destroy(trust_id, uuid4(), reason="", authority="")


def test_keys_are_at_rest_only_wrapped_and_bound_to_their_place(
    store: KeyStore, trust_id: UUID, database_urls: DatabaseUrls
) -> None:
    owner, other = KeyOwner(uuid4()), KeyOwner(uuid4())
    (key_id, secret), (other_id, other_secret) = (one_key(store, trust_id, one) for one in (owner, other))
    with psycopg.connect(database_urls.admin_keys, autocommit=True) as connection:
        rows = connection.execute("SELECT key_id, wrapped FROM data_key WHERE trust_id = %s", (trust_id,)).fetchall()
        assert all(key not in bytes(wrapped) for _, wrapped in rows for key in (secret, other_secret))
        # A wrapped key put in another's place does not open.
        wrapped: dict[UUID, bytes] = dict(rows)
        connection.execute(
            "UPDATE data_key SET wrapped = %s WHERE trust_id = %s AND key_id = %s",
            (wrapped[other_id], trust_id, key_id),
        )
    store.forget(trust_id)
    with pytest.raises(KeysUnavailableError):
        store.open(trust_id, [key_id])


def test_the_key_file_is_the_owners_alone(store: KeyStore, key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    key_file.chmod(0o644)
    with pytest.raises(KeysUnavailableError, match="0600"):
        LocalKeyFile(key_file)


def test_processes_that_start_at_once_agree_on_one_key_file(key_file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: LocalKeyFile(key_file), range(8)))
    name, (one, other) = files[0].wrap([(b"k" * 32, b"place"), (b"l" * 32, b"other place")])
    assert name == "kek-1"
    assert {file.unwrap("kek-1", one, b"place") for file in files} == {b"k" * 32}
    assert {file.unwrap("kek-1", other, b"other place") for file in files} == {b"l" * 32}
    assert one[:12] != other[:12]
    assert [path.name for path in key_file.parent.iterdir()] == [key_file.name]


def test_a_key_file_that_is_no_key_file_is_refused_without_its_content(key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.touch(mode=0o600)
    for content in ("", "not json", json.dumps({"keys": {}})):
        key_file.write_text(content)
        with pytest.raises(KeysUnavailableError) as error:
            LocalKeyFile(key_file)
        assert not content or content not in str(error.value)


def test_a_keyed_hash_differs_by_trust_and_purpose(store: KeyStore, trust_id: UUID) -> None:
    mac = store.mac(trust_id, "command", b"x")
    assert mac == store.mac(trust_id, "command", b"x")
    assert len({mac, store.mac(trust_id, "row", b"x"), store.mac(uuid4(), "command", b"x")}) == 3


# --- other key-encryption keys


def test_every_key_is_wrapped_anew_and_opens_as_before(keys_database: Database, key_file: Path, trust_id: UUID) -> None:
    file = LocalKeyFile(key_file)
    store, elsewhere = KeyStore(keys_database, file), KeyStore(keys_database, LocalKeyFile(key_file))
    owners = [KeyOwner(uuid4()) for _ in range(1_203)]
    keys = store.keys_for(trust_id, owners)
    gone = keys.pop(owners[0])
    store.destroy(trust_id, gone.key_id, reason="r", authority="a")

    assert (file.add(), store.wrap_anew(trust_id), store.wrap_anew(trust_id)) == ("kek-2", 1_202, 0)

    assert store.wrapped_under(trust_id) == {"kek-2"}
    # Another process, which has read the file before, opens them and wraps under the new key.
    assert elsewhere.open(trust_id, [key.key_id for key in keys.values()]) == {key.key_id: key for key in keys.values()}
    assert elsewhere.open(trust_id, [gone.key_id]) == {gone.key_id: None}
    elsewhere.keys_for(trust_id, [KeyOwner(uuid4())])
    assert elsewhere.wrapped_under(trust_id) == {"kek-2"}


def test_what_was_wrapped_under_a_dropped_key_is_opened_never_again(key_file: Path) -> None:
    file, elsewhere = LocalKeyFile(key_file), LocalKeyFile(key_file)
    _, [former] = file.wrap([(b"k" * 32, b"place")])
    file.add()
    with pytest.raises(ValueError, match="wraps now"):
        file.drop(["kek-2"])
    file.drop(["kek-1"])

    assert file.ids == ("kek-2",)
    assert key_file.stat().st_mode & 0o777 == 0o600
    for one in (file, LocalKeyFile(key_file)):
        with pytest.raises(KeysUnavailableError, match="kek-1"):
            one.unwrap("kek-1", former, b"place")
    # A number is given once, whatever was dropped since.
    assert elsewhere.add() == "kek-3"


def test_keys_added_at_once_are_all_kept(key_file: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        names = set(pool.map(lambda _: LocalKeyFile(key_file).add(), range(6)))

    assert names == {f"kek-{number}" for number in range(2, 8)}
    assert set(LocalKeyFile(key_file).ids) == names | {"kek-1"}


def test_a_rotation_that_was_cut_short_is_gone_on_with(
    keys_database: Database, key_file: Path, trust_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = LocalKeyFile(key_file)
    store = KeyStore(keys_database, file)
    keys = store.keys_for(trust_id, [KeyOwner(uuid4()) for _ in range(2_100)])
    file.add()
    wrap, calls = file.wrap, iter(range(10))

    def fails_at_the_third(given: Sequence[tuple[bytes, bytes]]) -> tuple[str, list[bytes]]:
        if next(calls) == 2:
            raise KeysUnavailableError("the key service is down")
        return wrap(given)

    with monkeypatch.context() as patched:
        patched.setattr(file, "wrap", fails_at_the_third)
        with pytest.raises(KeysUnavailableError):
            store.wrap_anew(trust_id)
    assert store.wrapped_under(trust_id) == {"kek-1", "kek-2"}

    assert store.wrap_anew(trust_id) == 1_100
    store.forget(trust_id)
    assert store.open(trust_id, [key.key_id for key in keys.values()]) == {key.key_id: key for key in keys.values()}
