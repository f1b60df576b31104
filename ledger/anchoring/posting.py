"""Handing something to a server outside by HTTP: over TLS, without following redirects, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.anchoring.deposits import NotDeposited

__all__ = ["Answer", "post"]

SECONDS = 30.0
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: the status, the media type, and the content."""

    status: int
    media_type: str
    content: bytes


def post(address: str, content: bytes, media_type: str) -> Answer:
    """Post a content and return the answer, whatever its status. Raises NotDeposited where there is none."""
    import httpx

    headers = {"Content-Type": media_type, "Accept-Encoding": "identity"}
    found = bytearray()
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", address, content=content, headers=headers) as response,
        ):
            for piece in response.iter_raw():
                found += piece
                if len(found) > MOST_BYTES:
                    raise NotDeposited("the answer is too long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDeposited(f"there was no answer: {type(error).__name__}") from None
    return Answer(response.status_code, response.headers.get("content-type", ""), bytes(found))
