"""What the checks of every kind of file share: the file, the keys, the checkpoints, and what the ledger declares.

Each check takes the examination as it stands, returns in a sentence what holds, and raises Wrong at the first thing
that does not. docs/formats.md, section 11, lists them in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledger import checkpoint as checkpoints
from ledger import tree
from ledger.bundle import Bundle, BundledEvent, ClosedPart, Extract, OpenedPart
from ledger.canonical import CanonicalError
from ledger.checkpoint import Checkpoint, CheckpointError, VerifierKey
from ledger.entry import Body, EntryError, SealedEntry, body_link, decode_body, leaf_hash
from ledger.findings import PartFound, PartState
from ledger.meanings import (
    EpochBegun,
    KeyChanged,
    declaration_of,
    destroyed_key,
    erased_part,
    ledger_register_of,
    removed_file,
)
from ledger.sealing import associated_data, commitment

__all__ = [
    "Checking",
    "Examination",
    "Wrong",
    "check_checkpoint",
    "check_declarations",
    "check_earlier",
    "check_erasures",
    "check_inclusion",
    "check_key",
    "check_parts",
    "check_recorded",
    "continues",
]

_STATE_WORDS: tuple[tuple[PartState, str], ...] = (("OPEN", "open"), ("ERASED", "erased"), ("WITHHELD", "withheld"))


class Wrong(Exception):
    """Ends the checking at the first thing that is wrong."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


@dataclass(slots=True)
class Examination:
    """What is known of a file as its checks go on; a later check relies on what earlier ones have set.

    `public_key` and `known_checkpoint` are what the reader has from elsewhere, if anything.
    """

    extract: Extract
    public_key: VerifierKey | None
    known_checkpoint: str | None
    key: VerifierKey = field(init=False)
    checkpoint: Checkpoint = field(init=False)
    # The public keys that may have signed what the reader knows: the one given, or the first, and those that followed.
    keys: list[bytes] = field(default_factory=list)
    # Each restore that was declared, with the position and the event that declare it.
    epochs: list[tuple[EpochBegun, BundledEvent]] = field(default_factory=list)
    # The events that are shown, each with its body.
    shown: list[tuple[BundledEvent, Body]] = field(default_factory=list)
    # What proves the erasures, each with its body.
    erasures: list[tuple[BundledEvent, Body]] = field(default_factory=list)
    destroyed: dict[UUID, int] = field(default_factory=dict)
    # The single parts that were erased, by stream, version and name, and the position that says so.
    erased: dict[tuple[UUID, int, str], int] = field(default_factory=dict)
    parts: list[PartFound] = field(default_factory=list)

    @property
    def bundle(self) -> Bundle:
        """The file, of a kind that holds one case."""
        assert isinstance(self.extract, Bundle)
        return self.extract


Checking = Callable[[Examination], str]


def check_key(examination: Examination) -> str:
    """The public key is well-formed, and the one that was given, or one that followed it."""
    try:
        examination.key = VerifierKey.parse(examination.extract.public_key)
    except CheckpointError as error:
        raise Wrong("public_key", str(error)) from None
    given = examination.public_key
    if given is None:
        return f"taken from the bundle itself, to be compared with the trust's own: {examination.key.text}"
    if given == examination.key:
        return f"the one that was given: {examination.key.text}"
    if not examination.extract.declarations or given.name.split("/")[:2] != examination.key.name.split("/")[:2]:
        raise Wrong("public_key", "is not the key that was given")
    return f"another than the one that was given, to be followed from it: {examination.key.text}"


def check_checkpoint(examination: Examination) -> str:
    """The checkpoint is of the file's trust and bears the signature of its key alone."""
    extract = examination.extract
    try:
        checkpoint = checkpoints.verify(extract.checkpoint, examination.key)
        _, signatures = checkpoints.parse(extract.checkpoint)
        trust, _ = checkpoints.parse_origin(checkpoint.origin)
    except CheckpointError as error:
        raise Wrong("checkpoint", str(error)) from None
    if len(signatures) != 1:
        # A line that nobody here can check could be changed unseen.
        raise Wrong("checkpoint", "must bear the trust's signature and no other")
    if trust != extract.trust:
        raise Wrong("checkpoint", "is of another trust than the bundle")
    examination.checkpoint = checkpoint
    return f"signed by {examination.key.name} over {checkpoint.size} events"


