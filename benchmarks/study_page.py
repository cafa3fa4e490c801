"""What does the study look like on a page? One HTML file with its plots inside, and a PNG of them."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.study_families import Family

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from benchmarks.routing_study import Studied


def write_page(
    out: Path, found: Sequence["Studied"], together: Sequence[Family], *, ours: str, exact: str
) -> None:
    """Write study.html and study.png into `out`."""
    picture = _picture(found, exact)
    (out / "study.png").write_bytes(picture)
    rows = "\n".join(_section(one, ours) for one in found)
    (out / "study.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Routing on observed depth</title>"
        "<style>body{font:14px system-ui;margin:2em;max-width:90em}table{border-collapse:collapse}"
        "td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right}"
        "td:first-child,th:first-child{text-align:left}.no{color:#b00}.yes{color:#070}"
        "img{max-width:100%}</style><h1>Routing on depth that was observed to stay</h1>"
        "<p>Costs in bps of the mid at the decision. In brackets: what a router cost more than "
        "learned depth, with the 95 % interval of a block bootstrap over 10 s.</p>"
        f'<img alt="costs and calibration" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
        f"{_families(together)}{rows}",
        encoding="utf-8",
    )


def _families(together: Sequence[Family]) -> str:
    """Return what is left of all differences when all cells are looked at together."""
    rows = "".join(
        f"<tr><td>{html.escape(f.router)}<td>{f.cells}<td>{f.above}<td>{f.below}<td>{f.chance:.1f}"
        f"<td>{f.still_above}<td>{f.still_below}"
        for f in together
    )
    return (
        "<h2>All cells of recorded venues together</h2><table><tr><th>router, sizes<th>cells"
        "<th>surely dearer than learned<th>surely cheaper<th>of each by chance"
        f"<th>dearer, corrected (Holm)<th>cheaper, corrected</tr>{rows}</table>"
    )


def _section(one: "Studied", ours: str) -> str:
    parts = [f"<h2>{html.escape(_title(one))}</h2>"]
    if one.cells:
        names = [name for name in one.cells[0].cost if name != ours]
        head = "".join(f"<th>{html.escape(name)}" for name in names)
        parts.append(f"<table><tr><th>way<th>size<th>n<th>missed<th>learned{head}<th>gap closed")
        for cell in one.cells:
            costs = ""
            for name in names:
                saved = cell.saved.get(name)
                sure = "" if saved is None else _sure(saved.low, saved.high)
                more = (
                    ""
                    if saved is None
                    else f" ({saved.mean:+.4f} [{saved.low:+.4f}, {saved.high:+.4f}])"
                )
                costs += f"<td class={sure or 'as'}>{cell.cost[name]:.4f}{more}"
            closed = "" if cell.closed is None else f"{cell.closed:.0%}"
            parts.append(
                f"<tr><td>{cell.way_ms} ms<td>${cell.usd:,}<td>{cell.decisions}<td>{cell.missed:.2%}"
                f"<td>{cell.cost[ours]:.4f}{costs}<td>{closed}"
            )
        parts.append("</table>")
    if one.calibrations:
        parts.append(
            "<h3>Depth there on arrival against depth expected</h3><table><tr><th>venue<th>way"
            "<th>within<th>n<th>slope<th>its error<th>frozen<th>Brier<th>Brier of the constant"
        )
        parts += [
            f"<tr><td>{html.escape(c.venue)}<td>{c.way_ms} ms<td>{c.within_bps} bps<td>{c.samples}"
            f"<td>{c.slope:.3f}<td>{c.slope_error:.3f}<td>{c.frozen_slope:.3f}<td>{c.brier:.4f}<td>{c.brier_constant:.4f}"
            for c in one.calibrations
        ]
        parts.append("</table>")
    if one.ghosts:
        parts.append(
            "<h3>Cancelled at one venue per unit traded at another</h3><table><tr><th>traded at"
            "<th>cancelled at<th>within<th>units"
        )
        parts += [
            f"<tr><td>{html.escape(g.traded)}<td>{html.escape(g.there)}<td>{g.while_ms} ms"
            f"<td>{g.cancelled.mean:+.3f} [{g.cancelled.low:+.3f}, {g.cancelled.high:+.3f}]"
            for g in one.ghosts
        ]
        parts.append("</table>")
    return "".join(parts)


def _sure(low: float, high: float) -> str:
    return "yes" if low > 0 else "no" if high < 0 else ""


def _picture(found: Sequence["Studied"], exact: str) -> bytes:
    """Return a PNG: what learning saves against displayed depth, and how reliable it is."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    columns = max(len(found), 1)
    figure, axes = plt.subplots(2, columns, figsize=(5.2 * columns, 9), squeeze=False)
    for column, one in enumerate(found):
        axes[0][column].set_title(_title(one), fontsize=9)
        _draw_savings(axes[0][column], one, exact)
        _draw_reliability(axes[1][column], one)
    figure.tight_layout()
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    plt.close(figure)
    return out.getvalue()


def _title(one: "Studied") -> str:
    """Return what a recording is called."""
    title = one.tape + (", derived venues in" if one.derived else "")
    return title + (", with refills" if one.refills else "")


def _draw_savings(plot: "Axes", one: "Studied", exact: str) -> None:
    """Draw what learning saves by size, a line per way, and what a clairvoyant would."""
    for way_ms in sorted({cell.way_ms for cell in one.cells}):
        cells = [cell for cell in one.cells if cell.way_ms == way_ms]
        sizes = [cell.usd for cell in cells]
        saved = [cell.saved[exact] for cell in cells]
        (line,) = plot.plot(sizes, [s.mean for s in saved], marker="o", label=f"{way_ms} ms: saved")
        color = line.get_color()
        lows, highs = [s.low for s in saved], [s.high for s in saved]
        plot.fill_between(sizes, lows, highs, alpha=0.15, color=color)
        gaps = [cell.gap for cell in cells]
        plot.plot(sizes, gaps, ls=":", color=color, label=f"{way_ms} ms: all there is")
    plot.axhline(0, color="grey", lw=0.7)
    if one.cells:
        plot.set_xscale("log")
        plot.set_xlabel("size, USD")
        plot.set_ylabel("bps saved against displayed depth")
        plot.legend(fontsize=7)


def _draw_reliability(plot: "Axes", one: "Studied") -> None:
    """Draw how often what was foretold came true."""
    for c in one.calibrations:
        if c.within_bps in (0.0, 1.6):
            plot.plot(
                [b.predicted for b in c.reliability],
                [b.realised for b in c.reliability],
                marker=".",
                lw=0.8,
                label=f"{c.venue.split()[0]} {c.way_ms} ms, {c.within_bps} bps",
            )
    plot.plot([0, 1], [0, 1], color="grey", lw=0.7)
    plot.set_xlabel("foretold: nine tenths will be there")
    plot.set_ylabel("came true")
    if one.calibrations:
        plot.legend(fontsize=5)
