"""Where do two memories of the same past differ? Everything counts but remarks."""

import dataclasses

from router.engine.state import EngineState
from router.orders.child import Child
from router.orders.parent import Parent

_CHILD = tuple(field.name for field in dataclasses.fields(Child) if field.compare)
_REMARKS = {"idle"}
_HELD_BY_ID = {"children", "unsettled"}
_PARENT = tuple(
    field.name for field in dataclasses.fields(Parent) if field.name not in _REMARKS | _HELD_BY_ID
)


def child_differs(one: Child | None, other: Child) -> str:
    """Return how a child differs, "" if it does not."""
    return _first(other.submit.client_order_id, one, other, _CHILD)


def parent_differs(one: Parent | None, other: Parent) -> str:
    """Return how a parent differs, "" if it does not; its children are compared by id."""
    wrong = _first(other.spec.id, one, other, _PARENT)
    if wrong or one is None:
        return wrong
    for name, mine, theirs in (
        ("children", one.children, other.children),
        ("unsettled", one.unsettled, other.unsettled),
    ):
        if list(mine) != list(theirs):
            return f"{other.spec.id}: {name} {list(mine)} against {list(theirs)}"
    return ""


def whole_differs(one: EngineState, other: EngineState) -> str:
    """Return the first difference of two states, "" if there is none."""
    if list(one.parents) != list(other.parents) or list(one.children) != list(other.children):
        return "not the same orders"
    wrongs = [
        *(child_differs(one.children[name], child) for name, child in other.children.items()),
        *(parent_differs(one.parents[name], parent) for name, parent in other.parents.items()),
        _first("positions", one.positions, other.positions, ("rows",)),
        _first("the second counter", one.sent, other.sent, ("orders", "totals")),
        _first("state", one, other, ("plans", "halt", "trips")),
    ]
    if one.digest.hexdigest() != other.digest.hexdigest():
        wrongs.append("the digests differ")
    return next((wrong for wrong in wrongs if wrong), "")


def _first(who: str, one: object, other: object, names: tuple[str, ...]) -> str:
    if one is None:
        return f"{who} is missing"
    for name in names:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs:
            return f"{who}: {name} {mine!r} against {theirs!r}"
    return ""
