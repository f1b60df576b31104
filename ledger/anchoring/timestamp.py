"""Time stamps of checkpoints by an authority (RFC 3161): that a note was there at an instant, said by somebody else."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.x509 import Certificate

from ledger.anchoring.deposits import Deposit, NotDeposited
from ledger.anchoring.posting import post

__all__ = ["TimestampSink", "verify_timestamp"]

_MEDIA_TYPE = "application/timestamp-query"


class TimestampSink:
    """Asks an authority for a time stamp of each note; the receipt is its whole answer, in DER.

    `roots` are the certificates that the answer must lead to: one that does not is no receipt.
    """

    def __init__(self, address: str, roots: Sequence[Certificate]) -> None:
        self.name = f"rfc3161:{address}"
        self._address = address
        self._roots = roots

    def deposit(self, deposit: Deposit) -> bytes:
        """Ask, and check what comes."""
        from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response
        from rfc3161_client.errors import VerificationError

        request = (
            TimestampRequestBuilder().data(deposit.note.encode()).nonce(nonce=True).cert_request(cert_request=True)
        )
        asked = request.build()
        answer = post(self._address, asked.as_bytes(), _MEDIA_TYPE)
        if answer.status != 200:
            raise NotDeposited(f"{self.name} answered with status {answer.status}")
        try:
            response = decode_timestamp_response(answer.content)
            if response.tst_info.nonce != asked.nonce:
                raise NotDeposited(f"{self.name} answered another question")
            verify_timestamp(answer.content, deposit.note, self._roots)
        except (ValueError, VerificationError):
            raise NotDeposited(f"{self.name} gave no time stamp that leads to the certificates known") from None
        return answer.content


def verify_timestamp(receipt: bytes, note: str, roots: Sequence[Certificate]) -> str:
    """Check a time stamp of a note and return its instant in ISO 8601. Raises ValueError or VerificationError."""
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    response = decode_timestamp_response(receipt)
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    builder.build().verify_message(response, note.encode())
    return response.tst_info.gen_time.isoformat()
