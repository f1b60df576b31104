"""What an operator can set: `CASELEDGER_*` variables, typed, with safe defaults.

`docs/settings.md` is written from this class by `make docs`, and a test compares the two.
"""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.database_tls import is_protected
from api.setting_values import BucketOrFolder, SafeAddress, SocketOrPort, is_loopback

__all__ = [
    "DEMONSTRATION_TRUST",
    "PREFIX",
    "Settings",
    "SettingsError",
    "is_loopback",
    "load_settings",
]

PREFIX = "CASELEDGER_"
# The trust that `caseledger demo` creates. Fixed, so that a token can be printed without asking a database.
DEMONSTRATION_TRUST = uuid5(UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), "caseledger/demonstration-trust")


CaseKind = Literal["INCIDENT", "COMPLAINT", "STAFF_BREACH"]
# An origin as a browser sends it, and a host name, an address, or `*.` before a name.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_HOST = re.compile(r"(\*\.)?[a-z0-9.-]+|\[[0-9a-f:]+\]")

_DATABASES = ("database_url", "keys_database_url", "admin_database_url", "admin_keys_database_url")

# Several values in one variable, with commas between them.
Listed = Annotated[tuple[str, ...], NoDecode]


class SettingsError(RuntimeError):
    """A setting has a value that the program cannot use; the sentence names the variable, never the value."""


