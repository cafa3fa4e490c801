"""What does a person see of a plan: legs, a bar of depth per venue, and what size costs?"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from router.route_files.answer import RouteAnswer, RouteLeg
from router.route_files.ask import LineError, RouteAsk
from router.route_files.figures import NEAR_BPS, Figures, VenueFigures
from venues.model.numbers import MONEY, ZERO, plain
from venues.model.order import Side

_BAR: Final = 16
_CENT: Final = Decimal("0.01")
_MONEY: Final = {Side.BUY: "cost", Side.SELL: "proceeds"}


def plan_table(ask: RouteAsk, given: RouteAnswer, known: Figures, blocks: str) -> RenderableType:
    """Return one plan for a terminal; `blocks`: the signs for depth taken and depth left."""
    return Group(
        _headline(ask, given), _venues(given, known, blocks), *_costs(ask, given, known), ""
    )


def error_text(file: str, line: int, error: LineError) -> RenderableType:
    """Return the one line about a line that could not be read."""
    named = "" if error.ask_id is None else f" ({error.ask_id})"
    return Text(f"{file}:{line}{named}: {error.field}: {error.message}\n", style="red")


def _headline(ask: RouteAsk, given: RouteAnswer) -> Text:
    text = Text(f"{ask.id}: {ask.side.value} {plain(ask.quantity)}", style="bold")
    if ask.limit_price is not None:
        text.append(f", limit {plain(ask.limit_price)}")
    if given.unrouted:
        text.append(f", {plain(given.unrouted)} unrouted", style="yellow")
    return text


def _venues(given: RouteAnswer, known: Figures, blocks: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("venue", overflow="fold", max_width=24)
    for name in ("quantity", "share", "limit", "net price"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(f"depth in {NEAR_BPS} bps", no_wrap=True)
    table.add_column("")
    table.add_column("", style="dim")
    legs = {leg.venue: leg for leg in given.legs}
    reasons = dict(given.skipped)
    routed = sum((v.taken for v in known.venues), ZERO)
    longest = max((max(v.near, v.taken) for v in known.venues), default=ZERO)
    for venue in known.venues:
        table.add_row(
            Text(venue.name),
            *_leg(legs.get(venue.name), venue, routed),
            _bar(venue, longest, blocks),
            Text(_brief(venue.near), style="dim"),
            Text(reasons.get(venue.name, "")),
        )
    return table


def _leg(leg: RouteLeg | None, venue: VenueFigures, routed: Decimal) -> Sequence[str]:
    if leg is None or venue.net_price is None:
        return ("-", "", "", "")
    return (
        plain(leg.quantity),
        f"{leg.quantity / routed:.1%}",
        plain(leg.limit_price),
        _price(venue.net_price),
    )


def _bar(venue: VenueFigures, longest: Decimal, blocks: str) -> Text:
    """Return the bar of a venue: what is taken, then what is left, of the longest one."""
    if not longest:
        return Text()
    taken = min(int(venue.taken / longest * _BAR), _BAR)
    if venue.taken:
        taken = max(taken, 1)  # a leg is always to be seen
    whole = max(min(int(venue.near / longest * _BAR), _BAR), taken)
    bar = Text(blocks[0] * taken, style="green")
    return bar.append(blocks[1] * (whole - taken), style="dim")


def _costs(ask: RouteAsk, given: RouteAnswer, known: Figures) -> list[Text]:
    """Return what the plan costs and what else there was, a sentence each."""
    if known.best is None:
        return [Text("no depth at any venue", style="yellow")]
    if known.net is None or known.hidden_bps is None:
        return [Text(f"best {_price(known.best)}; nothing can be routed", style="yellow")]
    out = [
        Text(
            f"best {_price(known.best)}, at size {_price(known.net)}: hidden cost "
            f"{_bps(known.hidden_bps)} bps (depth {_bps(known.depth_bps)}, fees "
            f"{_bps(known.fee_bps)}, fixed {_bps(known.fixed_bps)})"
        ),
        Text(f"{_MONEY[ask.side]} {plain(given.cost)}", style="bold"),
    ]
    if given.certified_gap:
        out[1].append(f", within {plain(given.certified_gap)} of the optimum", style="yellow")
    else:
        out[1].append(", optimal", style="green")
    names = ("best single venue", "runner-up")
    alone = [
        f"{name} {one.venue} {plain(one.cost)} ({_bps(one.worse_bps)} bps worse)"
        for name, one in zip(names, known.alone, strict=False)
    ]
    out.append(Text(", ".join(alone) or "no single venue can do it alone", style="dim"))
    return out


def _price(price: Decimal) -> str:
    """Return `price` to eight significant digits."""
    return plain(Decimal(f"{price:.8g}"))


def _brief(quantity: Decimal) -> str:
    return plain(Decimal(f"{quantity:.4g}"))


def _bps(value: Decimal | None) -> str:
    # No "-0.00".
    return "-" if value is None else f"{MONEY.quantize(value, _CENT) + ZERO:.2f}"
