"""The offline check of a bundle: whether it is genuine, whole and unaltered, and what of it is erased or withheld.

It needs no database and no network: the standard library, `cryptography`, and the formats beside it. docs/formats.md,
section 11, lists the checks in their order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.bundle import Bundle
from ledger.bundle_parsing import BundleError, parse
from ledger.canonical import CanonicalError
from ledger.checkpoint import VerifierKey
from ledger.period import Period
from ledger.verify_case import CASE_CHECKS
from ledger.verify_period import PERIOD_CHECKS
from ledger.verifying import Check, Examination, Failure, PartFound, Report, Wrong

__all__ = ["CASE_CHECKS", "CHECKS", "Check", "Failure", "PartFound", "Report", "main", "verify"]

# The names of the checks, in their order.
CHECKS = ("file", *(name for name, _ in CASE_CHECKS))


def verify(bundle: bytes, *, public_key: VerifierKey | None = None, known_checkpoint: str | None = None) -> Report:
    """Check a bundle's file, of a case or of a period; no content of it makes this raise.

    `public_key` is the trust's key, known from elsewhere: without it the signature is checked with the key that the
    bundle brings, which shows only that the bundle agrees with itself. `known_checkpoint` is a note kept from before.
    """
    try:
        extract = _read(bundle)
    except Wrong as wrong:
        return Report(False, (), Failure("file", wrong.place, wrong.problem))
    held = [Check("file", f"canonical JSON of the form {extract.format}")]
    examination = Examination(extract, public_key, known_checkpoint)
    for name, check in PERIOD_CHECKS if isinstance(extract, Period) else CASE_CHECKS:
        try:
            held.append(Check(name, check(examination)))
        except Wrong as wrong:
            return Report(False, tuple(held), Failure(name, wrong.place, wrong.problem))
    return Report(True, tuple(held), None, tuple(examination.parts), extract.withheld, extract.notices)


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


def main(argv: Sequence[str] | None = None) -> int:
    """Check the bundle named on the command line and say what was found: 0 it holds, 1 it does not, 2 unreadable."""
    parser = argparse.ArgumentParser(prog="caseledger verify", description="Check the bundle of a case offline.")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the bundle, of a case or of a period")
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
        content = options.file.read_bytes()
        public_key = None if options.key is None else VerifierKey.parse(options.key.read_text().strip())
        known = None if options.checkpoint is None else options.checkpoint.read_bytes().decode()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"caseledger verify: {error}\n")
        return 2
    report = verify(content, public_key=public_key, known_checkpoint=known)
    lines = [f"ok    {check.name}: {check.found}" for check in report.checks]
    if report.first_failure is None:
        lines += [f"heed  {notice.law}, since {notice.since}" for notice in report.notices]
        lines.append("The bundle holds.")
    else:
        lines.append(f"WRONG {report.first_failure.check}: {report.first_failure}")
        lines.append("The bundle does not hold. Nothing after the first fault was checked.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
