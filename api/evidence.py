"""From settings to where files of evidence lie and who looks through them."""

from __future__ import annotations

from pathlib import Path

from api.settings import Settings
from ledger.blob_store import BlobStore, FolderBlobs
from services.evidence import Evidence
from services.malware_scan import scanner_of

__all__ = ["FOLDER", "open_evidence"]

FOLDER = "evidence"


def open_evidence(settings: Settings) -> Evidence:
    """Return the store and the scanner that are set; neither is reached before a file comes or goes."""
    return Evidence(
        _store(settings),
        scanner_of(settings.clamd),
        most_bytes=settings.evidence_max_bytes,
        most_files=settings.evidence_max_files,
    )


def _store(settings: Settings) -> BlobStore:
    place = settings.evidence_store
    if place is None:
        return FolderBlobs(settings.data_dir / FOLDER)
    if not place.startswith("s3://"):
        return FolderBlobs(Path(place))
    # Only here, so that nobody who keeps files in a folder loads what speaks S3.
    from ledger.blob_bucket import BucketBlobs

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return BucketBlobs(bucket, prefix, endpoint=settings.evidence_endpoint)
