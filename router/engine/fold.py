"""What does a journal say? Its rows read back as records, and nothing this Fathom does not know."""

from typing import Final

import msgspec

from router.engine.records import VERSION, Record, RunOpened
from router.engine.state import EngineState
from venues.errors import RecoveryRefused
from venues.model.ids import RunId

_decode: Final = msgspec.json.Decoder(Record).decode


def decode(seq: int, kind: str, body: bytes) -> Record:
    """Return the record in row `seq`; RecoveryRefused for an unknown kind or a body unlike it."""
    try:
        record: Record = _decode(body)
    except msgspec.DecodeError as error:
        raise RecoveryRefused(
            f"the journal's row {seq} ({kind}) cannot be read: {error}; use the Fathom that wrote it"
        ) from error
    if record.__struct_config__.tag != kind:
        raise RecoveryRefused(
            f"the journal's row {seq} says {kind} and holds {record.__struct_config__.tag}"
        )
    if isinstance(record, RunOpened) and record.records != VERSION:
        raise RecoveryRefused(
            f"the journal's row {seq} opens records of version {record.records}, only {VERSION} "
            f"is known: use Fathom {record.version}"
        )
    return record


def fold_row(state: EngineState, run: RunId, seq: int, kind: str, body: bytes) -> Record:
    """Make row `seq` part of `state` and return it as a record.

    RecoveryRefused when it cannot follow what came before.
    """
    record = decode(seq, kind, body)
    opens = isinstance(record, RunOpened)
    if seq == 1 and not opens:
        raise RecoveryRefused(f"the journal begins with {kind}, not with the opening of a run")
    if isinstance(record, RunOpened) and record.run != run:
        raise RecoveryRefused(f"the journal's row {seq} is of run {record.run}, this is run {run}")
    try:
        state.apply(record)
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        # Each row is proven by the chain, so they were written by another idea of what follows what.
        raise RecoveryRefused(
            f"the journal's row {seq} ({kind}) does not follow from the rows before: {error!r}"
        ) from error
    return record
