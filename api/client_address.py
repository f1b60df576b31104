"""The address that a request comes from: the peer's, unless the peer is a proxy that the settings name.

Who forwards a request says for whom in one header, and everybody can send that header; so it is read where a named
proxy sent it, from its end, and only as far as named proxies wrote it (OWASP ASVS 5.0, 4.1.3 and 15.3.4).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from starlette.types import Scope

__all__ = ["ClientAddresses"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Beyond this many proxies in a row the rest of the header is not looked at.
_MOST_HOPS = 20
# `for=` of RFC 7239, its value a token or a quoted string.
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)


class ClientAddresses:
    """Tells where requests come from. `proxies` are networks, such as `10.0.0.0/8`; `header` is what they set."""

    def __init__(self, proxies: Sequence[str], header: str) -> None:
        self._proxies: tuple[Network, ...] = tuple(ipaddress.ip_network(proxy) for proxy in proxies)
        self._header = header.encode()

    def of(self, scope: Scope) -> str:
        """Return the address of who sent a request: one host of IPv4, or the /64 that a host of IPv6 is in."""
        peer = scope.get("client")
        address = _address(peer[0]) if peer else None
        if address is None:
            # A Unix socket has no address; whoever uses it is one client.
            return "unknown"
        if self._is_proxy(address):
            for hop in self._hops(scope):
                found = _address(hop)
                if found is None:
                    # What was written before a hop that is no address was not written by a proxy of ours.
                    break
                address = found
                if not self._is_proxy(found):
                    break
        if isinstance(address, ipaddress.IPv6Address):
            # One host has as many addresses of its /64 as it likes.
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)

    def _is_proxy(self, address: Address) -> bool:
        return any(address in proxy for proxy in self._proxies)

    def _hops(self, scope: Scope) -> Iterable[str]:
        """Return who was forwarded for whom, the last first."""
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == self._header]
        parts = ",".join(values).rsplit(",", _MOST_HOPS)
        hops = parts[-_MOST_HOPS:]
        if self._header == b"forwarded":
            found = [_FOR.search(part) for part in hops]
            hops = [match[1].strip().strip('"') if match else "" for match in found]
        return reversed(hops)


def _address(text: str) -> Address | None:
    """Return the address that a hop names, with or without a port; None for a name that hides it, or for nonsense."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address
