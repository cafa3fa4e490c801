"""How do foretold and real shares of fills look side by side? A page and a picture."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from benchmarks.resting_scores import Score


def draw(name: str, scores: Sequence[Score], out: Path) -> tuple[str, ...]:
    """Write the reliability of `scores` into `out`; return what was written.

    Without plotly there is no page, without matplotlib no picture: neither is needed to run.
    """
    written: list[str] = []
    if importlib.util.find_spec("plotly") is not None:
        written.append(str(_page(name, scores, out / f"resting-{name}.html")))
    if importlib.util.find_spec("matplotlib") is not None:
        written.append(str(_picture(name, scores, out / f"resting-{name}.png")))
    return tuple(written)


def _page(name: str, scores: Sequence[Score], path: Path) -> Path:
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="as foretold", line={"dash": "dot"})
    for s in scores:
        figure.add_scatter(
            x=[b.foretold for b in s.bins],
            y=[b.filled for b in s.bins],
            text=[f"{b.orders} orders" for b in s.bins],
            mode="lines+markers",
            name=_label(s),
        )
    figure.update_layout(
        title=f"Resting orders on {name}: foretold and filled",
        xaxis_title="foretold chance to be filled",
        yaxis_title="share filled",
    )
    figure.write_html(path, include_plotlyjs=True)
    return path


def _picture(name: str, scores: Sequence[Score], path: Path) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 6))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], ":", color="grey", label="as foretold")
    for s in scores:
        axes.plot([b.foretold for b in s.bins], [b.filled for b in s.bins], "o-", label=_label(s))
    axes.set_title(f"Resting orders on {name}")
    axes.set_xlabel("foretold chance to be filled")
    axes.set_ylabel("share filled")
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    return path


def _label(s: Score) -> str:
    slope = "-" if s.slope is None else f"{s.slope:.2f}"
    return f"{s.how}, {s.judged_by}: slope {slope}, Brier {s.brier:.3f} ({s.brier_constant:.3f})"
