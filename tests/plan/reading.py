"""What people have read of the trust of `tests.plan.world`: entries of the log of reads, of every kind."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid5

from api.graphql.recording import Read
from ledger.read_log import stored_reads
from services.case_commands import AddAddendum
from services.read_log import ReadEntry, ReadWay, append_read, make_read_checkpoint, read_signer
from tests.plan.world import ALDER, CEDAR, World


class Unrecorded:
    """Records no read."""

    def __init__(self, *_given: object) -> None:
        pass

    async def record(self, _read: Read) -> None:
        pass

    async def close(self) -> None:
        pass


def read_meanwhile(world: World) -> None:
    """Record reads of every case there is so far; in one of them more is recorded afterwards, by a program."""
    every = frozenset(world.story().cases())
    case = frozenset((str(world.cases["while open"]),))
    part = frozenset(((str(world.cases["while open"]), 2, "narrative"),))
    clerk = replace(world.caller("trust-lead"), on_behalf_of=world.named("chair"))
    for entry in (
        ReadEntry(clerk, ReadWay.QUERY, "executed", listed=every, asked=frozenset(("cases",))),
        ReadEntry(world.caller("dpo"), ReadWay.QUERY, "executed", opened=case, histories=case),
        ReadEntry(world.caller(f"headteacher:{ALDER}"), ReadWay.EXPORT, "executed", opened=case, parts=part),
    ):
        append_read(world.ledger, entry)
    world.register_program("program", "Arbor 😀")
    program = world.caller(f"coordinator:{ALDER}", "program")
    world.do(AddAddendum, program, case_id=world.cases["while open"], text=world.words())
    world.do(AddAddendum, case_id=world.cases["while open"], text=world.words())


def read_cases(world: World) -> None:
    """Record reads, and tell the oracle of them."""
    every = frozenset(world.story().cases())
    lead, head = world.caller("trust-lead"), world.caller(f"headteacher:{ALDER}")
    program = replace(world.caller(f"mis:{CEDAR}"), client="programme-ü", on_behalf_of=world.named("clerk"))
    personnel = replace(world.caller("hr"), purpose="CASE_WORK")
    entries = [
        ReadEntry(lead, ReadWay.QUERY, "executed", listed=every, asked=frozenset(("cases",))),
        ReadEntry(head, ReadWay.QUERY, "kept", asked=frozenset(("case",))),
        ReadEntry(
            program, ReadWay.QUERY, "executed", listed=frozenset(sorted(every)[:5]), asked=frozenset(("duties",))
        ),
        ReadEntry(lead, ReadWay.QUERY, "executed", asked=frozenset(("readLog",))),
        ReadEntry(lead, ReadWay.QUERY, "executed", listed=every, asked=frozenset(("cases", "readers"))),
        # Of a case that nobody has heard of, such as one that was recorded a moment ago.
        ReadEntry(lead, ReadWay.COMMAND, "executed", opened=frozenset((str(uuid5(world.trust_id, "unheard of")),))),
    ]
    for one in sorted(every):
        case = frozenset((one,))
        part = frozenset(((one, 1, "summary"),))
        entries += [
            ReadEntry(personnel, ReadWay.QUERY, "executed", opened=case, asked=frozenset(("case",))),
            ReadEntry(personnel, ReadWay.QUERY, "executed", opened=case, listed=every, histories=case, parts=part),
            ReadEntry(lead, ReadWay.EXPORT, "executed", opened=case, histories=case, parts=part),
            ReadEntry(head, ReadWay.COMMAND, "executed", opened=case),
        ]
    for entry in entries:
        append_read(world.ledger, entry)
    world.facts.reads_checkpoint = make_read_checkpoint(world.ledger)
    world.facts.reads_key = read_signer(world.ledger).verifier_key.text
    with world.ledger.trust.connection() as connection:
        world.facts.reads = [
            {
                "position": read.position,
                "recorded_at": read.recorded_at,
                "body": json.loads(read.body),
                "leaf": read.leaf.hex(),
            }
            for read in stored_reads(connection, world.trust_id)
        ]
