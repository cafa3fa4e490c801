"""Which request does each venue's real client sign for each order? Compares with the golden file.

`python -m tests.wire [EXCHANGE ...] [--write]`
"""

import asyncio
import sys
from pathlib import Path

from tests.wire.table import wire_table

GOLDEN = Path(__file__).with_name("golden.txt")


def main(arguments: list[str]) -> int:
    """Print the table; 1 when it is not the golden one, which `--write` makes anew."""
    wanted = frozenset(arguments) - {"--write"}
    rows = asyncio.run(wire_table(wanted))
    lines = [line for row in rows for line in row.lines()]
    print("\n".join(lines))  # noqa: T201 - a table for a person
    said = sum(not row.refused for row in rows)
    text = "\n".join(lines) + "\n"
    if "--write" in arguments and not wanted:
        GOLDEN.write_text(text, encoding="utf-8")
    golden = GOLDEN.read_text(encoding="utf-8")
    same = set(lines) <= set(golden.splitlines()) if wanted else text == golden
    verdict = "as recorded" if same else f"NOT as recorded in {GOLDEN.name}"
    print(f"{said} orders say what was meant, {len(rows) - said} are refused: {verdict}")  # noqa: T201
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
