"""Does the oracle bound a resting order's fills by the queue, and catch what is beyond?"""

from pathlib import Path

from tests.oracle.miniature import Message, Replay, Trade, judged, rules
from tests.oracle.verdict import Rule, Verdict

BOOK = Message(10, [("b", 99.0, 3.0), ("b", 98.5, 5.0), ("a", 100.0, 2.0)], snapshot=True)
LAST = Message(1000, [("b", 90.0, 1.0)])


def bid(fills: list[tuple[int, str]], price: str = "99", quantity: str = "2") -> Replay:
    replay = Replay()
    replay.rests("m1", 20, 900, "buy", price, quantity, fills)
    return replay


def after(where: Path, replay: Replay, trades: list[Trade], *messages: Message) -> Verdict:
    return judged(where, replay, [BOOK, *messages, LAST], trades)


def test_prints_at_our_price_first_eat_the_queue(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 99.0, 2.0), Trade(40, "sell", 99.0, 2.5)]
    assert after(tmp_path / "true", bid([(40, "1.5")]), trades).passed
    lucky = after(tmp_path / "more", bid([(40, "1.6")]), trades)
    assert rules(lucky) == [Rule.OPTIMISTIC]
    assert "with the luckiest queue 1.5 had reached it" in str(lucky)
    early = after(tmp_path / "early", bid([(30, "1.5")]), trades)
    assert rules(early) == [Rule.OPTIMISTIC]
    denied = after(tmp_path / "less", bid([(40, "1.4")]), trades)
    assert rules(denied) == [Rule.PESSIMISTIC]
    assert "even with everyone ahead of it 1.5 must have filled" in str(denied)


def test_a_fill_between_two_messages_does_not_borrow_from_the_next(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 99.0, 3.0), Trade(40, "sell", 99.0, 1.0)]
    assert after(tmp_path / "true", bid([(40, "1")]), trades).passed
    assert rules(after(tmp_path / "lie", bid([(39, "1")]), trades)) == [Rule.OPTIMISTIC]


def test_nothing_rests_where_nothing_printed(tmp_path: Path) -> None:
    assert after(tmp_path / "none", bid([]), [Trade(30, "buy", 99.0, 9.0)]).passed
    assert rules(after(tmp_path / "lie", bid([(30, "0.1")]), [])) == [Rule.OPTIMISTIC]


def test_an_order_that_improves_the_touch_has_nobody_ahead(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 99.5, 0.5)]
    assert after(tmp_path, bid([(30, "0.5")], price="99.5"), trades).passed


def test_a_print_through_our_price_fills_without_a_queue(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 98.5, 1.2)]
    assert after(tmp_path / "true", bid([(30, "1.2")]), trades).passed
    assert rules(after(tmp_path / "lie", bid([(30, "1.3")]), trades)) == [Rule.OPTIMISTIC]


def test_one_print_is_shared_by_our_orders_best_price_first(tmp_path: Path) -> None:
    def two(better: str, worse: str) -> Replay:
        replay = bid([(30, better)], price="99.5", quantity="1")
        replay.rests("m2", 21, 900, "buy", "99", "2", [(30, worse)])
        return replay

    trades = [Trade(30, "sell", 99.0, 4.5)]
    assert after(tmp_path / "true", two("1", "0.5"), trades).passed
    greedy = after(tmp_path / "lie", two("1", "1.5"), trades)
    assert [(m.rule, m.child) for m in greedy.mismatches] == [(Rule.OPTIMISTIC, "m2")]


def test_two_orders_at_one_price_stand_behind_the_same_queue(tmp_path: Path) -> None:
    replay = bid([(30, "2")])
    replay.rests("m2", 21, 900, "buy", "99", "2", [(30, "1")])
    assert after(tmp_path, replay, [Trade(30, "sell", 99.0, 6.0)]).passed


def test_a_recorded_decrease_may_have_been_ahead_of_us_or_behind(tmp_path: Path) -> None:
    # The increase keeps the level long enough for the decrease to have come from behind us.
    grown, shrunk = Message(25, [("b", 99.0, 6.0)]), Message(30, [("b", 99.0, 4.0)])
    trades = [Trade(40, "sell", 99.0, 3.5)]
    for number, got in enumerate(("0.5", "1.2", "2.5")):
        assert after(
            tmp_path / f"{number}", bid([(40, got)], quantity="3"), trades, grown, shrunk
        ).passed
    for number, got in enumerate(("0.4", "2.6")):
        verdict = after(
            tmp_path / f"l{number}", bid([(40, got)], quantity="3"), trades, grown, shrunk
        )
        assert not verdict.passed