def default_data_dir() -> Path:
    """Return where data lives when nothing is set: outside the program's folder, at a short path.

    As root it is `/var/lib/caseledger`, because the embedded PostgreSQL then runs as another system user, who may not
    enter root's home; for anybody else it is the XDG data folder.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/caseledger")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "caseledger"


class Settings(BaseSettings):
    """All settings of the program. Every variable is the field's name in capitals after `CASELEDGER_`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded database, the key files and what else the program keeps on disk. "
        "Default: `/var/lib/caseledger` as root, else `$XDG_DATA_HOME/caseledger` or `~/.local/share/caseledger`.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 17 or newer that holds the ledger and the read models, as the application's role. "
        "Unset: the program runs its own PostgreSQL in the data folder.",
    )
    keys_database_url: SecretStr | None = Field(
        default=None,
        description="The database of wrapped data keys, as the application's role; it has backups of its own. "
        "Needed whenever `CASELEDGER_DATABASE_URL` is set.",
    )
    admin_database_url: SecretStr | None = Field(
        default=None,
        description="The ledger's database as the role that owns its tables. Read by `caseledger migrate` alone.",
    )
    admin_keys_database_url: SecretStr | None = Field(
        default=None,
        description="The database of keys as the role that owns its tables. Read by `caseledger migrate` alone.",
    )
    database_without_tls: bool = Field(
        default=False,
        description="Whether a database on another machine may be reached without `sslmode=verify-full` in its "
        "address. Only for a network that nobody else is on, such as that of the compose file.",
    )
    embedded_port: int | None = Field(
        default=None,
        ge=1024,
        le=65535,
        description="Loopback port on which the embedded PostgreSQL also listens, for outside tools. "
        "Unset: its socket only.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address that the server binds. Development tokens are refused on any but a loopback address.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port that the server binds.")
    trust: UUID = Field(
        default=DEMONSTRATION_TRUST,
        description="The trust that commands on the command line mean when none is named. "
        "Default: the demonstration trust.",
    )
    graphiql: bool = Field(
        default=False,
        description="Whether `/graphiql` serves the query editor. `caseledger demo` switches it on.",
    )
    adhoc_documents: bool | None = Field(
        default=None,
        description="Whether GraphQL answers documents that a client brings, and questions about the schema. "
        "False: only those of `CASELEDGER_TRUSTED_DOCUMENTS`, by `documentId`. "
        "Unset: true on a loopback address, else false.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="Folder of trusted GraphQL documents, `*.graphql`, each known as `sha256:` and the SHA-256 of its "
        "file. All are checked when the server starts. Unset: there are none.",
    )
    response_cache_bytes: int = Field(
        default=16 * 1024 * 1024,
        ge=0,
        description="Bytes of finished answers that a process keeps until data moves on; 0 keeps none. "
        "Answers with names or opened texts are never kept.",
    )
    projector: bool = Field(
        default=True,
        description="Whether the server keeps the read models up to date itself. "
        "Switch it off where `caseledger project` runs beside it.",
    )
    pool_size: int = Field(
        default=8,
        ge=2,
        le=100,
        description="Database connections kept for each trust, by each process, as they are needed: so many for "
        "questions asked before, so many for other questions, and so many for commands and everything else.",
    )
    read_timeout_seconds: float = Field(
        default=5.0,
        ge=0.05,
        le=600,
        description="Seconds that one statement of a question may take before it is ended and the question answered "
        "with `QUERY_TIMEOUT`. Commands, imports, projections and rebuilds are not under it.",
    )
    max_trusts: int = Field(
        default=64, ge=1, le=1000, description="Trusts whose connections a process keeps open; the rest are reopened."
    )
    token_hours: int = Field(
        default=12, ge=1, le=24 * 30, description="Hours for which a token printed by `caseledger token` is accepted."
    )
    issuers: Path | None = Field(
        default=None,
        description="TOML file of the issuers whose tokens are accepted: see docs/how-to/sign-in.md. "
        "It is checked when the server starts. Unset: there are none but the development issuer on a loopback address.",
    )
    issuer_keys_seconds: int = Field(
        default=3600,
        ge=60,
        le=86400,
        description="Seconds for which the keys that an issuer publishes are used before they are fetched again.",
    )
    issuer_keys_usable_seconds: int = Field(
        default=86400,
        ge=60,
        le=7 * 86400,
        description="Seconds for which an issuer's keys are used while it cannot be reached. "
        "After that its tokens are answered 503 until it can be.",
    )
    step_up_kinds: Annotated[tuple[CaseKind, ...], NoDecode] = Field(
        default=(),
        description="Kinds of case that take a stronger sign-in, with commas between them: INCIDENT, COMPLAINT, "
        "STAFF_BREACH. Without one they are not there. Unset: none.",
    )
    step_up_methods: Listed = Field(
        default=("mfa",),
        description="Methods (`amr`) one of which makes a sign-in stronger, with commas between them.",
    )
    step_up_contexts: Listed = Field(
        default=(),
        description="Contexts (`acr`, or `acrs` of Entra ID) one of which makes a sign-in stronger, with commas "
        "between them. Unset: none.",
    )
    step_up_max_age_seconds: int | None = Field(
        default=None,
        ge=60,
        description="Seconds for which a stronger sign-in counts, from when the person signed in (`auth_time`). "
        "Unset: as long as its token lasts.",
    )
    rate_limit_requests: int = Field(
        default=3_000,
        ge=0,
        description="Requests that one client, a person or a program of a trust, may send in a window; 0: without end. "
        "Each process counts for itself.",
    )
    rate_limit_cost: int = Field(
        default=3_000_000,
        ge=0,
        description="Points of query cost (`extensions.cost`) that one client may ask for in a window; 0: without end. "
        "One document costs at most 100,000.",
    )
    rate_limit_failures: int = Field(
        default=300,
        ge=0,
        description="Requests without an accepted token that one address may send in a window; 0: without end. "
        "From then on only tokens that were accepted before are looked at.",
    )
    rate_limit_seconds: int = Field(
        default=60, ge=1, le=86_400, description="Length of a window of the three limits above, in seconds."
    )
    even_answers_milliseconds: int = Field(
        default=25,
        ge=0,
        le=1_000,
        description="Answers that there is nothing leave at the end of a step of so many milliseconds, so that their "
        "time does not tell what one may not see from what is not there; 0: at once.",
    )
    trusted_proxies: Listed = Field(
        default=(),
        description="Addresses or networks of the proxies in front of the server, such as `10.0.0.0/24`, with commas "
        "between them. Only from these is a header believed that says for whom a request is forwarded.",
    )
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for",
        description="The header in which those proxies say for whom: `x-forwarded-for`, or `forwarded` (RFC 7239). "
        "The other one is never read.",
    )
    allowed_hosts: Listed = Field(
        default=(),
        description="Host names under which the server answers, such as `cases.example.org` or `*.example.org`, with "
        "commas between them; health answers under any. Unset: any name, for no answer is made from it.",
    )
    cors_origins: Listed = Field(
        default=(),
        description="Origins whose pages may read answers, each exactly as `https://desk.example.org`, with commas "
        "between them. Unset: none, and no header of CORS is ever sent.",
    )
    import_max_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1024,
        description="Largest file that `POST /v1/imports/e-safety-log` takes, in bytes.",
    )
    backup_days: int = Field(
        default=35,
        ge=0,
        le=3660,
        description="For how many days you keep backups of the databases and of the evidence: an erasure says from "
        "which day on no backup holds what was erased. Keep those of the keys for a day or two.",
    )
    upkeep_seconds: int = Field(
        default=3600,
        ge=0,
        le=86400,
        description="Seconds after which the server finishes erasures that were cut short, erases what a trust lets go "
        "by itself, and sweeps files of evidence that no case keeps; 0: never.",
    )
    checkpoint_seconds: int = Field(
        default=3600,
        ge=0,
        le=7 * 86400,
        description="Seconds after which the server signs each ledger that has grown, and hands the checkpoint to the "
        "places of `CASELEDGER_ANCHORS`; 0: only when it is asked to.",
    )
    anchors: Listed = Field(
        default=(),
        description="Places outside that keep checkpoints, with commas between them: `file:/folder`, "
        "`mailto:dpo@trust.example`, `s3://bucket/prefix` (under object lock), `rfc3161:https://authority.example`, "
        "`witness:https://witness.example#NAME+KEYID+KEY`. See docs/how-to/anchor-checkpoints.md. Unset: none.",
    )
    mail_server: SecretStr | None = Field(
        default=None,
        description="The mail server, as `smtps://USER:PASSWORD@HOST` or `smtp://HOST:PORT`, which has to offer "
        "STARTTLS unless it is of this machine. Needed for anchors by mail.",
    )
    mail_from: str | None = Field(default=None, description="The sender of the program's mail.")
    anchor_s3_endpoint: str | None = Field(
        default=None, description="The address of storage that speaks S3. Unset: that of the provider who made it up."
    )
    anchor_lock_days: int = Field(
        default=3650, ge=1, le=36500, description="Days for which a checkpoint in a bucket cannot be deleted."
    )
    timestamp_certificates: Path | None = Field(
        default=None,
        description="PEM file of the certificates that time stamps have to lead to. Needed for anchors by RFC 3161.",
    )
    evidence_store: BucketOrFolder | None = Field(
        default=None,
        description="Where files of evidence lie, sealed: a folder, or `s3://BUCKET/PREFIX` for a bucket that is there "
        "and the credentials that boto3 finds. Unset: the folder `evidence` in the data folder.",
    )
    evidence_endpoint: SafeAddress | None = Field(
        default=None,
        description="Address of a store that speaks S3 and is not Amazon's, such as `https://storage.example.org`. "
        "Without TLS only on a loopback address.",
    )
    evidence_max_bytes: int = Field(
        default=100 * 1024 * 1024,
        ge=1024,
        le=2_000_000_000,
        description="Largest file of evidence that is kept, in bytes.",
    )
    evidence_max_files: int = Field(
        default=40, ge=1, le=1_000, description="How many files one case may hold; removed ones are not counted."
    )
    clamd: SocketOrPort | None = Field(
        default=None,
        description="The clamd that looks for malware in every file that is handed in: the path of its socket, or "
        "`HOST:PORT`. While it cannot be reached no file is kept. Unset: files are kept and marked as not scanned.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="Least severe line that is logged: DEBUG, INFO, WARNING or ERROR.",
    )

    @field_validator(
        *("step_up_kinds", "step_up_methods", "step_up_contexts", "trusted_proxies", "allowed_hosts", "cors_origins"),
        "anchors",
        mode="before",
    )
    @classmethod
    def _listed(cls, value: object) -> object:
        """Take words with commas between them, as a variable holds them."""
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError("each has to be an address or a network, such as 10.0.0.0/24") from None
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_HOST.fullmatch(host) for host in value):
            raise ValueError("each has to be a host name in small letters without a port; *. may stand before it")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("each has to be a scheme and a host in small letters, and a port if any; * is not taken")
        return value

    @property
    def embedded(self) -> bool:
        """Whether the program runs its own PostgreSQL."""
        return self.database_url is None

    @property
    def takes_adhoc_documents(self) -> bool:
        """Whether GraphQL answers documents that are not trusted ones; by default only where nobody else reaches it."""
        return is_loopback(self.host) if self.adhoc_documents is None else self.adhoc_documents


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` win. Raise `SettingsError` naming each wrong variable."""
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = [f"{PREFIX}{'.'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(wrong)) from None
    if settings.database_url is not None and settings.keys_database_url is None:
        raise SettingsError(f"{PREFIX}KEYS_DATABASE_URL is needed because {PREFIX}DATABASE_URL is set")
    if not settings.database_without_tls:
        for name in _DATABASES:
            url: SecretStr | None = getattr(settings, name)
            if url is not None and not is_protected(url.get_secret_value()):
                raise SettingsError(
                    f"{PREFIX}{name.upper()}: a database on another machine needs sslmode=verify-full"
                    f" (or {PREFIX}DATABASE_WITHOUT_TLS, on a network that nobody else is on)"
                )
    stronger = (settings.step_up_methods, settings.step_up_contexts, settings.step_up_max_age_seconds)
    if settings.step_up_kinds and not any(stronger):
        raise SettingsError(
            f"{PREFIX}STEP_UP_METHODS, {PREFIX}STEP_UP_CONTEXTS or {PREFIX}STEP_UP_MAX_AGE_SECONDS is needed"
            f" because {PREFIX}STEP_UP_KINDS is set"
        )
    return settings
