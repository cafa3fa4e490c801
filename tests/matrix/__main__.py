"""What becomes of each kind of order when things go wrong? `python -m tests.matrix` prints it."""

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.matrix.cells import Cell
from tests.matrix.events import EVENTS
from tests.matrix.expected import CANNOT, expected
from tests.matrix.kinds import KINDS

WRONG = "  <- NOT AS EXPECTED"


def main() -> None:
    """Run every cell both ways and print what came of it; exit code 1 when one is not as expected."""
    told = {(kind, event): _told(kind, event) for event in EVENTS for kind in KINDS}
    table = Table("event", *KINDS, title="kinds x hostile events, on paper venues", show_lines=True)
    for event in EVENTS:
        table.add_row(event, *(told[kind, event].split(";")[0] for kind in KINDS))
    console = Console(width=220)
    console.print(table)
    for event, what in EVENTS.items():
        console.print(f"\n[bold]{event}[/bold]: {what.says}")
        for kind, one in KINDS.items():
            line = f"  {kind}, {one.says}: {told[kind, event]}"
            console.print(line, highlight=False, markup=False)
    wrong = sum(text.endswith(WRONG) for text in told.values())
    console.print(
        f"\n{len(told)} cells, {len(CANNOT)} cannot happen, {wrong} not as expected; each told by the "
        "replay in plain Python and by the asyncio loop with kernels, alike to the byte, and re-executed "
        "from its tape"
    )
    if wrong:
        raise SystemExit(1)


def _told(kind: str, event: str) -> str:
    if (kind, event) in CANNOT:
        return f"cannot happen: {CANNOT[kind, event]}"
    with tempfile.TemporaryDirectory(prefix="fathom-") as folder:
        try:
            outcome = Cell(kind, event).outcome(Path(folder))
        except AssertionError as broken:
            return f"{broken}{WRONG}"
    return outcome if outcome == expected(kind, event) else outcome + WRONG


if __name__ == "__main__":
    main()
