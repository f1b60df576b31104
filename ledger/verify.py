"""The offline check of a bundle: whether it is genuine, whole and unaltered, and what of it is erased or withheld.

Of an archive it checks the files of evidence, too: that they are those that were handed in, all of them and no other.

It needs no database and no network: the standard library, `cryptography`, and the formats beside it. docs/formats.md,
section 11, lists the checks in their order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.archive import FileTold
from ledger.bundle import Bundle
from ledger.bundle_parsing import BundleError, parse
from ledger.canonical import CanonicalError
from ledger.checkpoint import VerifierKey
from ledger.findings import Check, Failure, PartFound, Report
from ledger.period import Period
from ledger.verify_case import CASE_CHECKS
from ledger.verify_erasures import erasures_told
from ledger.verify_files import bundle_within, check_files, found_within
from ledger.verify_period import PERIOD_CHECKS
from ledger.verifying import Examination, Wrong

__all__ = ["CASE_CHECKS", "CHECKS", "Check", "Failure", "PartFound", "Report", "main", "verify", "verify_archive"]

# The names of the checks, in their order.
CHECKS = ("file", *(name for name, _ in CASE_CHECKS))
_FILE_WORDS = {
    "KEPT": "as it was handed in",
    "REMOVED": "was removed, as an event says",
    "ERASED": "was erased with the person or the case, as an event proves",
    "WITHHELD": "is withheld, as its fingerprint is",
}


def verify(bundle: bytes, *, public_key: VerifierKey | None = None, known_checkpoint: str | None = None) -> Report:
    """Check a bundle's file, of a case or of a period; no content of it makes this raise.

    `public_key` is the trust's key, known from elsewhere: without it the signature is checked with the key that the
    bundle brings, which shows only that the bundle agrees with itself. `known_checkpoint` is a note kept from before.
    """
    held: list[Check] = []
    try:
        examination = _examine(bundle, public_key, known_checkpoint, held)
    except _Failed as failed:
        return Report(False, tuple(held), failed.failure)
    return _held(examination, held)


def verify_archive(
    archive: BinaryIO, *, public_key: VerifierKey | None = None, known_checkpoint: str | None = None
) -> Report:
    """Check an archive, read from where it lies: first how it is written, then its bundle as `verify`, then its files.

    No content of it makes this raise; of its files a piece at a time is held.
    """
    held: list[Check] = []
    try:
        with _checking("archive"):
            first, *files = found_within(archive)
            content = bundle_within(archive, first)
        held.append(Check("archive", f"{first.entry.name} and {len(files)} file(s), written in the one way there is"))
        examination = _examine(content, public_key, known_checkpoint, held)
        with _checking("files"):
            found, told = check_files(examination, archive, files)
        held.append(Check("files", found))
    except _Failed as failed:
        return Report(False, tuple(held), failed.failure)
    return _held(examination, held, told)


class _Failed(Exception):
    """Ends the checking with the failure to report."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


@contextmanager
def _checking(name: str) -> Iterator[None]:
    try:
        yield
    except Wrong as wrong:
        raise _Failed(Failure(name, wrong.place, wrong.problem)) from None


def _examine(
    content: bytes, public_key: VerifierKey | None, known_checkpoint: str | None, held: list[Check]
) -> Examination:
    """Make the checks of a bundle; those that hold are added to `held`."""
    with _checking("file"):
        extract = _read(content)
    held.append(Check("file", f"canonical JSON of the form {extract.format}"))
    examination = Examination(extract, public_key, known_checkpoint)
    for name, check in PERIOD_CHECKS if isinstance(extract, Period) else CASE_CHECKS:
        with _checking(name):
            held.append(Check(name, check(examination)))
    return examination


def _held(examination: Examination, held: Sequence[Check], files: Sequence[FileTold] = ()) -> Report:
    extract = examination.extract
    return Report(
        ok=True,
        checks=tuple(held),
        first_failure=None,
        parts=tuple(examination.parts),
        withheld=extract.withheld,
        notices=extract.notices,
        files=tuple(files),
        erasures=tuple(erasures_told(examination)),
    )


def _read(content: bytes) -> Bundle | Period:
    try:
        extract = parse(content)
    except CanonicalError as error:
        raise Wrong(error.path or "file", error.rule) from None
    except BundleError as error:
        raise Wrong(error.place, error.rule) from None
    if isinstance(extract, Bundle) and not extract.events:
        raise Wrong("events", "must hold at least one event")
    return extract


def _verify_whole(file: BinaryIO, *, public_key: VerifierKey | None, known_checkpoint: str | None) -> Report:
    return verify(file.read(), public_key=public_key, known_checkpoint=known_checkpoint)


def main(argv: Sequence[str] | None = None) -> int:
    """Check the bundle named on the command line and say what was found: 0 it holds, 1 it does not, 2 unreadable."""
    parser = argparse.ArgumentParser(prog="caseledger verify", description="Check the bundle of a case offline.")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the bundle, or an archive with files")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the trust's public key, as one line of text")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint of the trust kept from before")
    parser.add_argument(
        "--write-program", type=Path, metavar="FILE", help="write this check as one file that needs nothing else of it"
    )
    options = parser.parse_args(argv)
    if options.write_program is not None:
        from ledger.standalone import standalone

        options.write_program.write_text(standalone())
        return 0
    if options.file is None:
        parser.error("a FILE is needed")
    try:
        public_key = None if options.key is None else VerifierKey.parse(options.key.read_text().strip())
        known = None if options.checkpoint is None else options.checkpoint.read_bytes().decode()
        with options.file.open("rb") as file:
            # A bundle begins as JSON does; an archive may be larger than memory, and is read where it lies.
            check = verify_archive if file.read(2) == b"PK" else _verify_whole
            file.seek(0)
            report = check(file, public_key=public_key, known_checkpoint=known)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"caseledger verify: {error}\n")
        return 2
    lines = [f"ok    {check.name}: {check.found}" for check in report.checks]
    if report.first_failure is None:
        lines += [f"heed  {notice.law}, since {notice.since}" for notice in report.notices]
        if report.files:
            lines += [f"file  {one.file_id}: {_FILE_WORDS[one.state]}" for one in report.files]
        lines += [f"erased {one}" for one in report.erasures]
        lines.append("The bundle holds.")
    else:
        lines.append(f"WRONG {report.first_failure.check}: {report.first_failure}")
        lines.append("The bundle does not hold. Nothing after the first fault was checked.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
