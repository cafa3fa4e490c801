"""What does a person see of a report?"""

import msgspec
from rich.console import Console

from router.engine.records import Flagged
from router.reports.depth import DepthSummary
from router.reports.follow import Follower
from router.reports.render import report_tables
from router.reports.summary import ParentSummary, Report, summarise
from tests.fakes.children import PARENT, VENUE, parent


def shown(follower: Follower) -> str:
    """Return what a terminal shows of a run with one parent that began at 1 s."""
    one = parent("10")
    one.started_ns, one.ended_ns = 1_000_000_000, 9_000_000_000
    return printed(summarise(one, follower))


def printed(*rows: ParentSummary) -> str:
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


def test_displayed_depth_stands_beside_what_was_expected_of_it_and_what_was_got() -> None:
    depth = DepthSummary(
        decisions=3, displayed="4", expected="3.5", sent="2", foreseen="1.9", filled="1.75"
    )
    one = msgspec.structs.replace(summarise(parent("10"), Follower({})), depth={VENUE: depth})
    row = next(line for line in printed(one).splitlines() if line.startswith(VENUE))
    assert row.split()[1:] == ["4.000", "3.500", "87.5%", "2.000", "1.900", "1.750"]


def test_a_run_that_learned_nothing_shows_no_table_of_depth() -> None:
    assert "displayed" not in shown(Follower({}))
