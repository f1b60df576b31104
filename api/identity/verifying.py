"""The keys that may check signatures, out of what an issuer publishes, and the check of one signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from api.identity.claims import decode_segment
from api.identity.rules import ALGORITHMS

__all__ = ["VerifyingKey", "is_signed_by", "read_keys"]

# NIST SP 800-131A revision 2: shorter ones sign nothing any more.
_SHORTEST_RSA_BITS = 2048
# Beyond this, checking one signature takes milliseconds.
_LONGEST_RSA_BITS = 8192
_MOST_KEYS = 100
_RSA_ALGORITHMS = frozenset(name for name in ALGORITHMS if name[:2] in ("RS", "PS"))
_CURVE_ALGORITHMS = {
    "P-256": frozenset({"ES256"}),
    "P-384": frozenset({"ES384"}),
    "P-521": frozenset({"ES512"}),
    "Ed25519": frozenset({"EdDSA", "Ed25519"}),
}


@dataclass(frozen=True, slots=True, eq=False)
class VerifyingKey:
    """The public half of a pair of keys, and the algorithms that it is for. Each is equal to itself alone."""

    kid: str
    key: RSAKey | ECKey | OKPKey = field(repr=False)
    algorithms: frozenset[str]


def read_keys(listed: Sequence[Any], *, issuer: str) -> dict[str, VerifyingKey]:
    """Return the keys of a JWK set (RFC 7517, section 5) that may check signatures of an issuer, by their `kid`.

    Left out is what is for something else or of no use: symmetric keys, keys for encryption, private keys, RSA keys of
    less than 2048 bits, keys without a `kid` or with that of another, and keys that say they are another issuer's.
    """
    found = [key for key in listed[:_MOST_KEYS] if isinstance(key, dict)]
    times = Counter(key["kid"] for key in found if isinstance(key.get("kid"), str))
    keys: dict[str, VerifyingKey] = {}
    for key in found:
        kid = key.get("kid")
        if isinstance(kid, str) and kid and times[kid] == 1 and _is_for_signatures(key, issuer):
            verifying = _verifying_key(kid, key)
            if verifying is not None:
                keys[kid] = verifying
    return keys


def _is_for_signatures(key: Mapping[str, Any], issuer: str) -> bool:
    if key.get("use", "sig") != "sig" or "d" in key or "k" in key:
        return False
    if "key_ops" in key and not (isinstance(key["key_ops"], list) and "verify" in key["key_ops"]):
        return False
    # Entra ID says of each key whose tokens it signs, with a placeholder where it is any tenant's.
    before, placeholder, after = str(key.get("issuer", issuer)).partition("{tenantid}")
    return issuer.startswith(before) and issuer.endswith(after) if placeholder else issuer == before


def _verifying_key(kid: str, given: Mapping[str, Any]) -> VerifyingKey | None:
    # Only what makes the key: whatever else stands beside it is not for the library to interpret.
    public = {name: given[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in given}
    key: RSAKey | ECKey | OKPKey
    try:
        match given.get("kty"):
            case "RSA":
                if not _is_of_safe_length(given.get("n")):
                    return None
                key, algorithms = RSAKey.import_key(public), _RSA_ALGORITHMS
            case "EC":
                key = ECKey.import_key(public)
                algorithms = _CURVE_ALGORITHMS.get(key.curve_name, frozenset())
            case "OKP":
                key = OKPKey.import_key(public)
                algorithms = _CURVE_ALGORITHMS.get(key.curve_name, frozenset())
            case _:
                return None
        # The library makes the key when it is first asked for; one that is none shows here.
        _ = key.public_key
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError):
        return None
    if "alg" in given:
        algorithms = algorithms & {str(given["alg"])}
    return VerifyingKey(kid, key, algorithms) if algorithms else None


def _is_of_safe_length(modulus: object) -> bool:
    bits = int.from_bytes(decode_segment(str(modulus)), "big").bit_length()
    return _SHORTEST_RSA_BITS <= bits <= _LONGEST_RSA_BITS


class _Registry(JWSRegistry):
    """The algorithms of this program. `EdDSA` is checked as `Ed25519`, which RFC 9864 calls it now."""

    # The library's own are short for the signatures of long keys and for providers that put more into a header.
    max_header_length = 2048
    max_signature_length = 2048

    def get_alg(self, name: str) -> JWSAlgModel:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


_REGISTRIES = {
    name: _Registry(algorithms=["Ed25519" if name == "EdDSA" else name], strict_check_header=False)
    for name in ALGORITHMS
}


def is_signed_by(token: str, algorithm: str, key: VerifyingKey) -> bool:
    """Return whether a compact JWS (RFC 7515) was signed by `key` with `algorithm`, which its header names too."""
    if algorithm not in key.algorithms:
        return False
    try:
        jws.deserialize_compact(token, key.key, registry=_REGISTRIES[algorithm])
    except (JoseError, ValueError, TypeError):
        return False
    return True