def test_a_decrease_that_a_print_explains_counts_once(tmp_path: Path) -> None:
    trades = [Trade(25, "sell", 99.0, 2.0), Trade(40, "sell", 99.0, 1.5)]
    grown, shrunk = Message(22, [("b", 99.0, 6.0)]), Message(30, [("b", 99.0, 4.0)])
    assert after(tmp_path / "true", bid([(40, "0.5")]), trades, grown, shrunk).passed
    lie = after(tmp_path / "lie", bid([(40, "0.6")]), trades, grown, shrunk)
    assert rules(lie) == [Rule.OPTIMISTIC]


def test_the_queue_is_never_longer_than_the_level_shows(tmp_path: Path) -> None:
    trades = [Trade(40, "sell", 99.0, 1.5)]
    shrunk = Message(30, [("b", 99.0, 0.5)])
    assert after(tmp_path / "true", bid([(40, "1")]), trades, shrunk).passed
    assert rules(after(tmp_path / "lie", bid([(40, "0.5")]), trades, shrunk)) == [Rule.PESSIMISTIC]


def test_a_print_after_a_message_of_the_same_instant_sees_the_shorter_queue(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 99.0, 1.0)]
    assert after(tmp_path, bid([(30, "1")]), trades, Message(30, [("b", 99.0, 0.0)])).passed


def test_a_book_that_trades_through_us_fills_us_and_is_consumed(tmp_path: Path) -> None:
    falls = Message(30, [("b", 99.0, 0.0), ("a", 98.5, 0.7), ("a", 99.0, 0.8), ("a", 99.5, 1.0)])
    true = bid([(30, "0.7"), (30, "0.8")])
    true.takes("t1", 40, "buy", "99.5", "1", [("99.5", "1")])
    verdict = after(tmp_path / "true", true, [], falls)
    assert verdict.passed, str(verdict)
    denied = bid([(30, "0.7")])
    assert rules(after(tmp_path / "less", denied, [], falls)) == [Rule.PESSIMISTIC]
    twice = bid([(30, "1.5")])
    twice.takes("t1", 40, "buy", "99.5", "1", [("99", "0.8"), ("99.5", "0.2")])
    assert rules(after(tmp_path / "twice", twice, [], falls)) == [Rule.DEPTH_THERE]


def test_a_book_repeated_through_us_fills_us_only_once(tmp_path: Path) -> None:
    falls = [("b", 99.0, 0.0), ("a", 98.5, 0.7)]
    messages = (Message(30, falls), Message(40, falls))
    assert after(tmp_path / "true", bid([(30, "0.7")]), [], *messages).passed
    lie = after(tmp_path / "lie", bid([(30, "0.7"), (40, "0.7")]), [], *messages)
    assert rules(lie) == [Rule.OPTIMISTIC]


def test_a_crossing_book_serves_our_best_order_first(tmp_path: Path) -> None:
    falls = Message(30, [("b", 99.0, 0.0), ("b", 98.5, 0.0), ("a", 98.5, 2.5), ("a", 99.0, 9.0)])
    replay = bid([(30, "1")], price="98.5", quantity="1")
    replay.rests("m2", 21, 900, "buy", "99", "2", [(30, "2")])
    verdict = after(tmp_path, replay, [], falls)
    assert [(m.rule, m.child) for m in verdict.mismatches] == [(Rule.OPTIMISTIC, "m1")]
    assert "0.5 had reached it" in str(verdict)


def test_our_asks_are_judged_like_our_bids(tmp_path: Path) -> None:
    replay = Replay()
    replay.rests("m1", 20, 900, "sell", "100", "2", [(30, "1"), (40, "0.5")])
    trades = [Trade(30, "buy", 100.0, 3.0)]
    rises = Message(40, [("a", 100.0, 0.0), ("b", 100.5, 0.5)])
    verdict = after(tmp_path, replay, trades, rises)
    assert verdict.passed, str(verdict)


def test_a_maker_fill_at_another_price_is_caught(tmp_path: Path) -> None:
    replay = bid([(30, "1")])
    replay.change_fill(0, price="98.5", fee="-0.00985")
    verdict = after(tmp_path, replay, [Trade(30, "sell", 98.5, 1.0)])
    assert rules(verdict) == [Rule.OWN_PRICE]


