"""Sealed files in a bucket that speaks S3: the same promises as of a folder, kept by somebody else's machines.

boto3 is imported only where a bucket is set. It finds credentials and regions by itself, as its documentation says;
none is a setting of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.blob_store import (
    PIECE_BYTES,
    BlobExistsError,
    BlobMissingError,
    BlobName,
    BlobStoreUnavailableError,
    BlobWriter,
    StoredBlob,
)

__all__ = ["PART_BYTES", "BucketBlobs"]

# What is sent at once; a file that is no longer is sent in one piece. S3 takes 10,000 parts of at least 5 MiB.
PART_BYTES = 8 * 1024 * 1024
# Seconds to connect, and between two bytes.
_PATIENCE = {"connect_timeout": 5, "read_timeout": 30}


class BucketBlobs:
    """Files in a bucket, each as `PREFIX/TRUST/FILE`."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint: str | None = None) -> None:
        """Use a bucket that is there; `endpoint` is the address of a store that is not Amazon's."""
        import boto3
        from botocore.config import Config

        # Checksums that only some stores know are sent to Amazon's alone; every change is found when a file is opened.
        others: dict[str, Any] = {} if endpoint is None else {"request_checksum_calculation": "when_required"}
        config = Config(retries={"mode": "standard", "max_attempts": 4}, **_PATIENCE, **others)
        self._client = boto3.client("s3", endpoint_url=endpoint, config=config)
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def begin(self, name: BlobName) -> BlobWriter:
        """See BlobStore."""
        return _ObjectWriter(self._client, self._place(name))

    def read(self, name: BlobName) -> Iterator[bytes]:
        """See BlobStore."""
        with _available():
            body = self._client.get_object(**self._place(name))["Body"]
            try:
                yield from body.iter_chunks(PIECE_BYTES)
            finally:
                body.close()

    def holds(self, name: BlobName) -> bool:
        """See BlobStore."""
        try:
            with _available():
                self._client.head_object(**self._place(name))
        except BlobMissingError:
            return False
        return True

    def delete(self, name: BlobName) -> None:
        """See BlobStore."""
        with _available():
            self._client.delete_object(**self._place(name))

    def stored(self, trust_id: UUID) -> Iterator[StoredBlob]:
        """See BlobStore."""
        for one in self._listed("list_objects_v2", "Contents", trust_id):
            file_id = _file_id(one["Key"])
            if file_id is not None:
                yield StoredBlob(BlobName(trust_id, file_id), one["LastModified"])

    def drop_drafts(self, trust_id: UUID, before: datetime) -> None:
        """See BlobStore."""
        for one in self._listed("list_multipart_uploads", "Uploads", trust_id):
            if one["Initiated"] < before:
                with suppress(BlobMissingError), _available():
                    self._client.abort_multipart_upload(Bucket=self._bucket, Key=one["Key"], UploadId=one["UploadId"])

    def _place(self, name: BlobName) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{name.trust_id}/{name.file_id}"}

    def _listed(self, question: str, member: str, trust_id: UUID) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator(question).paginate(Bucket=self._bucket, Prefix=f"{self._prefix}{trust_id}/")
        with _available():
            for page in pages:
                yield from page.get(member, ())


class _ObjectWriter:
    """Sends a short file at once, and a long one in parts as they fill."""

    def __init__(self, client: Any, place: dict[str, str]) -> None:
        self._client = client
        self._place = place
        self._waiting = bytearray()
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            self._send(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]

    def commit(self) -> None:
        # The store itself refuses what is there already, even to two writers at once.
        if not self._upload:
            with _available():
                self._client.put_object(**self._place, Body=bytes(self._waiting), IfNoneMatch="*")
            return
        if self._waiting:
            self._send(bytes(self._waiting))
        with _available():
            self._client.complete_multipart_upload(
                **self._place, **self._upload, MultipartUpload={"Parts": self._parts}, IfNoneMatch="*"
            )
        self._upload = {}

    def discard(self) -> None:
        upload, self._upload = self._upload, {}
        self._waiting.clear()
        if upload:
            with suppress(BlobMissingError), _available():
                self._client.abort_multipart_upload(**self._place, **upload)

    def _send(self, part: bytes) -> None:
        with _available():
            if not self._upload:
                begun = self._client.create_multipart_upload(**self._place)
                self._upload = {"UploadId": begun["UploadId"]}
            number = len(self._parts) + 1
            sent = self._client.upload_part(**self._place, **self._upload, PartNumber=number, Body=part)
            self._parts.append({"ETag": sent["ETag"], "PartNumber": number})


def _file_id(key: str) -> UUID | None:
    try:
        return UUID(key.rpartition("/")[2])
    except ValueError:
        return None


@contextmanager
def _available() -> Iterator[None]:
    """Tell the errors of a bucket apart, in words that name neither it nor what was asked of it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in ("NoSuchKey", "NoSuchUpload", "404"):
            raise BlobMissingError("a sealed file is not in its store") from None
        if code in ("PreconditionFailed", "412"):
            raise BlobExistsError("there is a file under this name already") from None
        raise BlobStoreUnavailableError(f"the bucket of sealed files: {code}") from None
    except (BotoCoreError, OSError) as error:
        raise BlobStoreUnavailableError(f"the bucket of sealed files: {type(error).__name__}") from None
