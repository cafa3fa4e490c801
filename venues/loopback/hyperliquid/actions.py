"""What may be asked of Hyperliquid's exchange endpoint: orders, cancels, changes, each by itself.

Every order of a batch has its own status; a refusal is a sentence in its place, not an error.
"""

import re
from decimal import Decimal
from typing import Final

import msgspec

from venues.loopback.faults import Faults
from venues.loopback.hyperliquid.words import NS_PER_MS, Json, num
from venues.loopback.matching import rules
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Ask, Listing, Order, Refusal, Refused, State, Tif
from venues.model.numbers import MONEY, decimal, plain
from venues.model.order import Side, Trigger, TriggerDirection, TriggerSource

_CLOID: Final = re.compile(r"0x[0-9a-fA-F]{32}")
_TIFS: Final = {"Gtc": Tif.GTC, "Ioc": Tif.IOC, "Alo": Tif.POST_ONLY}
_FIGURES: Final = 5
_PRICE_DECIMALS: Final = 6
_GONE: Final = "Order was never placed, already canceled, or filled."
SENTENCES: Final = {
    Refusal.SYMBOL: "Order has invalid asset.",
    Refusal.TICK: "Price must be divisible by tick size.",
    Refusal.LOT: "Order has invalid size.",
    Refusal.QUANTITY: "Order has zero size.",
    Refusal.NOTIONAL: "Order must have minimum value of $10.",
    Refusal.DUPLICATE: "Order has a client order id that is in use.",
    Refusal.FUNDS: "Insufficient margin to place order.",
    Refusal.WOULD_TAKE: "Post only order would have immediately matched, bbo was {bbo}.",
    Refusal.WOULD_TRIGGER: "Invalid TP/SL price.",
    Refusal.REDUCE_ONLY: "Reduce only order would increase position.",
    Refusal.UNKNOWN_ORDER: _GONE,
    Refusal.LIST_PRICES: "Order has invalid grouping.",
    Refusal.AMEND: "Order has invalid size.",
}
STATUSES: Final = {
    Refusal.TICK: "tickRejected",
    Refusal.NOTIONAL: "minTradeNtlRejected",
    Refusal.FUNDS: "perpMarginRejected",
    Refusal.REDUCE_ONLY: "reduceOnlyRejected",
    Refusal.WOULD_TAKE: "badAloPxRejected",
    Refusal.WOULD_TRIGGER: "badTriggerPxRejected",
}


class _Limit(msgspec.Struct, frozen=True):
    tif: str


class _TriggerTerms(msgspec.Struct, frozen=True, rename="camel"):
    is_market: bool
    trigger_px: str
    tpsl: str


class _Type(msgspec.Struct, frozen=True):
    limit: _Limit | None = None
    trigger: _TriggerTerms | None = None


class _OrderTerms(msgspec.Struct, frozen=True):
    a: int
    b: bool
    p: str
    s: str
    r: bool
    t: _Type
    c: str | None = None


class _Builder(msgspec.Struct, frozen=True):
    b: str
    f: int


class Orders(msgspec.Struct, frozen=True, tag="order"):
    """Place orders."""

    orders: list[_OrderTerms]
    grouping: str
    builder: _Builder | None = None


class _Cancel(msgspec.Struct, frozen=True):
    a: int
    o: int


class Cancels(msgspec.Struct, frozen=True, tag="cancel"):
    """Cancel by order id."""

    cancels: list[_Cancel]


class _CancelByCloid(msgspec.Struct, frozen=True):
    asset: int
    cloid: str


class CancelsByCloid(msgspec.Struct, frozen=True, tag="cancelByCloid"):
    """Cancel by client id."""

    cancels: list[_CancelByCloid]


class _Modify(msgspec.Struct, frozen=True):
    oid: int | str
    order: _OrderTerms


class Modifies(msgspec.Struct, frozen=True, tag="batchModify"):
    """Replace orders."""

    modifies: list[_Modify]


class ScheduleCancel(msgspec.Struct, frozen=True, tag="scheduleCancel"):
    """Cancel everything at `time` (ms) unless told otherwise before; None calls it off."""

    time: int | None = None


class UpdateLeverage(msgspec.Struct, frozen=True, tag="updateLeverage", rename="camel"):
    """Set leverage of one asset."""

    asset: int
    is_cross: bool
    leverage: int


