"""What leaves the machine is encrypted, to whom it is meant for: databases and identity providers."""

from __future__ import annotations

import asyncio
import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.database_tls import is_protected
from api.identity.discovery import Discovery, NotFetched
from api.identity.identities import load_identities
from api.settings import SettingsError, load_settings

FAR = "postgresql://app:canary@db.example/caseledger"
NEAR = "postgresql://app:canary@127.0.0.1/caseledger"
VARIABLES = ("DATABASE_URL", "KEYS_DATABASE_URL", "ADMIN_DATABASE_URL", "ADMIN_KEYS_DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{FAR}?sslmode=verify-full", True),
        (f"{FAR}?sslmode=verify-full&sslrootcert=system", True),
        ("host=db.example dbname=x sslmode=verify-full", True),
        (FAR, False),
        *((f"{FAR}?sslmode={mode}", False) for mode in ("disable", "allow", "prefer", "require", "verify-ca")),
        (NEAR, True),
        ("postgresql://app@localhost/x", True),
        ("postgresql://app@[::1]/x", True),
        ("postgresql:///x?host=/run/postgresql", True),
        ("dbname=x", True),
        ("postgresql://app@127.0.0.1.example/x", False),
        ("postgresql://app@127.0.0.1,db.example/x", False),
        ("postgresql://app@localhost/x?hostaddr=192.0.2.7", False),
        ("postgresql://app@db.example/x?hostaddr=127.0.0.1", True),
        ("service=ledger", False),
        ("service=ledger sslmode=verify-full", True),
        ("postgresql://app@db.example/x?nothing=1", True),  # libpq refuses it
    ],
)
def test_a_database_on_another_machine_is_reached_by_verified_tls_alone(url: str, expected: bool) -> None:
    assert is_protected(url) is expected


def test_what_the_environment_says_of_a_database_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert not is_protected("dbname=x")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert is_protected("dbname=x")
    assert not is_protected(f"{FAR}?sslmode=prefer")


@pytest.mark.parametrize("plain", VARIABLES)
def test_a_server_does_not_start_on_a_database_that_others_could_read_along_with(
    monkeypatch: pytest.MonkeyPatch, plain: str
) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(f"CASELEDGER_{variable}", FAR if variable == plain else f"{FAR}?sslmode=verify-full")

    with pytest.raises(SettingsError, match=f"^CASELEDGER_{plain}: .*sslmode=verify-full") as refused:
        load_settings()

    assert "canary" not in str(refused.value)
    monkeypatch.setenv("CASELEDGER_DATABASE_WITHOUT_TLS", "true")
    assert load_settings().database_without_tls


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[str]:
    """A server on TLS whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # the handshake that is to fail
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    """What the program asks identity providers with."""
    file = tmp_path / "issuers.toml"
    file.write_text(
        '[[issuer]]\nname = "p"\nkind = "oidc"\nurl = "https://login.example/p"\naudiences = ["caseledger"]\n'
        'trusts = ["e4e5d06d-6098-54f9-96e6-49934d2ef1dd"]\nalgorithms = ["ES256"]\n'
    )
    client = load_identities(load_settings(issuers=file), None)._client
    assert client is not None
    return client


def test_a_provider_whose_certificate_nobody_vouches_for_is_not_believed(
    stranger: str, client: httpx.AsyncClient
) -> None:
    async def told() -> None:
        async with client:
            with pytest.raises(NotFetched, match=r"^the discovery document could not be fetched: ConnectError$"):
                await Discovery(stranger, client)()

    asyncio.run(told())


def test_no_client_of_ours_speaks_less_than_tls_1_2(client: httpx.AsyncClient) -> None:
    context = client._transport._pool._ssl_context  # type: ignore[attr-defined] # what it connects with

    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