def test_a_maker_pays_the_maker_fee(tmp_path: Path) -> None:
    replay = bid([(30, "1")])
    replay.change_fill(0, fee="0.099")
    verdict = after(tmp_path, replay, [Trade(30, "sell", 98.5, 1.0)])
    assert rules(verdict) == [Rule.FEE]
    assert "due was -0.0099 USDT" in str(verdict)


def test_a_fill_after_the_order_left_is_caught(tmp_path: Path) -> None:
    replay = Replay()
    replay.rests("m1", 20, 29, "buy", "99", "2", [(30, "1")])
    verdict = after(tmp_path, replay, [Trade(30, "sell", 98.5, 1.0)])
    assert Rule.BEFORE_CLOSE in rules(verdict)


def test_a_cancel_comes_after_the_prints_of_its_instant(tmp_path: Path) -> None:
    trades = [Trade(30, "sell", 98.5, 1.0)]
    filled, missed = Replay(), Replay()
    filled.rests("m1", 20, 30, "buy", "99", "2", [(30, "1")])
    missed.rests("m1", 20, 30, "buy", "99", "2", [])
    assert after(tmp_path / "true", filled, trades).passed
    assert rules(after(tmp_path / "lie", missed, trades)) == [Rule.PESSIMISTIC]


def test_a_cancelled_order_gives_way_to_ours_behind_it(tmp_path: Path) -> None:
    replay = Replay()
    replay.rests("m1", 20, 30, "buy", "99", "2", [])
    replay.rests("m2", 21, 900, "buy", "99", "2", [(40, "1")])
    assert after(tmp_path, replay, [Trade(40, "sell", 99.0, 4.0)]).passed


def test_a_post_only_order_never_takes_and_never_rests_through_the_book(tmp_path: Path) -> None:
    rested = Replay()
    rested.rests("m1", 20, 900, "buy", "100", "1", [(30, "1")])
    verdict = after(tmp_path / "rested", rested, [Trade(30, "sell", 99.0, 1.0)])
    assert Rule.POST_ONLY in rules(verdict)
    refused = Replay()
    refused.rests("m1", 20, 20, "buy", "100", "1", [])
    assert after(tmp_path / "refused", refused, []).passed
    took = Replay()
    took.rests("m1", 20, 20, "buy", "100", "1", [(20, "1")])
    took.change_fill(0, liquidity="taker", fee="0.1")
    assert Rule.POST_ONLY in rules(after(tmp_path / "took", took, []))


def test_a_good_till_cancelled_order_takes_first_and_rests_with_the_remainder(
    tmp_path: Path,
) -> None:
    replay = Replay()
    replay.takes("g1", 20, "buy", "100", "3", [("100", "2")])
    replay.sent[0] = type(replay.sent[0])(
        child="g1",
        side="buy",
        price="100",
        quantity="3",
        arrived_ns=20,
        closed_ns=None,
        cum_quantity="2.6",
        time_in_force="gtc",
    )
    replay.done.append(
        type(replay.done[0])(
            child="g1",
            side="buy",
            price="100",
            quantity="0.6",
            ts_ns=40,
            arrived_ns=20,
            fee="-0.006",
            exec_id="x7",
            liquidity="maker",
        )
    )
    trades = [Trade(40, "sell", 100.0, 0.6)]
    verdict = after(tmp_path, replay, trades)
    assert verdict.passed, str(verdict)
    assert (verdict.counts["taker_fills"], verdict.counts["maker_fills"]) == (1, 1)


def test_what_we_took_ourselves_stood_ahead_of_us(tmp_path: Path) -> None:
    replay = bid([(40, "0.8")])
    replay.takes("t1", 30, "sell", "99", "2.5", [("99", "2.5")])
    verdict = after(tmp_path, replay, [Trade(40, "sell", 99.0, 1.3)])
    assert verdict.passed, str(verdict)


def test_a_print_we_shared_may_have_shortened_the_queue_by_all_of_it(tmp_path: Path) -> None:
    def two(worse: str) -> Replay:
        replay = bid([(30, "1")], price="99.5", quantity="1")
        replay.rests("m2", 21, 900, "buy", "99", "2", [(40, worse)])
        return replay

    trades = [Trade(30, "sell", 99.0, 2.0), Trade(40, "sell", 99.0, 2.5)]
    for number, got in enumerate(("0.5", "1.5")):  # behind 2 of 3, or behind 1 of 3
        assert after(tmp_path / f"{number}", two(got), trades).passed
    for number, got in enumerate(("0.4", "1.6")):
        assert not after(tmp_path / f"l{number}", two(got), trades).passed
