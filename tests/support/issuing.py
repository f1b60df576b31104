"""An OIDC provider on this machine: it publishes keys, can fail in every way, and signs whatever it is given."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from api.identity.claims import encode_segment

__all__ = ["Answer", "Pair", "Provider", "compact", "pair"]

Json = dict[str, Any]
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Pair:
    """A pair of keys; `algorithm` is what it signs with unless told otherwise."""

    kid: str
    algorithm: str
    key: RSAKey | ECKey | OKPKey

    def public(self, **changes: Any) -> Json:
        """The published half, as a JWK; a change to None leaves a member out."""
        said: Json = {**self.key.as_dict(private=False), "kid": self.kid, "use": "sig", **changes}
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, claims: Any, header: Mapping[str, Any] | None = None) -> str:
        """A compact JWS. `header` changes `alg`, `kid` and `typ`; a change to None leaves one out."""
        said = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT", **(header or {})}
        named = {name: value for name, value in said.items() if value is not None}
        return compact(named, claims, lambda text: self.signature(text))

    def signature(self, text: bytes, algorithm: str | None = None) -> bytes:
        model: JWSAlgModel = JWSRegistry.algorithms[algorithm or self.algorithm]
        return model.sign(text, self.key)


@cache
def pair(kid: str, algorithm: str = "RS256", size: int = 2048) -> Pair:
    """The pair of keys of this name, the same each time: making one takes a while."""
    match algorithm[:2]:
        case "RS" | "PS":
            # Not by the library's own function, which warns of what is too short.
            made = generate_private_key(public_exponent=65537, key_size=size)
            return Pair(kid, algorithm, RSAKey(made, made))
        case "ES":
            curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[algorithm]
            return Pair(kid, algorithm, ECKey.generate_key(curve))
        case _:
            return Pair(kid, algorithm, OKPKey.generate_key("Ed25519"))


def compact(header: Any, payload: Any, sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS of any header and payload, as objects or as the bytes themselves."""
    texts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signed = ".".join(encode_segment(text) for text in texts)
    return f"{signed}.{encode_segment(sign(signed.encode()))}"


@dataclass(frozen=True)
class Answer:
    """What the provider sends: a status, headers and a body, which may be longer than anybody reads."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


class Provider:
    """A server on a loopback port, in a thread of its own; every path before the well-known one is an issuer.

    `asked` are the paths of all requests. `answers` gives another answer to a path's last part; `away` closes every
    connection without a word; `hold` is waited for before anything is answered.
    """

    def __init__(self, *keys: Json) -> None:
        self.keys: list[Json] = list(keys)
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.away = False
        self.hold: threading.Event | None = None
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="provider")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.hold is not None:
            self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        self.asked.append(path)
        if self.hold is not None:
            self.hold.wait(30)
        if self.away:
            request.close_connection = True
            return
        if path.endswith(DISCOVERY):
            issuer = self.url + path.removesuffix(DISCOVERY)
            usual: Json = {"issuer": issuer, "jwks_uri": f"{self.url}/keys"}
        else:
            usual = {"keys": self.keys}
        answer = self.answers.get(path.rpartition("/")[2], Answer(body=json.dumps(usual).encode()))
        try:
            request.send_response(answer.status)
            for name, value in (("Content-Type", "application/json"), *answer.headers):
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(answer.body)))
            request.end_headers()
            request.wfile.write(answer.body)
        except (BrokenPipeError, ConnectionResetError):
            # Who asked has read enough.
            request.close_connection = True
