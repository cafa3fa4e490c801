"""What does docs/orders.md say: every field of an order file, from the schema that checks it.

`make docs` writes it, and the JSON Schema beside it; a test compares.
"""

import sys
from collections.abc import Sequence
from decimal import Decimal
from inspect import cleandoc
from typing import Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from router.order_files.fields import (
    KINDS_LATER,
    OrderSection,
    RestSection,
    TakeSection,
    ThenSection,
    TwapSection,
    VenuesSection,
)
from router.order_files.ladder_fields import LadderSection
from router.order_files.leg_fields import LegSection
from router.order_files.oco_fields import OcoSection
from router.order_files.schema import order_schema
from router.order_files.stop_fields import LimitStopSection
from venues.model.numbers import plain

_SECTIONS: Final[Sequence[tuple[str, type[BaseModel]]]] = (
    ("order", OrderSection),
    ("order.venues", VenuesSection),
    ("order.take", TakeSection),
    ("order.rest", RestSection),
    ("order.twap", TwapSection),
    ("order.ladder", LadderSection),
    ("order.limit_stop", LimitStopSection),
    ("order.oco", OcoSection),
    ("order.oco.<leg>", LegSection),
    ("order.then", ThenSection),
)

_HEAD: Final = """\
# Parent orders

<!-- Generated from router/order_files/fields.py by `make docs`; edit there. -->

A parent order is a TOML or JSON file. It is read strictly: an unknown key, money without quotes or a
wrong unit is refused with one line that names file, line, field, value and remedy. `fathom check FILE`
reads a file and says in one line what it asks for.

- Money and quantity are decimals in quotes: `"0.25"`. No exponent, no NaN, at most 30 digits on
  either side of the point.
- Integers are for counts, whole seconds and milliseconds only. A unit ends the name: `horizon_s`,
  `limit_bps`.
- Without `limit_price` and `limit_bps` every order that takes is still bounded: by the collar of the
  config, `collar_bps` from the reference mid.
- Files are UTF-8 without a byte order mark, at most 256 KiB.
- Editors and programs can use the JSON Schema in [orders.schema.json](orders.schema.json).

```toml
[order]
id = "btc-entry-001"
symbol = "BTC/USDT"
side = "buy"
quantity = "250"
limit_price = "61800"
kind = "twap"

[order.twap]
horizon_s = 1800
slices = 60
passive_fraction = "0.6"
```
"""


def orders_page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for header, section in _SECTIONS:
        parts.append(f"## [{header}]\n\n{cleandoc(section.__doc__ or '')}\n")
        if section.model_fields:
            parts.append(_table(section))
    parts.append(_later())
    return "\n".join(parts)


def _table(section: type[BaseModel]) -> str:
    rows = ["| field | unit | default | meaning |", "|---|---|---|---|"]
    for name, field in section.model_fields.items():
        unit = field.json_schema_extra["unit"] if isinstance(field.json_schema_extra, dict) else ""
        rows.append(f"| `{name}` | {unit} | {_default(field)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | () | BaseModel():
            return "none"
        case dict():
            return "none"
        case Decimal():
            return f'`"{plain(field.default)}"`'
        case str():
            return f'`"{field.default}"`'
        case _:
            return f"`{field.default}`"


def _later() -> str:
    kinds = ", ".join(f"`{kind}`" for kind in KINDS_LATER)
    return (
        "## Not available in this version\n\n"
        "Refused by name, with exit code 2, instead of being approximated:\n\n"
        f"- kinds and sections: {kinds}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(order_schema() if sys.argv[1:] == ["--schema"] else orders_page())