def check_declarations(examination: Examination) -> str:
    """What the trust declared leads from the given key, and from the first epoch, to those of the checkpoint."""
    extract, checkpoint = examination.extract, examination.checkpoint
    changes: list[tuple[KeyChanged, BundledEvent]] = []
    link = ""
    for at, event in enumerate(extract.declarations):
        place = f"declaration {at + 1} (position {event.position})"
        body = check_recorded(event, place, examination)
        if body.stream != ledger_register_of(extract.trust):
            raise Wrong(place, "is not of the stream in which a trust declares what it has to say about its ledger")
        if body.version != at + 1 or body.prev != link:
            raise Wrong(place, "does not follow from the declaration before")
        if at and event.position <= extract.declarations[at - 1].position:
            raise Wrong(place, "has a position that does not rise")
        link = body_link(event.body)
        declared = declaration_of(body)
        if isinstance(declared, KeyChanged):
            changes.append((declared, event))
        elif isinstance(declared, EpochBegun):
            examination.epochs.append((declared, event))
    epoch = examination.epochs[-1][0].number if examination.epochs else 1
    if checkpoint.epoch != epoch:
        raise Wrong("declarations", f"do not begin epoch {checkpoint.epoch}, which the checkpoint names")
    examination.keys = _followed(examination, changes)
    if not extract.declarations:
        return "none: one key has signed, and no restore interrupted the ledger"
    return f"{len(examination.keys) - 1} key(s) followed; the ledger is in epoch {epoch}"


def _followed(examination: Examination, changes: Sequence[tuple[KeyChanged, BundledEvent]]) -> list[bytes]:
    """The key that was given, or the first, and those that followed; each was named by an event that its former signed.

    An event that names a key says nothing by itself: what hands over is the former key's signature over a ledger that
    holds the event. Of a key that the reader does not rely on nothing is asked.
    """
    extract, given = examination.extract, examination.public_key
    if not changes:
        if given is not None and given.public != examination.key.public:
            raise Wrong("public_key", "is not the key that was given")
        return [examination.key.public]
    keys = [change.present for change, _ in changes]
    for place, (change, _) in enumerate(changes):
        if change.former is not None and (place == 0 or change.former != keys[place - 1]):
            raise Wrong("declarations", "do not follow from one key to the next")
    if keys[-1] != examination.key.public:
        raise Wrong("public_key", "is not the one that the declarations end with")
    if given is None:
        return keys
    if given.public not in keys:
        raise Wrong("public_key", "is not the key that was given, nor followed from it")
    start = len(keys) - 1 - keys[::-1].index(given.public)
    for former, (change, event) in zip(keys[start:], changes[start + 1 :], strict=False):
        if not any(_hands_over(examination, note, former, event) for note in extract.handovers):
            key = change.present.hex()
            raise Wrong("handovers", f"none of the key before shows that it knew of its successor {key}")
    return keys[start:]


def _hands_over(examination: Examination, note: str, former: bytes, event: BundledEvent) -> bool:
    """Whether a key signed a ledger that the checkpoint continues and that holds the event naming its successor."""
    try:
        origin, _, _ = note.partition("\n")
        signed = checkpoints.verify(note, VerifierKey(origin, former))
        trust, _ = checkpoints.parse_origin(origin)
    except CheckpointError:
        return False
    return trust == examination.extract.trust and signed.size >= event.position and continues(examination, signed)


def continues(examination: Examination, earlier: Checkpoint) -> bool:
    """Whether the checkpoint is proven to continue an earlier one; the proofs themselves are checked beside."""
    checkpoint = examination.checkpoint
    if earlier.size == checkpoint.size:
        return earlier.root == checkpoint.root
    return any((one.size, one.root) == (earlier.size, earlier.root) for one in examination.extract.consistency)


