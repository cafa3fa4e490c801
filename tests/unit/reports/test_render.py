"""What does a person see of a report?"""

from rich.console import Console

from router.engine.records import Flagged
from router.reports.follow import Follower
from router.reports.render import report_tables
from router.reports.summary import Report, summarise
from tests.fakes.children import PARENT, parent


def shown(follower: Follower) -> str:
    """Return what a terminal shows of a run with one parent that began at 1 s."""
    one = parent("10")
    one.started_ns, one.ended_ns = 1_000_000_000, 9_000_000_000
    rows = (summarise(one, follower),)
    report = Report(version=1, digest="d", elapsed_s=0.0, market_events=0, parents=rows)
    console = Console(width=160)
    with console.capture() as captured:
        console.print(report_tables(report))
    return captured.get()


def test_an_alarm_is_seen_above_the_figures_with_its_time() -> None:
    follower = Follower({})
    follower.followed([Flagged(PARENT, "alarm", "4 is not protected", 3_500_000_000)], 0)
    lines = shown(follower).splitlines()
    assert "  ALARM after 2.5 s: 4 is not protected" in [line.rstrip() for line in lines[:2]]


def test_a_quiet_run_says_nothing_of_alarms() -> None:
    assert "ALARM" not in shown(Follower({}))
