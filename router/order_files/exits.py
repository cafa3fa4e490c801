"""Which exit does an order file ask for in [order.then], and can it grow with its entry?"""

from router.documents.document import Document
from router.documents.toml_lines import FieldPath
from router.order_files.fields import EXIT_KINDS, RestSection, ThenSection
from router.order_files.groups import Read, oco
from strategies.spec import Params, ThenSpec

_AT: FieldPath = ("order", "then")


def exit_of(document: Document, section: ThenSection, read: Read) -> ThenSpec:
    """Return the exit in `section`; `read` knows the kinds of strategies.

    InputError: a section of another kind, none where one is needed, an exit that could not grow.
    """
    if section.limit_price is not None and section.limit_bps is not None:
        remedy = "limit_price stands too; keep one of them"
        raise document.problem((*_AT, "limit_bps"), section.limit_bps, remedy)
    for kind in EXIT_KINDS:
        if getattr(section, kind) is not None and kind != section.kind:
            remedy = f"is for kind {kind}, this exit is a {section.kind}; drop one of them"
            raise document.problem((*_AT, kind), None, remedy)
    at = (*_AT, section.kind)
    params: Params
    match section.kind:
        case "oco" if section.oco is not None:
            params = oco(document, at, section.oco, read)
        case "limit_stop" if section.limit_stop is not None:
            params = read(document, at, section.limit_stop)
        case "rest":
            params = read(document, at, section.rest or RestSection())
        case _:
            raise document.problem(
                at, None, f"the section is missing; add [order.then.{section.kind}]"
            )
    spec = ThenSpec(params=params, limit_price=section.limit_price, limit_bps=section.limit_bps)
    if spec.refusal:
        raise document.problem(at, None, spec.refusal)
    return spec
