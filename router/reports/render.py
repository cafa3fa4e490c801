"""What does a person see: a report as tables, a run in progress as a bar and a table per venue."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from router.orders.parent import Parent, ParentState
from router.reports.summary import ParentSummary, Report
from venues.model.ids import VenueId
from venues.model.numbers import ZERO, plain

_GOOD = {ParentState.DONE.value}


def report_tables(report: Report) -> RenderableType:
    """Return the whole report of a run for a terminal."""
    parts: list[RenderableType] = []
    for parent in report.parents:
        parts.extend((_headline(parent), *_alarms(parent), _costs(parent)))
        if parent.venues:
            parts.append(_venues(parent))
        if parent.depth:
            parts.append(_depths(parent))
        parts.append(Text())
    parts.append(
        Text(
            f"{report.market_events:,} market events in {report.elapsed_s} s, "
            f"digest {report.digest[:16]}",
            style="dim",
        )
    )
    return Group(*parts)


def progress(parents: Sequence[Parent], books: Sequence[tuple[VenueId, str]]) -> RenderableType:
    """Return the present of a run: a bar per parent, its fills per venue, the state of the books."""
    states = dict(books)
    parts: list[RenderableType] = []
    for parent in parents:
        spec, done = parent.spec, parent.filled
        share = float(done / spec.quantity)  # a picture, not money
        line = Table.grid(padding=(0, 1))
        line.add_row(
            Text(spec.id, style="bold"),
            ProgressBar(total=1.0, completed=share, width=30),
            f"{share:6.1%}",
            f"{plain(done)} of {plain(spec.quantity)} {spec.symbol}",
        )
        parts.append(line)
        parts.append(Text(f"{parent.state.value}: {parent.reason or parent.idle}", style="dim"))
        parts.append(_progress_venues(parent, states))
    return Group(*parts)


def _progress_venues(parent: Parent, states: dict[VenueId, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("venue")
    table.add_column("book")
    for name in ("filled", "open", "avg price", "children"):
        table.add_column(name, justify="right")
    for venue, book in states.items():
        mine = [c for c in parent.children.values() if c.submit.venue == venue]
        filled = sum((c.filled for c in mine), ZERO)
        turnover = sum((c.turnover for c in mine), ZERO)
        table.add_row(
            venue,
            Text(book, style="green" if book == "live" else "yellow"),
            plain(filled),
            plain(sum((c.reserved for c in mine), ZERO)),
            f"{turnover / filled:.2f}" if filled else "-",
            str(len(mine)),
        )
    return table


def _headline(parent: ParentSummary) -> Text:
    style = "bold green" if parent.state in _GOOD else "bold yellow"
    line = Text(f"{parent.id}: {parent.side} {parent.quantity} {parent.symbol} ", style="bold")
    line.append(parent.state, style=style)
    line.append(f"  filled {parent.filled}" + (f"  ({parent.reason})" if parent.reason else ""))
    return line


def _alarms(parent: ParentSummary) -> list[Text]:
    """Return a line per alarm: how long after the start, and what for."""
    began_ns = parent.started_ns or 0
    return [
        Text(
            f"  ALARM after {(alarm.ts_ns - began_ns) / 1e9:.1f} s: {alarm.text}", style="bold red"
        )
        for alarm in parent.alarms
    ]


def _costs(parent: ParentSummary) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    other = parent.counterfactual_bps
    for name, value in (
        ("arrival price", _short(parent.arrival_price, 2)),
        ("average price", _short(parent.average_price, 2)),
        ("shortfall, fees in (bps)", _short(parent.shortfall_bps, 2)),
        ("  best single venue", _short(other.best_single_venue, 2)),
        ("  top of book", _short(other.top_of_book, 2)),
        ("  pro rata by depth", _short(other.pro_rata, 2)),
        ("  optimal on the books seen", _short(other.optimal, 2)),
        ("fees", _short(parent.fees, 2)),
        (
            "maker share",
            "-" if parent.maker_share is None else f"{Decimal(parent.maker_share):.1%}",
        ),
        ("children", str(parent.children)),
    ):
        table.add_row(name, value)
    return table


def _venues(parent: ParentSummary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("venue")
    for name in ("filled", "share", "avg price", "fees", "children"):
        table.add_column(name, justify="right")
    whole = Decimal(parent.filled)
    for venue, part in parent.venues.items():
        share = Decimal(part.filled) / whole if whole else ZERO
        table.add_row(
            venue,
            part.filled,
            f"{share:.1%}",
            _short(part.average_price, 2),
            _short(part.fees, 2),
            str(part.children),
        )
    return table


def _depths(parent: ParentSummary) -> Table:
    """Return, per venue, what stood there, what was expected of it on arrival, and what takers got."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("depth a decision")
    for name in ("displayed", "expected", "of it", "sent", "should fill", "filled"):
        table.add_column(name, justify="right")
    for venue, depth in parent.depth.items():
        displayed, expected = Decimal(depth.displayed), Decimal(depth.expected)
        table.add_row(
            venue,
            _short(depth.displayed, 3),
            _short(depth.expected, 3),
            f"{expected / displayed:.1%}" if displayed else "-",
            _short(depth.sent, 3),
            _short(depth.foreseen, 3),
            _short(depth.filled, 3),
        )
    return table


def _short(value: str | None, places: int) -> str:
    return "-" if value is None else f"{Decimal(value):.{places}f}"
