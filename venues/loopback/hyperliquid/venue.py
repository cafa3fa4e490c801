"""What does Hyperliquid serve: questions, signed actions, and a websocket for both and for news."""

from collections import deque
from collections.abc import Iterable, Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Final

import msgspec

from venues.loopback.faults import Channel, Fault, Faults
from venues.loopback.front import Call, Line, Reply
from venues.loopback.hyperliquid import words
from venues.loopback.hyperliquid.actions import Action, Floor
from venues.loopback.hyperliquid.info import Info, Question
from venues.loopback.hyperliquid.signing import (
    Approval,
    Signature,
    signer_of_action,
    signer_of_approval,
)
from venues.loopback.hyperliquid.words import NS_PER_MS, Json
from venues.loopback.matching.accounts import Accounts
from venues.loopback.matching.crowd import Crowd
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import FEES, Report, What

HOSTS: Final = ("api.hyperliquid.xyz",)
_WEIGHT_A_MINUTE: Final = 1_200
_LIGHT: Final = frozenset(
    {"l2Book", "allMids", "clearinghouseState", "orderStatus", "spotClearinghouseState"}
)
_BOOK_MS: Final = 100
_MARK_MS: Final = 1_000
_NONCES_KEPT: Final = 100
_DAY_MS: Final = 86_400_000


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the sandbox: its address, and the addresses that may sign for it.

    The first signer may be the address itself. All in lower case. Nothing here is worth anything.
    """

    name: str
    address: str
    signers: tuple[str, ...]


class _Signed(msgspec.Struct, frozen=True, rename="camel"):
    action: msgspec.Raw
    nonce: int
    signature: Signature
    vault_address: str | None = None
    expires_after: int | None = None


class _Kind(msgspec.Struct, frozen=True):
    type: str


class _Subscription(msgspec.Struct, frozen=True):
    type: str
    coin: str = ""
    user: str = ""


class _Post(msgspec.Struct, frozen=True):
    type: str
    payload: msgspec.Raw


class _Frame(msgspec.Struct, frozen=True):
    method: str
    id: int = 0
    subscription: _Subscription | None = None
    request: _Post | None = None


class Hyperliquid:
    """Hyperliquid in front of an exchange of perps; see docs/loopback.md for what is served.

    The mark price is the mid of its own book, once a second, unless `held_marks` says another.
    """

    def __init__(self, exchange: Exchange, wallets: Iterable[Wallet], faults: Faults) -> None:
        self.exchange, self.faults = exchange, faults
        self.crowds: list[Crowd] = []
        self.held_marks: dict[str, Decimal] = {}
        made = list(wallets)
        self._by_signer = {signer: wallet for wallet in made for signer in wallet.signers}
        self._addresses = {wallet.name: wallet.address for wallet in made}
        asset = next(iter(exchange.listings.values())).quote
        self.floor = Floor(exchange, faults)
        self._info = Info(exchange, self.floor, {w.address: w.name for w in made}, asset)
        self._nonces: dict[str, deque[int]] = {}
        self._subscribed: dict[Line, dict[_Subscription, None]] = {}
        self._spent: deque[tuple[int, int]] = deque()
        self._said_ms = 0
        self._marked_ms = 0
        self._said_books: dict[str, int] = {}

    @property
    def hosts(self) -> tuple[str, ...]:
        return HOSTS

    # -- requests

    def call(self, call: Call, now_ns: int) -> Reply:
        try:
            if not self._afford(self._weight(call), now_ns // NS_PER_MS):
                return Reply(body=b"null", status=HTTPStatus.TOO_MANY_REQUESTS)
            match call.method, call.path:
                case "POST", "/info":
                    return _reply(self._asked(call.body.encode(), now_ns))
                case "POST", "/exchange":
                    return _reply(self._acted(call.body.encode(), now_ns))
                case _:
                    return Reply(body=b"", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
        except (msgspec.DecodeError, ValueError):
            sentence = b"Failed to deserialize the JSON body into the target type"
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return Reply(body=sentence, status=status, content_type="text/plain")
        finally:
            self.publish(now_ns)

    def error(self, fault: Fault) -> bytes:
        return msgspec.json.encode({"status": "err", "response": fault.text})

    def _asked(self, body: bytes, now_ns: int) -> object:
        question = msgspec.json.decode(body, type=Question)
        return self._info.answer(question, now_ns // NS_PER_MS)

    def _acted(self, body: bytes, now_ns: int) -> Json:
        """Carry out a signed action; what is wrong with it as a whole is one sentence."""
        signed = msgspec.json.decode(body, type=_Signed)
        kind = msgspec.json.decode(signed.action, type=_Kind).type
        try:
            if kind == "approveBuilderFee":
                approval = msgspec.json.decode(signed.action, type=Approval)
                signer = signer_of_approval(approval, signed.signature)
            else:
                signer = signer_of_action(
                    msgspec.json.decode(signed.action),
                    signed.nonce,
                    signed.vault_address,
                    signed.expires_after,
                    signed.signature,
                )
        except ValueError as wrong:
            return _err(f"L1 error: {wrong}")
        wallet = self._by_signer.get(signer)
        if wallet is None:
            return _err(f"User or API Wallet {signer} does not exist.")
        if signed.vault_address is not None:
            return _err(f"Vault not registered: {signed.vault_address}")
        now_ms = now_ns // NS_PER_MS
        if signed.expires_after is not None and now_ms > signed.expires_after:
            return _err("Action expired")
        if (wrong_nonce := self._spend_nonce(signer, signed.nonce, now_ms)) is not None:
            return _err(wrong_nonce)
        if kind == "approveBuilderFee":
            return self._approve(wallet, signed.action)
        try:
            action = msgspec.json.decode(signed.action, type=Action)
        except msgspec.ValidationError as wrong:
            raise ValueError(str(wrong)) from wrong
        try:
            return {"status": "ok", "response": self.floor.do(wallet.name, action, now_ns)}
        except ValueError as wrong:
            return _err(str(wrong))

    def _approve(self, wallet: Wallet, action: msgspec.Raw) -> Json:
        approval = msgspec.json.decode(action, type=Approval)
        most = Decimal(approval.max_fee_rate.removesuffix("%")) / 100
        self.floor.approved[wallet.name, approval.builder.lower()] = most
        return {"status": "ok", "response": {"type": "default"}}

    def _spend_nonce(self, signer: str, nonce: int, now_ms: int) -> str | None:
        """Return why a nonce is refused: used, too old against the last hundred, or off the clock."""
        if not now_ms - 2 * _DAY_MS < nonce < now_ms + _DAY_MS:
            return f"Invalid nonce: {nonce} is too far from the time of the block"
        spent = self._nonces.setdefault(signer, deque())
        if nonce in spent or (len(spent) == _NONCES_KEPT and nonce < min(spent)):
            return f"Invalid nonce: duplicate nonce {nonce}"
        spent.append(nonce)
        if len(spent) > _NONCES_KEPT:
            spent.remove(min(spent))
        return None

    def _weight(self, call: Call) -> int:
        if call.path != "/info":
            return 1
        kind = msgspec.json.decode(call.body, type=_Kind).type
        return 2 if kind in _LIGHT else 20

    def _afford(self, weight: int, now_ms: int) -> bool:
        while self._spent and self._spent[0][0] <= now_ms - 60_000:
            self._spent.popleft()
        if sum(w for _, w in self._spent) + weight > _WEIGHT_A_MINUTE:
            return False
        self._spent.append((now_ms, weight))
        return True

    # -- websockets

    def opened(self, line: Line, now_ns: int) -> None:
        self._subscribed[line] = {}

    def closed(self, line: Line) -> None:
        self._subscribed.pop(line, None)

    def heard(self, line: Line, text: str, now_ns: int) -> None:
        try:
            frame = msgspec.json.decode(text, type=_Frame)
        except msgspec.DecodeError:
            sentence = f"Error parsing JSON into valid websocket request: {text}"
            self._say(line, Channel.ORDER_ENTRY, "error", sentence)
            return
        match frame.method, frame.subscription, frame.request:
            case "ping", _, _:
                line.say(Channel.ORDER_ENTRY, '{"channel":"pong"}')
            case "subscribe", _Subscription() as wanted, _:
                self._subscribe(line, wanted, now_ns)
            case "unsubscribe", _Subscription() as wanted, _:
                self._subscribed[line].pop(wanted, None)
                said = {"method": "unsubscribe", "subscription": _spelled(wanted)}
                self._say(line, Channel.ORDER_ENTRY, "subscriptionResponse", said)
            case "post", _, _Post() as post:
                self._posted(line, frame.id, post, now_ns)
            case _:
                sentence = f"Error parsing JSON into valid websocket request: {text}"
                self._say(line, Channel.ORDER_ENTRY, "error", sentence)

    def _subscribe(self, line: Line, wanted: _Subscription, now_ns: int) -> None:
        mine = self._subscribed[line]
        if wanted in mine:
            text = msgspec.json.encode(_spelled(wanted)).decode()
            self._say(line, Channel.ORDER_ENTRY, "error", f"Already subscribed: {text}")
            return
        mine[wanted] = None
        said = {"method": "subscribe", "subscription": _spelled(wanted)}
        self._say(line, Channel.ORDER_ENTRY, "subscriptionResponse", said)
        now_ms = now_ns // NS_PER_MS
        symbol = self._info.symbol(wanted.coin)
        match wanted.type:
            case "l2Book" if symbol is not None:
                book = words.book_words(wanted.coin, self.exchange.books[symbol], now_ms)
                self._say(line, Channel.BOOK, "l2Book", book)
            case "trades" if symbol is not None:
                recent = [words.trade_words(t, wanted.coin) for t in self.exchange.recent(symbol)]
                self._say(line, Channel.TRADES, "trades", recent)
            case "activeAssetCtx" if symbol is not None:
                ctx = {"coin": wanted.coin, "ctx": self._info.context(symbol)}
                self._say(line, Channel.PRICES, "activeAssetCtx", ctx)
            case "userFills":
                question = Question(type="userFills", user=wanted.user)
                fills = self._info.answer(question, now_ms)
                told: Json = {"isSnapshot": True, "user": wanted.user, "fills": fills}
                self._say(line, Channel.USER, "userFills", told)
            case "clearinghouseState":
                self._say_account(line, wanted, now_ms)
            case _:
                pass

    def _posted(self, line: Line, number: int, post: _Post, now_ns: int) -> None:
        response: Json
        try:
            if post.type == "action":
                response = {"type": "action", "payload": self._acted(bytes(post.payload), now_ns)}
            else:
                asked = self._asked(bytes(post.payload), now_ns)
                response = {"type": "info", "payload": asked}
        except (msgspec.DecodeError, ValueError) as wrong:
            response = {"type": "error", "payload": str(wrong)}
        self._say(line, Channel.ORDER_ENTRY, "post", {"id": number, "response": response})
        self.publish(now_ns)

    def listeners(self, name: str) -> int:
        """Return to how many streams of an account somebody listens."""
        user = self._addresses[name]
        return sum(1 for mine in self._subscribed.values() for s in mine if s.user.lower() == user)

    # -- news

    def pulse(self, now_ns: int) -> None:
        for crowd in self.crowds:
            crowd.advance(now_ns)
        self.floor.check_dead_men(now_ns)
        now_ms = now_ns // NS_PER_MS
        if not 0 <= now_ms - self._marked_ms < _MARK_MS:
            self._marked_ms = now_ms
            self._mark(now_ns)
        self.publish(now_ns)
        if not 0 <= now_ms - self._said_ms < _BOOK_MS:
            self._said_ms = now_ms
            self._books(now_ms)

    def _mark(self, now_ns: int) -> None:
        for symbol, listing in self.exchange.listings.items():
            price = self.held_marks.get(symbol) or self._info.mid(symbol)
            if price is None:
                continue
            self.exchange.set_mark(symbol, price, now_ns)
            ctx: Json = {"coin": listing.base, "ctx": self._info.context(symbol)}
            self._tell(Channel.PRICES, "activeAssetCtx", ctx, coin=listing.base)
        self._tell(Channel.PRICES, "allMids", {"mids": self._info.mids()})

    def _books(self, now_ms: int) -> None:
        """Say every book that changed, whole: this venue knows no diffs."""
        for symbol, book in self.exchange.books.items():
            book.drain()
            if self._said_books.get(symbol) == book.sequence:
                continue
            self._said_books[symbol] = book.sequence
            coin = self._info.coin(symbol)
            self._tell(Channel.BOOK, "l2Book", words.book_words(coin, book, now_ms), coin=coin)

    def publish(self, now_ns: int) -> None:
        """Tell everybody what has happened since the last time."""
        for report in self.exchange.drain_reports():
            self._tell_user(report, now_ns // NS_PER_MS)
        for trade in self.exchange.drain_trades():
            coin = self._info.coin(trade.symbol)
            self._tell(Channel.TRADES, "trades", [words.trade_words(trade, coin)], coin=coin)

    def _tell_user(self, report: Report, now_ms: int) -> None:
        order, fill = report.order, report.fill
        name = order.ask.account
        user = self._addresses[name]
        coin = self._info.coin(order.ask.symbol)
        if fill is not None:
            builder_fee = self._info.builder_fee(fill)
            _charge(self.exchange.accounts, name, fill.fee_asset, builder_fee)
            told: Json = {"user": user, "fills": [self._info.fill(fill)]}
            self._tell(Channel.USER, "userFills", told, user=user)
        update = words.with_status(order, coin, full=False)
        if report.what is What.WOKEN:
            update["status"] = "triggered"
        self._tell(Channel.USER, "orderUpdates", [update], user=user)
        if fill is not None:
            for line, mine in list(self._subscribed.items()):
                for wanted in mine:
                    if wanted.type == "clearinghouseState" and wanted.user.lower() == user:
                        self._say_account(line, wanted, now_ms)

    def _say_account(self, line: Line, wanted: _Subscription, now_ms: int) -> None:
        question = Question(type="clearinghouseState", user=wanted.user)
        state = self._info.answer(question, now_ms)
        told: Json = {"dex": "", "user": wanted.user, "clearinghouseState": state}
        self._say(line, Channel.USER, "clearinghouseState", told)

    def _tell(
        self, channel: Channel, name: str, said: object, *, coin: str = "", user: str = ""
    ) -> None:
        for line, mine in list(self._subscribed.items()):
            for wanted in mine:
                if (wanted.type, wanted.coin, wanted.user.lower()) == (name, coin, user):
                    self._say(line, channel, name, said)

    @staticmethod
    def _say(line: Line, channel: Channel, name: str, said: object) -> None:
        line.say(channel, msgspec.json.encode({"channel": name, "data": said}).decode())


def _charge(accounts: Accounts, name: str, asset: str, fee: Decimal) -> None:
    accounts.deposit(name, asset, -fee)
    accounts.deposit(FEES, asset, fee)


def _spelled(wanted: _Subscription) -> Mapping[str, str]:
    said = {"type": wanted.type, "coin": wanted.coin, "user": wanted.user}
    return {name: value for name, value in said.items() if value}


def _err(sentence: str) -> Json:
    return {"status": "err", "response": sentence}


def _reply(said: object) -> Reply:
    return Reply(body=msgspec.json.encode(said))