def check_earlier(examination: Examination) -> str:
    """The checkpoint continues every earlier size that the file names, and the checkpoint that its reader has kept."""
    extract, checkpoint = examination.extract, examination.checkpoint
    for at, earlier in enumerate(extract.consistency):
        if at and earlier.size <= extract.consistency[at - 1].size:
            raise Wrong(f"consistency[{at}]", "must be of a larger size than the one before")
        if not tree.verify_consistency(earlier.size, earlier.root, checkpoint.size, checkpoint.root, earlier.proof):
            raise Wrong(f"consistency[{at}]", "does not prove that the checkpoint continues the earlier ledger")
    if examination.known_checkpoint is None:
        return f"{len(extract.consistency)} earlier size(s) continued; no known checkpoint was given"
    known = _known(examination, examination.known_checkpoint)
    _refuse_lost(examination, known)
    if known.size > checkpoint.size:
        raise Wrong("checkpoint", f"is rolled back: size {checkpoint.size} is less than the known {known.size}")
    if known.size == checkpoint.size:
        if (known.text, known.epoch) != (checkpoint.text, checkpoint.epoch):
            raise Wrong("checkpoint", f"contradicts the known checkpoint of the same size {known.size}")
        return f"the known checkpoint itself, size {known.size}"
    if known.recorded_at >= checkpoint.recorded_at:
        raise Wrong("checkpoint", "has more events than the known checkpoint and is not later")
    shown = next((earlier for earlier in extract.consistency if earlier.size == known.size), None)
    if shown is None:
        raise Wrong("consistency", f"has no proof from the known checkpoint's size {known.size}")
    if shown.root != known.root:
        raise Wrong("consistency", f"starts from another ledger than the known checkpoint of size {known.size}")
    return f"continues the known checkpoint of size {known.size}"


def _known(examination: Examination, note: str) -> Checkpoint:
    """What the reader's own checkpoint says, which any key may have signed that led to the one of the file."""
    problem = CheckpointError("note is not signed with this public key")
    try:
        checkpoint, _ = checkpoints.parse(note)
        name = examination.key.name
        if checkpoints.parse_origin(checkpoint.origin)[0] == examination.extract.trust and examination.epochs:
            name = checkpoint.origin
    except CheckpointError as error:
        raise Wrong("known checkpoint", str(error)) from None
    for public in reversed(examination.keys):
        try:
            return checkpoints.verify(note, VerifierKey(name, public))
        except CheckpointError as error:
            problem = error
    raise Wrong("known checkpoint", str(problem))


def _refuse_lost(examination: Examination, known: Checkpoint) -> None:
    """A ledger that was put back does not continue what it lost: it says so itself, and that is what is reported."""
    for epoch, event in examination.epochs:
        if known.epoch < epoch.number and known.size > epoch.agrees_through:
            raise Wrong(
                "known checkpoint",
                f"of size {known.size} is of epoch {known.epoch}, which a restore ended: by event {event.position} the"
                f" trust declares ({epoch.cause}) that the ledger reached position {epoch.lost_through} and is known to"
                f" be the same up to {epoch.agrees_through} alone; what stood after that is lost, or stands elsewhere."
                " Compare with a checkpoint of at most that size",
            )


def check_recorded(event: BundledEvent, place: str, examination: Examination) -> Body:
    """Give the body of an event whose leaf, form, trust, place and time are as they must be."""
    checkpoint = examination.checkpoint
    if leaf_hash(event.position, event.recorded_at, event.body) != event.leaf:
        raise Wrong(place, "is altered: position, time and body do not have the leaf hash stated")
    try:
        body = decode_body(event.body)
    except CanonicalError as error:
        raise Wrong(place, f"body{'.' if error.path else ''}{error.path} {error.rule}") from None
    except EntryError as error:
        raise Wrong(place, f"body: {error}") from None
    if body.trust != examination.extract.trust:
        raise Wrong(place, "is of another trust")
    if event.position > checkpoint.size:
        raise Wrong(place, f"lies beyond the checkpoint's size {checkpoint.size}")
    if event.recorded_at > checkpoint.recorded_at or (
        (event.position == checkpoint.size) != (event.recorded_at == checkpoint.recorded_at)
    ):
        raise Wrong(place, "has a time of recording that the checkpoint's time contradicts")
    return body


