"""Checkpoints by mail, to somebody who keeps them where the operator does not reach, such as the trust's DPO."""

from __future__ import annotations

import json
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from ledger.anchoring.deposits import Deposit, NotDeposited
from ledger.checkpoint import parse

__all__ = ["MailServer", "MailSink"]

SECONDS = 30.0


class MailServer:
    """A mail server by its address: `smtps://USER:PASSWORD@HOST` or `smtp://HOST:PORT`, which is upgraded to TLS.

    `plain`: without TLS, for a server on this machine alone. Raises ValueError for an address that is none.
    """

    def __init__(self, address: str, *, plain: bool = False) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must be smtp:// or smtps:// and a host")
        self.host = parts.hostname
        self._is_tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._user = None if parts.username is None else unquote(parts.username)
        self._password = unquote(parts.password or "")
        self._plain = plain

    def send(self, message: EmailMessage) -> None:
        """Hand a message over; the server has to take it for every recipient. Raises NotDeposited."""
        import httpx

        try:
            # The one context of the program: certificates and names are checked.
            context = httpx.create_ssl_context()
            if self._is_tls:
                server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self._port, timeout=SECONDS, context=context)
            else:
                server = smtplib.SMTP(self.host, self._port, timeout=SECONDS)
            with server:
                if not self._is_tls and not self._plain:
                    server.starttls(context=context)
                if self._user is not None:
                    server.login(self._user, self._password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDeposited(f"the mail server {self.host} did not take it: {type(error).__name__}") from None


class MailSink:
    """Sends each checkpoint to one address; the receipt is the message's id, under which its recipient finds it."""

    def __init__(self, recipient: str, sender: str, server: MailServer) -> None:
        self.name = f"mail:{sha256(recipient.encode()).hexdigest()[:12]}"
        self._recipient = recipient
        self._sender = sender
        self._server = server

    def deposit(self, deposit: Deposit) -> bytes:
        """Send the note as a file, with words that say what it is for."""
        checkpoint, _ = parse(deposit.note)
        message = EmailMessage()
        message["Subject"] = f"Checkpoint {deposit.size} of the case ledger {deposit.trust_id}"
        message["From"] = self._sender
        message["To"] = self._recipient
        message["Date"] = format_datetime(checkpoint.recorded_at)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            "The file attached fixes the trust's case ledger as it stands. Keep it where nobody who runs the system\n"
            "can change it: with it, anybody can later show that nothing up to this point was altered, removed or\n"
            "put in. It holds no personal data.\n\n"
            f"Events: {deposit.size}\nRecorded up to: {checkpoint.recorded_at:%Y-%m-%d %H:%M:%S} UTC\n"
        )
        # As bytes: a mail program may write the lines and letters of a text anew.
        content, name = deposit.note.encode(), f"{deposit.size}.note"
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        self._server.send(message)
        receipt = {"message_id": message["Message-ID"], "sha256": sha256(deposit.note.encode()).hexdigest()}
        return json.dumps(receipt, sort_keys=True).encode()
