"""Why can an order never work on this market? What every kind checks before it starts."""

from strategies.base import View
from strategies.spec import ParentSpec
from venues.model.numbers import floor_to, plain


def unworkable(spec: ParentSpec, view: View) -> str:
    """Return why `spec` can never be filled exactly here, or ""."""
    quantity, smallest = plain(spec.quantity), view.min_quantity()
    if spec.quantity < smallest:
        return f"quantity {quantity} is below the smallest order any venue takes, {plain(smallest)}"
    if floor_to(spec.quantity, view.lot) != spec.quantity:
        return f"quantity {quantity} is not a whole number of lots of {plain(view.lot)}"
    return ""