class SetReferrer(msgspec.Struct, frozen=True, tag="setReferrer"):
    """Name who referred; taken, and without effect here."""

    code: str


class Noop(msgspec.Struct, frozen=True, tag="noop"):
    """Spend a nonce."""


Action = (
    Orders
    | Cancels
    | CancelsByCloid
    | Modifies
    | ScheduleCancel
    | UpdateLeverage
    | SetReferrer
    | Noop
)


class Turned(msgspec.Struct, frozen=True):
    """An order that was refused, kept to be asked about by its client id."""

    terms: Ask
    status: str
    ts_ms: int


class Floor:
    """Carries out actions for an account on an exchange of perps."""

    def __init__(self, exchange: Exchange, faults: Faults) -> None:
        self._exchange, self._faults = exchange, faults
        self._listings = list(exchange.listings.values())
        self._count = 0
        self.builder_rates: dict[int, Decimal] = {}  # by order id, fraction of notional
        self.approved: dict[tuple[str, str], Decimal] = {}  # account and builder to the most
        self.turned: dict[tuple[str, str], Turned] = {}
        self.dead_man_ms: dict[str, int] = {}

    def do(self, account: str, action: Action, now_ns: int) -> Json:
        """Return the `response` of an action; raises ValueError for what makes no sense."""
        match action:
            case Orders():
                if action.grouping != "na":
                    raise ValueError("grouped orders are not offered here")
                rate = self._builder_rate(account, action.builder)
                said = [self._placed(account, terms, rate, now_ns) for terms in action.orders]
                return _statuses("order", said)
            case Cancels():
                return _statuses(
                    "cancel", [self._cancelled(account, c.a, c.o, now_ns) for c in action.cancels]
                )
            case CancelsByCloid():
                found = [self._cancelled(account, c.asset, c.cloid, now_ns) for c in action.cancels]
                return _statuses("cancel", found)
            case Modifies():
                said = [self._modified(account, m, now_ns) for m in action.modifies]
                return _statuses("order", said)
            case ScheduleCancel():
                self._schedule(account, action.time, now_ns)
            case UpdateLeverage():
                symbol = self._listing(action.asset).symbol
                self._exchange.accounts.set_leverage(account, symbol, action.leverage)
            case _:
                pass
        return {"type": "default"}

    def _schedule(self, account: str, time_ms: int | None, now_ns: int) -> None:
        if time_ms is None:
            self.dead_man_ms.pop(account, None)
        elif time_ms < now_ns // NS_PER_MS + 5_000:
            raise ValueError("scheduled cancel must be at least 5 seconds in the future")
        else:
            self.dead_man_ms[account] = time_ms

    def check_dead_men(self, now_ns: int) -> None:
        """Cancel everything of accounts whose time has come."""
        for account, time_ms in list(self.dead_man_ms.items()):
            if now_ns // NS_PER_MS >= time_ms:
                del self.dead_man_ms[account]
                for order in self._exchange.live(account):
                    self._exchange.cancel(order.order_id, now_ns)

    def _builder_rate(self, account: str, builder: _Builder | None) -> Decimal:
        """Return what a builder takes of notional: `f` counts tenths of a basis point."""
        if builder is None or builder.f == 0:
            return Decimal(0)
        rate = Decimal(builder.f) / 100_000
        if rate > self.approved.get((account, builder.b.lower()), Decimal(-1)):
            raise ValueError("Builder fee has not been approved.")
        return rate

    def _listing(self, asset: int) -> Listing:
        if not 0 <= asset < len(self._listings):
            raise ValueError(f"asset {asset} is not listed")
        return self._listings[asset]

    def _placed(self, account: str, terms: _OrderTerms, rate: Decimal, now_ns: int) -> Json:
        ask = self._ask(account, terms)
        try:
            order = self._submit(ask, now_ns)
        except Refused as no:
            status = STATUSES.get(no.reason, "rejected")
            self.turned[account, ask.client_id] = Turned(ask, status, now_ns // NS_PER_MS)
            return {"error": self._sentence(no.reason, terms.a, ask.symbol)}
        self.builder_rates[order.order_id] = rate
        if order.state is State.EXPIRED and not order.filled and ask.tif is Tif.IOC:
            sentence = "Order could not immediately match against any resting orders."
            return {"error": f"{sentence} asset={terms.a}"}
        if order.filled and not order.is_live:
            average = MONEY.divide(order.cost, order.filled).quantize(Decimal("0.000001"))
            told: Json = {"totalSz": num(order.filled), "avgPx": num(average)}
            return {"filled": told | {"oid": order.order_id}}
        resting: Json = {"oid": order.order_id}
        return {"resting": resting | ({"cloid": terms.c} if terms.c else {})}

    def _submit(self, ask: Ask, now_ns: int) -> Order:
        check_figures(ask)
        if ask.tif is Tif.POST_ONLY and self._faults.rejects_post_only():
            raise Refused(Refusal.WOULD_TAKE)
        return self._exchange.submit(ask, now_ns)

    def _sentence(self, reason: Refusal, asset: int, symbol: str) -> str:
        book = self._exchange.books[symbol]
        bid, ask = book.bids.best(), book.asks.best()
        bbo = f"{plain(bid) if bid else 'none'}@{plain(ask) if ask else 'none'}"
        return f"{SENTENCES[reason].format(bbo=bbo)} asset={asset}"

    def _ask(self, account: str, terms: _OrderTerms) -> Ask:
        listing, side = self._listing(terms.a), Side.BUY if terms.b else Side.SELL
        trigger: Trigger | None = None
        if terms.t.trigger is not None:
            stops = terms.t.trigger.tpsl == "sl"
            falls = (side is Side.SELL) == stops
            trigger = Trigger(
                price=decimal(terms.t.trigger.trigger_px),
                direction=TriggerDirection.DOWN if falls else TriggerDirection.UP,
                source=TriggerSource.MARK,
            )
            tif = Tif.IOC if terms.t.trigger.is_market else Tif.GTC
        elif terms.t.limit is not None and terms.t.limit.tif in _TIFS:
            tif = _TIFS[terms.t.limit.tif]
        else:
            raise ValueError("order type is neither limit nor trigger")
        if terms.c is not None and not _CLOID.fullmatch(terms.c):
            raise ValueError(f"{terms.c} is no client order id")
        self._count += 1
        return Ask(
            account=account,
            symbol=listing.symbol,
            side=side,
            quantity=decimal(terms.s),
            price=decimal(terms.p),
            tif=tif,
            client_id=terms.c.lower() if terms.c else f"unnamed-{self._count}",
            trigger=trigger,
            reduce_only=terms.r,
        )

    def find(self, account: str, number: int | str) -> Order | None:
        """Return an account's order by id or client id."""
        if isinstance(number, int):
            order = self._exchange.order(number)
        else:
            order = self._exchange.named(account, number.lower())
        return order if order is not None and order.ask.account == account else None

    def _cancelled(self, account: str, asset: int, number: int | str, now_ns: int) -> Json | str:
        order = self.find(account, number)
        symbol = self._listing(asset).symbol
        if order is None or not order.is_live or order.ask.symbol != symbol:
            return {"error": f"{_GONE} asset={asset}"}
        self._exchange.cancel(order.order_id, now_ns)
        return "success"

    def _modified(self, account: str, modify: _Modify, now_ns: int) -> Json:
        """Cancel and place anew, under another number; what is wrong in itself changes nothing."""
        order = self.find(account, modify.oid)
        ask = self._ask(account, modify.order)
        if order is None or not order.is_live:
            return {"error": "Cannot modify canceled or filled order"}
        try:
            check_figures(ask)
            rules.check_steps(self._exchange.listings[ask.symbol], ask)
        except Refused as no:
            return {"error": self._sentence(no.reason, modify.order.a, ask.symbol)}
        self._exchange.cancel(order.order_id, now_ns)
        rate = self.builder_rates.get(order.order_id, Decimal(0))
        return self._placed(account, modify.order, rate, now_ns)


def check_figures(ask: Ask) -> None:
    """Raise Refused for a price of more than five significant figures that is no whole number."""
    for price in (ask.price, *((ask.trigger.price,) if ask.trigger else ())):
        digits = price.normalize().as_tuple().digits
        if price != price.to_integral_value() and len(digits) > _FIGURES:
            raise Refused(Refusal.TICK)


def tick_of(size_decimals: int) -> Decimal:
    """Return the finest price step of a perp whose sizes have so many decimals."""
    return Decimal(1).scaleb(size_decimals - _PRICE_DECIMALS)


def _statuses(kind: str, said: list[Json] | list[Json | str]) -> Json:
    return {"type": kind, "data": {"statuses": said}}
