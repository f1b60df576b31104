"""The issuers whose tokens are accepted: the TOML file that `CASELEDGER_ISSUERS` names, checked when it is read."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from api.identity.discovery import is_address
from api.identity.rules import ACCESS_TOKEN_TYPE, ALGORITHMS, JWT_TYPE, IssuerRules, Kind
from api.settings import PREFIX, SettingsError

__all__ = ["read_issuers"]

_VARIABLE = f"{PREFIX}ISSUERS"
_ENTRA_URL = "https://login.microsoftonline.com"
_GOOGLE_URL = "https://accounts.google.com"

Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Trusts = Annotated[tuple[UUID, ...], Field(min_length=1)]


def _is_by_pair_of_keys(name: str) -> str:
    if name not in ALGORITHMS:
        raise ValueError(f"one of {', '.join(ALGORITHMS)} is needed")
    return name


Algorithms = Annotated[tuple[Annotated[str, AfterValidator(_is_by_pair_of_keys)], ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Tenant(_Part):
    tenant: UUID
    trusts: Trusts


class _Domain(_Part):
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    trusts: Trusts


class _Issuer(_Part):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    audiences: Texts
    algorithms: Algorithms = ("RS256",)


class _Entra(_Issuer):
    kind: Literal["entra"]
    url: str = _ENTRA_URL
    clients: Texts | None = None
    scope: Text | None = None
    tenants: Annotated[tuple[_Tenant, ...], Field(min_length=1)]

    def rules(self) -> list[IssuerRules]:
        """Return the rules of each tenant, which is an issuer of its own with its own `iss` (version 2.0)."""
        return [
            IssuerRules(
                name=self.name,
                issuer=f"{self.url}/{tenant.tenant}/v2.0",
                kind=Kind.ENTRA,
                audiences=frozenset(self.audiences),
                algorithms=frozenset(self.algorithms),
                token_type=JWT_TYPE,
                clients=_optional(self.clients),
                scope=self.scope,
                tenant=str(tenant.tenant),
                trusts=tenant.trusts,
            )
            for tenant in self.tenants
        ]


class _Google(_Issuer):
    kind: Literal["google"]
    url: str = _GOOGLE_URL
    clients: Texts
    domains: Annotated[tuple[_Domain, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        _refuse_twice("domains", [domain.domain for domain in self.domains])
        return self

    def rules(self) -> list[IssuerRules]:
        """Return the rules of Google, one issuer for every hosted domain."""
        return [
            IssuerRules(
                name=self.name,
                issuer=self.url,
                kind=Kind.GOOGLE,
                audiences=frozenset(self.audiences),
                algorithms=frozenset(self.algorithms),
                token_type=JWT_TYPE,
                clients=frozenset(self.clients),
                domains={domain.domain: domain.trusts for domain in self.domains},
            )
        ]


class _Oidc(_Issuer):
    kind: Literal["oidc"]
    url: str
    algorithms: Algorithms = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
    clients: Texts | None = None
    scope: Text | None = None
    access_token_type: Text = ACCESS_TOKEN_TYPE
    trusts: Trusts

    @model_validator(mode="after")
    def _telling_access_tokens(self) -> Self:
        if self._token_type != ACCESS_TOKEN_TYPE and self.scope is None:
            raise ValueError(
                f"scope is needed where access_token_type is not {ACCESS_TOKEN_TYPE}:"
                " something has to tell access tokens from ID tokens"
            )
        return self

    @property
    def _token_type(self) -> str:
        return self.access_token_type.lower().removeprefix("application/")

    def rules(self) -> list[IssuerRules]:
        """Return the rules of the provider."""
        return [
            IssuerRules(
                name=self.name,
                issuer=self.url,
                kind=Kind.OIDC,
                audiences=frozenset(self.audiences),
                algorithms=frozenset(self.algorithms),
                token_type=self._token_type,
                clients=_optional(self.clients),
                scope=self.scope,
                trusts=self.trusts,
            )
        ]


class _File(_Part):
    issuer: Annotated[tuple[Annotated[_Entra | _Google | _Oidc, Field(discriminator="kind")], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        _refuse_twice("issuer.name", [issuer.name for issuer in self.issuer])
        return self


def read_issuers(file: Path | None, *, loopback: bool) -> tuple[IssuerRules, ...]:
    """Return the rules of every issuer of a file, one for each `iss`; None: there are none.

    `loopback` allows addresses of this machine without TLS. Raise `SettingsError` naming each key and rule that is
    broken, and no value.
    """
    if file is None:
        return ()
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{_VARIABLE}: the file cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(f"{_VARIABLE}: the file is not TOML in UTF-8") from None
    try:
        issuers = _File.model_validate(given).issuer
    except ValidationError as error:
        raise SettingsError(f"{_VARIABLE}: {'; '.join(_broken_rules(error))}") from None
    for number, issuer in enumerate(issuers):
        slash = issuer.url.endswith("/") and issuer.kind != Kind.OIDC.value
        if slash or "?" in issuer.url or not is_address(issuer.url, loopback=loopback):
            raise SettingsError(f"{_VARIABLE}: issuer[{number}].url: {_ADDRESS_RULE}")
    rules = tuple(rule for issuer in issuers for rule in issuer.rules())
    if len({rule.issuer for rule in rules}) < len(rules):
        raise SettingsError(f"{_VARIABLE}: issuer: an address, or a tenant of Entra ID, stands in it twice")
    return rules


_ADDRESS_RULE = (
    "an address on https without user, query and fragment is needed;"
    " http is for a loopback address, and only while the server is bound to one"
)


# Where the library's own sentence would show what stands in the file.
_RULES = {
    "uuid_parsing": "an id such as e4e5d06d-6098-54f9-96e6-49934d2ef1dd is needed",
    "union_tag_invalid": "its kind has to be entra, google or oidc",
    "union_tag_not_found": "its kind is needed: entra, google or oidc",
}


def _broken_rules(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    # A list is also told to be too short when all that stands in it is wrong.
    within = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    told = [one for one in found if one["loc"] not in within]
    return [f"{_key(e['loc'])}: {_RULES.get(e['type'], e['msg'].removeprefix('Value error, '))}" for e in told]


def _key(location: Sequence[str | int]) -> str:
    """Return where in the file something stands, such as `issuer[0].tenants[1].trusts`."""
    # The kind, which chose among the shapes of an issuer, stands behind its number and is no key.
    parts = [part for place, part in enumerate(location) if place != 2]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _optional(values: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _refuse_twice(what: str, values: Sequence[str]) -> None:
    if any(times > 1 for times in Counter(values).values()):
        raise ValueError(f"{what} stands in it twice")
