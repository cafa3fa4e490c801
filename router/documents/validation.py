"""How a tree becomes a frozen value, and what is said when it cannot."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from router.documents.document import Document
from router.documents.toml_lines import FieldPath
from venues.errors import InputError

SectionT = TypeVar("SectionT", bound=BaseModel)

NOT_YET: Final = "not available in this version; leave it out"
_UNIT: Final = re.compile(r"_(ns|us|ms|s|m|h|min|bps|pct|seconds|minutes|hours)$")


def validated(
    document: Document, model: type[SectionT], *, later: frozenset[str] = frozenset()
) -> SectionT:
    """Return `document` as a `model`; keys in `later` are known, but not built yet.

    Raises InputError about the mistake that stands first in the file (what is missing stands
    nowhere and comes last), and how many follow.
    """
    try:
        return model.model_validate(document.tree)
    except ValidationError as error:
        mistakes = _causes(error.errors(include_url=False))
    mistakes.sort(key=lambda m: (m["type"] == "missing", document.line_of(m["loc"])))
    raise _told(document, model, mistakes, later)


def validated_part(
    document: Document, at: FieldPath, value: object, model: type[SectionT]
) -> SectionT:
    """Return `value`, which stands at `at` of `document`, as a `model`; InputError as `validated`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        mistakes = _causes(error.errors(include_url=False))
    mistakes.sort(key=lambda m: (m["type"] == "missing", document.line_of((*at, *m["loc"]))))
    raise _told(document, model, mistakes, frozenset(), at)


def _causes(mistakes: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    # A list whose every element is wrong is called too short as well; that is not the mistake.
    return [
        mistake
        for mistake in mistakes
        if mistake["type"] != "too_short"
        or not any(
            other is not mistake and other["loc"][: len(mistake["loc"])] == mistake["loc"]
            for other in mistakes
        )
    ]


def _told(
    document: Document,
    model: type[BaseModel],
    mistakes: Sequence[ErrorDetails],
    later: frozenset[str],
    at: FieldPath = (),
) -> InputError:
    first = mistakes[0]
    field: FieldPath = first["loc"]
    value: object = first["input"]
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    match first["type"]:
        case _ if field[-1:] == ("[key]",):  # pydantic's way to point at a key of a free table
            field, value, remedy = field[:-1], None, first["msg"]
        case "extra_forbidden":
            remedy = _unknown(model, field, later)
        case "missing":
            value, remedy = None, _missing(model, field)
        case "wrong":
            remedy = first["msg"]
        case "model_type" | "dict_type":
            remedy = "must be a table"
        case "tuple_type":
            remedy = "must be a list"
        case "too_short":
            remedy = "an empty list means nothing here; leave it out or fill it"
        case _:
            remedy = first["msg"]
    return document.problem((*at, *field), value, remedy + more)


def _unknown(model: type[BaseModel], field: FieldPath, later: frozenset[str]) -> str:
    key = str(field[-1])
    if key in later:
        return NOT_YET
    section = section_at(model, field[:-1])
    known = list(section.model_fields) if section else []
    stem = _UNIT.sub("", key)
    other_unit = [name for name in known if stem and _UNIT.sub("", name) == stem]
    close = other_unit or difflib.get_close_matches(key, known, n=1)
    if close:
        return f"unknown key; did you mean {close[0]}?{_meaning(section, close[0])}"
    return f"unknown key; known here: {', '.join(known)}"


def _missing(model: type[BaseModel], field: FieldPath) -> str:
    section = section_at(model, field[:-1])
    key = str(field[-1])
    if section_at(model, field) is not None:
        header = ".".join(str(part) for part in field if isinstance(part, str))
        return f"the section is missing; add [{header}]"
    return f"missing; add {key} = ...{_meaning(section, key)}"


def _meaning(section: type[BaseModel] | None, key: str) -> str:
    described = section.model_fields[key].description if section else None
    return f" ({described})" if described else ""


def section_at(model: type[BaseModel], field: FieldPath) -> type[BaseModel] | None:
    """Return the model of the section that `field` leads to, None when it is not a section."""
    annotation: object = model
    for part in field:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            info = annotation.model_fields.get(str(part))
            annotation = info.annotation if info else None
        else:
            annotation = _inner(annotation)
        annotation = _optional(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _arguments(annotation: object) -> Sequence[object]:
    arguments: Sequence[object] = getattr(annotation, "__args__", ())
    return arguments


def _inner(annotation: object) -> object:
    # What a list holds, or the values of a table with free keys.
    origin = getattr(annotation, "__origin__", None)
    arguments = _arguments(annotation)
    if not arguments:
        return None
    return arguments[-1] if origin in {dict, Mapping} else arguments[0]


def _optional(annotation: object) -> object:
    # `X | None` leads on to X.
    arguments = _arguments(annotation)
    if type(None) in arguments:
        return next(a for a in arguments if a is not type(None))
    return annotation