def check_erasures(examination: Examination) -> str:
    """Every erasure records the destruction of a key, and stands among the events only where it is of the case.

    Of a period it may be the removal of a file, too, which a case has among its events.
    """
    before = 0
    extract = examination.extract
    is_case = isinstance(extract, Bundle)
    own = set() if is_case else {event.position for event in extract.events}
    for at, event in enumerate(extract.erasures):
        place = f"erasure {at + 1} (position {event.position})"
        body = check_recorded(event, place, examination)
        if event.position <= before:
            raise Wrong(place, "has a position that does not rise")
        if event.position in own or (is_case and body.stream == examination.bundle.stream):
            raise Wrong(
                place, f"is of the {'case' if is_case else 'period'} itself and stands among its events already"
            )
        if not _erases(examination, body, event.position) and (is_case or removed_file(body) is None):
            raise Wrong(place, "does not record the destruction of a key")
        examination.erasures.append((event, body))
        before = event.position
    for event, body in examination.shown:
        _erases(examination, body, event.position)
    single = f", {len(examination.erased)} single part(s) erased" if examination.erased else ""
    return f"{len(examination.destroyed)} key(s) destroyed{single}"


def _erases(examination: Examination, body: Body, position: int) -> bool:
    """Take down what an event says was erased; False if nothing."""
    key, part = destroyed_key(body), erased_part(body)
    if key is not None:
        examination.destroyed.setdefault(key, position)
    if part is not None:
        examination.erased.setdefault((body.stream, *part), position)
    return key is not None or part is not None


def check_inclusion(examination: Examination) -> str:
    """Everything shown, or withheld as a whole, stands in the ledger at its position."""
    extract, checkpoint = examination.extract, examination.checkpoint
    leaves = {event.position - 1: event.leaf for event in extract.recorded}
    if isinstance(extract, Bundle) and len(leaves) != len(extract.recorded):
        raise Wrong("erasures", "must not share a position with an event")
    # In the bundle of a period a declaration may stand among the events, too: as the same event.
    if any(leaves[event.position - 1] != event.leaf for event in extract.recorded):
        raise Wrong("declarations", "must not share a position with another event")
    # Of no events the proof is the root itself, as of any subtree that holds none.
    shown = tree.root_from_set(leaves, checkpoint.size, extract.inclusion) if leaves else b"".join(extract.inclusion)
    if shown != checkpoint.root:
        raise Wrong("inclusion", "events, positions and times do not lead to the root of the checkpoint")
    return f"all {len(leaves)} event(s) stand in the ledger at their positions"


def check_parts(examination: Examination) -> str:
    """Every text shown is the one committed to, and is called erased exactly where an event proves that it is."""
    is_period = not isinstance(examination.extract, Bundle)
    for event, body in examination.shown:
        if [part.part for part in event.parts] != [entry.part for entry in body.sealed]:
            place = _place_of(event, body, is_period=is_period)
            raise Wrong(place, "must show exactly the sealed parts of its body, in their order")
        position = event.position if is_period else None
        for part, entry in zip(event.parts, body.sealed, strict=True):
            if isinstance(part, OpenedPart):
                problem = _problem_of_text(part, entry, body)
                found = PartFound(body.version, part.part, "OPEN", None, position)
            else:
                erased_at = examination.erased.get((body.stream, body.version, entry.part))
                destroyed_at = examination.destroyed.get(entry.key, erased_at)
                problem = _problem_of_state(part, entry, destroyed_at, by_itself=erased_at is not None)
                found = PartFound(body.version, part.part, part.state, destroyed_at, position)
            if problem is not None:
                raise Wrong(f"{_place_of(event, body, is_period=is_period)}, part {entry.part}", problem)
            examination.parts.append(found)
    states = [found.state for found in examination.parts]
    return ", ".join(f"{states.count(state)} {word}" for state, word in _STATE_WORDS)


def _place_of(event: BundledEvent, body: Body, *, is_period: bool) -> str:
    place = f"position {event.position}"
    return place if is_period else f"event {body.version} ({place})"


def _problem_of_text(part: OpenedPart, entry: SealedEntry, body: Body) -> str | None:
    aad = associated_data(body.trust, body.stream, body.command, part.ordinal, entry.part, entry.key)
    matches = commitment(part.salt, aad, part.text) == entry.commitment
    return None if matches else "text is not the one that was committed to"


def _problem_of_state(part: ClosedPart, entry: SealedEntry, destroyed_at: int | None, *, by_itself: bool) -> str | None:
    if part.state == "ERASED" and destroyed_at is None:
        return f"is called erased, but no event proves that key {entry.key} was destroyed: it is withheld"
    if part.state == "WITHHELD" and destroyed_at is not None:
        what = "it" if by_itself else "its key"
        return f"is called withheld, but {what} was destroyed at position {destroyed_at}: it is erased"
    return None
