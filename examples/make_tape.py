"""How to make a tape to replay: ten minutes of the synthetic market, written to a folder."""

import sys
from pathlib import Path

from venues.synthetic.market import synthetic_tape
from venues.tape.writer import write_tape

START_NS = 1_700_000_000_000_000_000
TEN_MINUTES_NS = 600_000_000_000


def main() -> None:
    """Write the tape to the folder named on the command line."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/tape")
    tape = synthetic_tape(seed=7, duration_ns=TEN_MINUTES_NS, start_ns=START_NS)
    write_tape(tape, folder, description="Synthetic: five invented venues, no exchange.")
    rows = sum(r.row_count for r in tape.recordings)
    print(f"{folder}: {len(tape.recordings)} venues, {rows} book rows")


if __name__ == "__main__":
    main()
