"""`caseledger policy check FILE...` and `policy diff A B`: policy packs, before a school adopts one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from domain.policy import PolicyPack, PolicyPackError, parse_pack
from domain.policy_diff import in_words
from policies import content, shipped

__all__ = ["configure", "run"]


class _NotThere(Exception):
    """There is neither such a file nor a shipped pack of this name; the text says so."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = f"a file, or the name of a pack that is shipped: {', '.join(shipped())}"
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|diff")
    check = verbs.add_parser("check", help="say whether each pack is sound, or which key breaks which rule")
    check.add_argument("packs", nargs="+", metavar="FILE", help=what)
    diff = verbs.add_parser("diff", help="tell in words what differs between two packs")
    diff.add_argument("packs", nargs=2, metavar="FILE", help=what)


def run(arguments: argparse.Namespace) -> int:
    """Check or compare: 0 when every pack is sound, 1 when one is not, 2 when one is not there."""
    if arguments.verb == "check":
        return max(_check(name) for name in arguments.packs)
    try:
        first, second = (_read(name) for name in arguments.packs)
    except (PolicyPackError, _NotThere) as error:
        print(f"caseledger policy: {error}", file=sys.stderr)
        return 1 if isinstance(error, PolicyPackError) else 2
    print("\n".join(in_words(first, second)))
    return 0


def _check(name: str) -> int:
    try:
        pack = _read(name)
    except PolicyPackError as error:
        print(f"WRONG {error}")
        return 1
    except _NotThere as error:
        print(f"caseledger policy: {error}", file=sys.stderr)
        return 2
    print(f"ok    {name}: {pack.id} {pack.version}, {pack.name} ({pack.school})")
    return 0


def _read(name: str) -> PolicyPack:
    """Read a pack from a file, or the shipped one of this name; raises PolicyPackError and _NotThere."""
    file = Path(name)
    try:
        text = content(name) if name in shipped() and not file.is_file() else file.read_bytes().decode()
    except OSError as error:
        raise _NotThere(f"{name}: {error.strerror}, and no pack of this name is shipped") from None
    except UnicodeDecodeError as error:
        raise PolicyPackError(name, "", f"is not UTF-8 at byte {error.start}") from None
    return parse_pack(text, name)
