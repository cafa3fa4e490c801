"""What group of legs does a section of an order file ask for?"""

from collections.abc import Callable, Iterator, Mapping

from router.documents.document import Document
from router.documents.fields import Section
from router.documents.toml_lines import FieldPath
from router.documents.validation import validated_part
from router.order_files.leg_fields import LEGS, LegSection
from router.order_files.oco_fields import OcoSection
from strategies.spec import LegParams, LegSpec, OcoParams

# Returns the parameters of the leg that stands at a place of a document.
Read = Callable[[Document, FieldPath, Section], LegParams]


def oco(document: Document, at: FieldPath, section: OcoSection, read: Read) -> OcoParams:
    """Return the group in `section`, which stands at `at`; `read` knows the kinds of its legs.

    InputError: neither a pair nor a list, a leg that is wrong, legs that cannot be kept apart.
    """
    legs = []
    for name, where, tree in _written(document, at, section):
        kind = tree.get("kind")
        model = LEGS[kind] if isinstance(kind, str) and kind in LEGS else LegSection
        leg = validated_part(document, where, tree, model)
        if leg.limit_price is not None and leg.limit_bps is not None:
            remedy = "limit_price stands too; keep one of them"
            raise document.problem((*where, "limit_bps"), leg.limit_bps, remedy)
        legs.append(
            LegSpec(
                name=leg.name or name,
                params=read(document, where, leg),
                limit_price=leg.limit_price,
                limit_bps=leg.limit_bps,
            )
        )
    params = OcoParams(legs=tuple(legs), naked_within_ms=section.naked_within_ms, mode=section.mode)
    if params.refusal:
        raise document.problem(at, None, params.refusal)
    return params


def _written(
    document: Document, at: FieldPath, section: OcoSection
) -> Iterator[tuple[str, FieldPath, Mapping[str, object]]]:
    """Yield name, place and content of each leg: the pair, or the list."""
    pair = {"take_profit": section.take_profit, "stop": section.stop}
    if section.legs is not None:
        for name, leg in pair.items():
            if leg is not None:
                raise document.problem((*at, name), None, "legs stands too; keep one of them")
        for n, tree in enumerate(section.legs):
            yield f"leg{n + 1}", (*at, "legs", n), tree
        return
    for name, leg in pair.items():
        if leg is None:
            remedy = f"missing; add {name} = {{ kind = ... }}, or legs = [...]"
            raise document.problem((*at, name), None, remedy)
        yield name, (*at, name), leg
