"""What becomes of each kind of order when things go wrong? `python -m tests.scenarios` prints it."""

from rich.console import Console
from rich.table import Table

from tests.scenarios.hostile import EVENTS
from tests.scenarios.stories import CANNOT, KINDS, expected


def main() -> None:
    """Run every cell and print what came of it; a cell that differs from the table is marked."""
    table = Table("event", *KINDS, title="kinds x hostile events", show_lines=True)
    wrong = 0
    for event, happens in EVENTS.items():
        row = []
        for kind, begins in KINDS.items():
            if (kind, event) in CANNOT:
                row.append(f"cannot: {CANNOT[kind, event]}")
                continue
            world = begins()
            happens(world)
            world.goes_on()
            fine = world.told() == expected(kind, event)
            wrong += not fine
            row.append(world.told() + ("" if fine else "  <- NOT AS EXPECTED"))
        table.add_row(event, *row)
    console = Console(width=220)
    console.print(table)
    console.print(
        f"{len(EVENTS) * len(KINDS)} cells, {len(CANNOT)} cannot happen, {wrong} not as expected"
    )
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
