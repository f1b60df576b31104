"""The sinks that the settings name, each made of its one line; what cannot be used is refused at the start."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates

from api.identity.discovery import is_address
from api.settings import PREFIX, Settings, SettingsError, is_loopback
from ledger.anchoring.deposits import Sink
from ledger.anchoring.folder import FolderSink
from ledger.anchoring.mail import MailServer, MailSink
from ledger.anchoring.object_lock import ObjectLockSink
from ledger.anchoring.timestamp import TimestampSink
from ledger.anchoring.witness import WitnessKey, WitnessSink

__all__ = ["sinks_of"]

_FORMS = "file:, mailto:, s3://, rfc3161: or witness:"


def sinks_of(settings: Settings) -> tuple[Sink, ...]:
    """Return the sinks in their order. Raise `SettingsError` naming the setting, and never a value of it."""
    return tuple(_sink(text, settings) for text in settings.anchors)


def _sink(text: str, settings: Settings) -> Sink:
    kind, _, rest = text.partition(":")
    match kind:
        case "file":
            return _folder(Path(rest))
        case "mailto":
            return _mail(rest, settings)
        case "s3":
            return _bucket(text, settings)
        case "rfc3161":
            return _authority(rest, settings)
        case "witness":
            return _witness(rest)
        case _:
            raise _wrong(f"each has to begin with {_FORMS}")


def _folder(folder: Path) -> Sink:
    if not folder.is_absolute() or not folder.is_dir():
        raise _wrong("file: has to name a folder that is there, from the root on")
    return FolderSink(folder)


def _mail(recipient: str, settings: Settings) -> Sink:
    if settings.mail_server is None or settings.mail_from is None:
        raise SettingsError(f"{PREFIX}MAIL_SERVER and {PREFIX}MAIL_FROM are needed for {PREFIX}ANCHORS by mail")
    if recipient.count("@") != 1 or not recipient.isprintable() or " " in recipient:
        raise _wrong("mailto: has to name one address")
    address = settings.mail_server.get_secret_value()
    try:
        near = is_loopback(urlsplit(address).hostname or "")
        return MailSink(recipient, settings.mail_from, MailServer(address, plain=near))
    except ValueError as error:
        raise SettingsError(f"{PREFIX}MAIL_SERVER: {error}") from None


def _bucket(text: str, settings: Settings) -> Sink:
    import boto3

    parts = urlsplit(text)
    endpoint = settings.anchor_s3_endpoint
    if not parts.netloc or parts.query or parts.fragment:
        raise _wrong("s3:// has to name a bucket, and a prefix if any")
    if endpoint is not None and not is_address(endpoint, loopback=True):
        raise SettingsError(f"{PREFIX}ANCHOR_S3_ENDPOINT: has to be an address on https")
    return ObjectLockSink(
        boto3.client("s3", endpoint_url=endpoint), parts.netloc, parts.path.strip("/"), settings.anchor_lock_days
    )


def _authority(address: str, settings: Settings) -> Sink:
    if not is_address(address, loopback=True):
        raise _wrong("rfc3161: has to name an address on https")
    if settings.timestamp_certificates is None:
        raise SettingsError(f"{PREFIX}TIMESTAMP_CERTIFICATES is needed for {PREFIX}ANCHORS by RFC 3161")
    try:
        roots = load_pem_x509_certificates(settings.timestamp_certificates.read_bytes())
    except (OSError, ValueError):
        raise SettingsError(f"{PREFIX}TIMESTAMP_CERTIFICATES: has to be a file of certificates in PEM") from None
    return TimestampSink(address, roots)


def _witness(text: str) -> Sink:
    address, _, key = text.partition("#")
    if not is_address(address, loopback=True):
        raise _wrong("witness: has to name an address on https, # and the key of the witness")
    try:
        return WitnessSink(address, WitnessKey.parse(key))
    except ValueError as error:
        raise _wrong(str(error)) from None


def _wrong(rule: str) -> SettingsError:
    return SettingsError(f"{PREFIX}ANCHORS: {rule}")
