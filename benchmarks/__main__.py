"""What do all benchmarks say, on a screen and in one file?"""

from pathlib import Path

import msgspec

from benchmarks import replay

OUT = Path("runs/bench.json")


def main() -> int:
    """Run the chosen benchmarks, print what they say and write it to runs/bench.json."""
    r = replay.measure(None)
    print(replay.told(r))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode([r]), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
