"""Which timer rings next?"""

from hypothesis import given
from hypothesis import strategies as st

from router.engine.timers import QueryTimer, StartTimer, StrategyTimer, Timers
from venues.model.ids import ClientOrderId, ParentId

A = StartTimer(ParentId("a"))
B = StartTimer(ParentId("b"))


def test_the_earliest_rings_first_and_equal_times_in_the_order_they_were_set() -> None:
    timers = Timers()
    timers.set(B, 10)
    timers.set(A, 10)
    timers.set(StrategyTimer(ParentId("a"), "slice"), 5)
    assert timers.next_ns() == 5
    rung = [timers.pop_due(10) for _ in range(4)]
    assert rung == [StrategyTimer(ParentId("a"), "slice"), B, A, None]


def test_nothing_rings_before_its_time() -> None:
    timers = Timers()
    timers.set(A, 10)
    assert timers.pop_due(9) is None
    assert timers.pop_due(10) == A


def test_setting_a_name_again_replaces_it() -> None:
    timers = Timers()
    timers.set(A, 10)
    timers.set(A, 20)
    assert timers.next_ns() == 20
    timers.set(A, 5)
    assert timers.pop_due(30) == A
    assert timers.pop_due(30) is None


def test_a_forgotten_timer_never_rings() -> None:
    timers = Timers()
    timers.set(A, 10)
    timers.forget(A)
    timers.forget(B)
    assert timers.next_ns() is None
    assert timers.pop_due(100) is None


def test_the_same_name_of_two_kinds_is_two_timers() -> None:
    timers = Timers()
    timers.set(QueryTimer(ClientOrderId("a")), 1)
    timers.set(A, 1)
    assert timers.pop_due(1) is not None
    assert timers.pop_due(1) is not None


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 20), st.booleans()), max_size=60)
)
def test_timers_behave_as_a_plain_dict_of_names_would(
    steps: list[tuple[str, int, bool]],
) -> None:
    timers, plain, number = Timers(), dict[str, tuple[int, int]](), 0
    for name, due_ns, forgets in steps:
        timer = StartTimer(ParentId(name))
        if forgets:
            timers.forget(timer)
            plain.pop(name, None)
        else:
            number += 1
            timers.set(timer, due_ns)
            plain[name] = (due_ns, number)
    assert timers.next_ns() == min((due for due, _ in plain.values()), default=None)
    rung = []
    while (ringing := timers.pop_due(20)) is not None:
        assert isinstance(ringing, StartTimer)
        rung.append(ringing.parent_id)
    assert rung == sorted(plain, key=lambda name: plain[name])
