"""Values of settings that say where something is: checked before the program starts, so that a slip is told by name."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

__all__ = ["BucketOrFolder", "SafeAddress", "SocketOrPort", "is_loopback"]

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")


def is_loopback(host: str) -> bool:
    """Return whether only programs on this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bucket_or_folder(value: str) -> str:
    if not value or ("://" in value and not _BUCKET.fullmatch(value)):
        raise ValueError("has to be the path of a folder, or s3://BUCKET or s3://BUCKET/PREFIX")
    return value


def _safe_address(value: str) -> str:
    parts = urlsplit(value)
    host = parts.hostname or ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (is_safe and host) or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("has to be an address with https, without a name, a password or a query")
    return value


def _socket_or_port(value: str) -> str:
    if not (value.startswith("/") or _HOST_AND_PORT.fullmatch(value)):
        raise ValueError("has to be the path of a socket, from /, or HOST:PORT")
    return value


BucketOrFolder = Annotated[str, AfterValidator(_bucket_or_folder)]
SafeAddress = Annotated[str, AfterValidator(_safe_address)]
SocketOrPort = Annotated[str, AfterValidator(_socket_or_port)]
