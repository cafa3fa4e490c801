"""What does one JSON line ask to be routed: strictly, or which field is wrong and why?"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from router.documents.document import dotted
from router.documents.problem import Unquoted, one_line, spelled
from router.documents.toml_lines import FieldPath
from router.route_files.ask import LineError, RouteAsk, VenueAsk
from venues.model.numbers import ONE, ZERO, decimal, plain
from venues.model.order import Side

VENUES_MAX: Final = 256
NAME_MAX: Final = 128
# Each value of a JSON text but the first of its list stands behind a comma: a bound of its memory.
_COMMAS_MAX: Final = 800_000
_WHOLE: Final = "line"  # the field of what is wrong with a line as a whole

_LINE_KEYS: Final = ("id", "side", "quantity", "venues")
_LINE_OPTIONS: Final = ("limit_price", "reference_price")
_VENUE_KEYS: Final = (
    "name",
    "levels",
    "taker_fee",
    "lot",
    "min_qty",
    "min_notional",
    "fixed_cost",
)
_VENUE_OPTIONS: Final = ("cap",)


class _Table(dict[str, object]):
    """A JSON object, and the first key that stands twice in it."""

    __slots__ = ("twice",)

    def __init__(self, pairs: Sequence[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.twice: str | None = None
        if len(self) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.twice = key
                    break
                seen.add(key)


def parse_line(data: bytes) -> RouteAsk:
    """Return what one line asks.

    Raises LineError naming the first field that is wrong, with the line's id where it has one.
    """
    tree = _decoded(data)
    if not isinstance(tree, _Table):
        raise LineError(_WHOLE, 'must be one JSON object: {"id": ..., "venues": [...]}')
    try:
        return _ask(tree)
    except LineError as error:
        raise LineError(error.field, error.message, _known_id(tree)) from None


def _decoded(data: bytes) -> object:
    if data.count(b",") > _COMMAS_MAX:
        raise LineError(_WHOLE, f"more than {_COMMAS_MAX} values; leave out levels far away")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        wrong = f"byte 0x{data[error.start]:02x} at {error.start} is not UTF-8"
        raise LineError(_WHOLE, wrong) from None
    try:
        tree: object = json.loads(
            text,
            parse_float=Unquoted,
            parse_int=Unquoted,
            parse_constant=Unquoted,
            object_pairs_hook=_Table,
        )
    except json.JSONDecodeError as error:
        wrong = f"not valid JSON: {error.msg} (column {error.colno})"
        raise LineError(_WHOLE, one_line(wrong)) from None
    except RecursionError:
        raise LineError(_WHOLE, "nested too deeply") from None
    return tree


def _known_id(tree: Mapping[str, object]) -> str | None:
    try:
        return _name(tree, (), "id")
    except LineError:
        return None


def _ask(tree: _Table) -> RouteAsk:
    _check_keys(tree, (), _LINE_KEYS, _LINE_OPTIONS)
    ask_id = _name(tree, (), "id")
    side = _side(tree)
    quantity = _number(tree, (), "quantity", above=ZERO)
    limit = _option(tree, (), "limit_price", above=ZERO)
    reference = _option(tree, (), "reference_price", above=ZERO)
    listed = tree["venues"]
    if not isinstance(listed, list):
        raise _wrong(("venues",), listed, "must be a list of venues")
    if len(listed) > VENUES_MAX:
        raise _wrong(("venues",), None, f"at most {VENUES_MAX} venues")
    venues: list[VenueAsk] = []
    names: set[str] = set()
    for n, venue in enumerate(listed):
        asked = _venue(venue, ("venues", n), side)
        if asked.name in names:
            raise _wrong(("venues", n, "name"), asked.name, "stands twice; keep one of them")
        names.add(asked.name)
        venues.append(asked)
    return RouteAsk(ask_id, side, quantity, limit, reference, tuple(venues))


def _venue(tree: object, at: FieldPath, side: Side) -> VenueAsk:
    if not isinstance(tree, _Table):
        raise _wrong(at, tree, 'must be an object: {"name": ..., "levels": [...]}')
    _check_keys(tree, at, _VENUE_KEYS, _VENUE_OPTIONS)
    name = _name(tree, at, "name")
    prices, sizes = _levels(tree["levels"], (*at, "levels"), side)
    fee = _number(tree, at, "taker_fee")
    if not -ONE < fee < ONE:
        raise _wrong((*at, "taker_fee"), tree["taker_fee"], "must be a fraction between -1 and 1")
    return VenueAsk(
        name=name,
        prices=prices,
        sizes=sizes,
        taker_fee=fee,
        lot=_number(tree, at, "lot", above=ZERO),
        min_qty=_number(tree, at, "min_qty", least=ZERO),
        min_notional=_number(tree, at, "min_notional", least=ZERO),
        fixed_cost=_number(tree, at, "fixed_cost", least=ZERO),
        cap=_option(tree, at, "cap", least=ZERO),
    )


def _levels(
    listed: object, at: FieldPath, side: Side
) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """Return prices and sizes of a side of a book, best first."""
    if not isinstance(listed, list):
        raise _wrong(at, listed, 'must be a list of ["price", "size"], best first')
    prices: list[Decimal] = []
    sizes: list[Decimal] = []
    for n, level in enumerate(listed):
        if not isinstance(level, list) or len(level) != 2:
            raise _wrong((*at, n), level, 'must be ["price", "size"]')
        price = _decimal(level[0], (*at, n, 0))
        if price <= 0:
            raise _wrong((*at, n, 0), level[0], "must be above 0")
        if prices:
            _check_order(prices[-1], price, side, (*at, n, 0), level[0])
        size = _decimal(level[1], (*at, n, 1))
        if size < 0:
            raise _wrong((*at, n, 1), level[1], "must not be below 0")
        prices.append(price)
        sizes.append(size)
    return tuple(prices), tuple(sizes)


def _check_order(before: Decimal, price: Decimal, side: Side, at: FieldPath, spelling: str) -> None:
    if price == before:
        raise _wrong(at, spelling, "the price stands twice; add the sizes up")
    if (price > before) != (side is Side.BUY):
        order = "asks rise" if side is Side.BUY else "bids fall"
        raise _wrong(at, spelling, f"unsorted: {order} from the best price on")


def _check_keys(
    tree: _Table, at: FieldPath, needed: Sequence[str], optional: Sequence[str]
) -> None:
    if tree.twice is not None:
        raise _wrong((*at, tree.twice), None, "stands twice; keep one of them")
    for key in tree:
        if key not in needed and key not in optional:
            known = ", ".join((*needed, *optional))
            raise _wrong((*at, key), None, f"unknown key; known here: {known}")
    for key in needed:
        if key not in tree:
            raise _wrong((*at, key), None, "missing")


def _name(tree: Mapping[str, object], at: FieldPath, key: str) -> str:
    value = tree.get(key)
    if type(value) is str and 0 < len(value) <= NAME_MAX and value.isprintable():
        return value
    raise _wrong((*at, key), value, f"must be 1 to {NAME_MAX} printable characters in quotes")


def _side(tree: Mapping[str, object]) -> Side:
    value = tree["side"]
    if type(value) is str and value in {Side.BUY.value, Side.SELL.value}:
        return Side(value)
    raise _wrong(("side",), value, 'must be "buy" or "sell"')


def _option(
    tree: Mapping[str, object],
    at: FieldPath,
    key: str,
    *,
    above: Decimal | None = None,
    least: Decimal | None = None,
) -> Decimal | None:
    """Return the number at `key`, None where it is left out or null."""
    return None if tree.get(key) is None else _number(tree, at, key, above=above, least=least)


def _number(
    tree: Mapping[str, object],
    at: FieldPath,
    key: str,
    *,
    above: Decimal | None = None,
    least: Decimal | None = None,
) -> Decimal:
    field = (*at, key)
    number = _decimal(tree[key], field)
    if above is not None and not number > above:
        raise _wrong(field, tree[key], f"must be above {plain(above)}")
    if least is not None and not number >= least:
        raise _wrong(field, tree[key], f"must not be below {plain(least)}")
    return number


def _decimal(value: object, at: FieldPath) -> Decimal:
    if type(value) is not str:
        raise _wrong(at, value, 'must be a decimal in quotes, e.g. "0.25"')
    try:
        return decimal(value)
    except ValueError:
        remedy = (
            'must be a plain decimal in quotes, e.g. "0.25": no exponent, NaN, infinity or blanks, '
            "at most 30 digits on each side of the point"
        )
        raise _wrong(at, value, remedy) from None


def _wrong(at: FieldPath, value: object, remedy: str) -> LineError:
    """Return the error about the field at `at`, with the `value` that stands there if any."""
    said = remedy if value is None else f"{spelled(value)}: {remedy}"
    return LineError(_short(one_line(dotted(at))), one_line(said))


def _short(field: str) -> str:
    return field if len(field) <= 2 * NAME_MAX else field[: 2 * NAME_MAX] + "..."
