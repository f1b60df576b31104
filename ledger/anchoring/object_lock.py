"""Checkpoints as objects of an S3 bucket that nobody can delete or write over before a day, its owner included."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.anchoring.deposits import Deposit, NotDeposited

__all__ = ["ObjectLockSink"]


class ObjectLockSink:
    """Puts `PREFIX/TRUST/SIZE.note` under object lock, mode COMPLIANCE, for some days.

    `client` is boto3's for S3; the bucket must have object lock, else the deposit is refused rather than left open.
    """

    def __init__(self, client: Any, bucket: str, prefix: str, days: int) -> None:
        self.name = f"s3://{bucket}/{prefix}" if prefix else f"s3://{bucket}"
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._days = days

    def deposit(self, deposit: Deposit) -> bytes:
        """Put the note, look whether it is locked, and return version and day as the receipt."""
        from botocore.exceptions import BotoCoreError, ClientError

        key = "/".join(filter(None, (self._prefix, str(deposit.trust_id), f"{deposit.size:016}.note")))
        until = datetime.now(UTC) + timedelta(days=self._days)
        try:
            put = self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=deposit.note.encode(),
                ContentType="text/plain",
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            )
            version = put.get("VersionId")
            held = self._client.head_object(Bucket=self._bucket, Key=key, **({"VersionId": version} if version else {}))
        except (BotoCoreError, ClientError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            raise NotDeposited(f"{self.name} did not take it: {code}") from None
        if held.get("ObjectLockMode") != "COMPLIANCE" or version is None:
            raise NotDeposited(f"{self.name} does not lock what it takes")
        locked_until = held["ObjectLockRetainUntilDate"].isoformat()
        return json.dumps({"key": key, "locked_until": locked_until, "version": version}, sort_keys=True).encode()
