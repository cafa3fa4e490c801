"""How to trade from Python: hand a parent over, follow it, read what it cost."""

import asyncio
from decimal import Decimal

from router import Router
from strategies.spec import ParentSpec, TwapParams
from venues.model.ids import ParentId, Symbol
from venues.model.order import Side


async def main() -> None:
    """Buy 5 BTC in four slices over four seconds on the embedded paper market."""
    parent = ParentSpec(
        id=ParentId("hello"),
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        quantity=Decimal(5),
        limit_bps=Decimal(30),
        params=TwapParams(horizon_s=4, slices=4),
    )
    async with Router() as router:
        await asyncio.sleep(1)  # the first books come in
        told = router.preview(parent)
        if told.refusal or told.at_once is None:
            raise SystemExit(f"it would not start: {told.refusal}")
        print(
            f"preview: {len(told.schedule)} slices; all at once {told.at_once.expected_bps:.2f} bps"
        )
        handle = await router.submit(parent)
        async for update in handle:
            print(f"{update.state.value}: {update.filled} filled, {update.open} open")
        summary = await handle.done()
    print(f"average price {summary.average_price}, shortfall {summary.shortfall_bps} bps")
    for venue, part in summary.venues.items():
        print(f"  {venue}: {part.filled} in {part.children} children")
    if Decimal(summary.filled) != parent.quantity:
        raise SystemExit(1)


if __name__ == "__main__":
    asyncio.run(main())
