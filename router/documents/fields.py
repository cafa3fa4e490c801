"""What one field may hold: money in quotes, counts as integers, words from a list; each with a remedy."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from router.documents.problem import Unquoted
from venues.model.numbers import decimal, plain

Check = Callable[[object], Any]

# A decimal as these files spell it; in a JSON schema its bounds stand beside it, as `decimal`.
DECIMAL_SHAPE: Final = r"^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$"
COUNT_MAX: Final = (1 << 63) - 1
_NUMBER: Final = re.compile(r"[+-]?[0-9.]+")


class Section(BaseModel):
    """One table of a file: frozen, and a key that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def wrong(remedy: str) -> PydanticCustomError:
    """Return the error that carries `remedy` to the one line the user sees."""
    # Braces would be taken for a template by pydantic.
    return PydanticCustomError("wrong", "{remedy}", {"remedy": remedy})


def described(meaning: str, unit: str, default: Any = ...) -> Any:  # noqa: ANN401 - as pydantic.Field
    """Return a field with its meaning and unit, for the documentation and for error lines."""
    # The description is also what an error says about a missing field.
    return Field(default, description=meaning, json_schema_extra={"unit": unit})


def money(
    *,
    least: Decimal | None = None,
    above: Decimal | None = None,
    most: Decimal | None = None,
    below: Decimal | None = None,
) -> BeforeValidator:
    """Return the check of a decimal in quotes: `above` < value, `least` <= value <= `most` < `below`."""

    def check(value: object) -> Decimal:
        number = _decimal(value)
        if above is not None and not number > above:
            raise wrong(f"must be above {plain(above)}")
        if least is not None and not number >= least:
            raise wrong(f"must be at least {plain(least)}")
        if below is not None and not number < below:
            raise wrong(f"must be below {plain(below)}")
        if most is not None and not number <= most:
            raise wrong(f"must be at most {plain(most)}")
        return Decimal(plain(number))  # "1.0" and "1" are one value, also in a hash

    bounds = {"above": above, "least": least, "below": below, "most": most}
    told: JsonDict = {name: plain(bound) for name, bound in bounds.items() if bound is not None}
    shape = Field(pattern=DECIMAL_SHAPE, json_schema_extra={"decimal": told})
    return BeforeValidator(check, json_schema_input_type=Annotated[str, shape])


def count(least: int, most: int = COUNT_MAX, unit: str = "") -> BeforeValidator:
    """Return the check of a whole number from `least` to `most`; `unit` completes the remedy."""
    what = f"a whole number of {unit}" if unit else "a whole number"

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(f"write {what} without quotes, e.g. {least}")
        if not least <= value <= most:
            raise wrong(f"must be {what} from {least} to {most}")
        return value

    return BeforeValidator(check, json_schema_input_type=Annotated[int, Field(ge=least, le=most)])


def word(allowed: Sequence[str], later: Sequence[str] = ()) -> BeforeValidator:
    """Return the check of a word from `allowed`; a word from `later` is known but not built yet."""
    choice = " | ".join(allowed)

    def check(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        if isinstance(value, str) and value in later:
            raise wrong(f"not available in this version; use {choice}")
        raise wrong(f"must be one of {choice}")

    shape = Field(json_schema_extra={"enum": [*allowed]})
    return BeforeValidator(check, json_schema_input_type=Annotated[str, shape])


def yes_or_no() -> BeforeValidator:
    """Return the check of a switch: true or false, without quotes."""

    def check(value: object) -> bool:
        if isinstance(value, bool):
            return value
        raise wrong("must be true or false, without quotes")

    return BeforeValidator(check)


def word_or(
    allowed: Sequence[str], later: Sequence[str], pattern: str, also: str
) -> BeforeValidator:
    """Return the check of a word as `word`, or of a text that fully matches `pattern` (`also`)."""
    shape = re.compile(pattern)
    choice = word((*allowed, also), later).func

    def check(value: object) -> str:
        if isinstance(value, str) and not isinstance(value, Unquoted) and shape.fullmatch(value):
            return value
        return str(choice(value))  # type: ignore[call-arg] # pydantic allows a second argument

    one_of: JsonDict = {"anyOf": [{"enum": [*allowed]}, {"pattern": f"^{pattern}$"}]}
    shown = Field(json_schema_extra=one_of)
    return BeforeValidator(check, json_schema_input_type=Annotated[str, shown])


def free_table(most: int) -> BeforeValidator:
    """Return the check of a table whose keys somebody else knows: texts, whole numbers, yes or no.

    Lists and tables of such may stand inside; floats may not: they lose digits.
    """

    def check(value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise wrong("must be a table")
        if len(str(value)) > most:
            raise wrong(f"is longer than {most} characters")
        return {str(key): _plain_value(str(key), held) for key, held in value.items()}

    return BeforeValidator(check)


def _plain_value(key: str, value: object) -> object:
    match value:
        case Unquoted():
            raise wrong(f'{key}: money, quantities and fractions are decimals in quotes: "{value}"')
        case bool() | str():
            return value
        case int():
            if abs(value) > COUNT_MAX:
                raise wrong(f"{key}: a whole number has at most 63 bits; write it in quotes")
            return value
        case list() | tuple():
            return [_plain_value(key, part) for part in value]
        case dict():
            return {str(k): _plain_value(f"{key}.{k}", part) for k, part in value.items()}
        case _:
            raise wrong(f"{key}: use texts, whole numbers, true, false, lists and tables")


def text(pattern: str, remedy: str) -> BeforeValidator:
    """Return the check of a string that fully matches `pattern`; `remedy` says what it must be."""
    shape = re.compile(pattern)

    def check(value: object) -> str:
        if isinstance(value, str) and not isinstance(value, Unquoted) and shape.fullmatch(value):
            return value
        raise wrong(remedy)

    anchored = Field(pattern=f"^(?:{pattern})$")
    return BeforeValidator(check, json_schema_input_type=Annotated[str, anchored])


def _decimal(value: object) -> Decimal:
    if isinstance(value, Unquoted | int) and not isinstance(value, bool):
        shown = str(value) if isinstance(value, Unquoted) else ""
        if isinstance(value, int) and abs(value) < 1 << 64:
            shown = str(value)
        hint = f': "{shown}"' if _NUMBER.fullmatch(shown) else ""
        raise wrong(f"money and quantity are decimals in quotes{hint}")
    if not isinstance(value, str):
        raise wrong('must be a decimal in quotes, e.g. "0.25"')
    try:
        return decimal(value)
    except ValueError:
        raise wrong(
            'must be a plain decimal in quotes, e.g. "0.25": no exponent, NaN, infinity or blanks'
        ) from None


VENUE_SHAPE: Final = r"[a-z][a-z0-9_-]{0,31}"
SYMBOL_SHAPE: Final = r"[!-.0-9;-~]{1,24}/[!-.0-9;-~]{1,24}(:[!-.0-9;-~]{1,32})?"

VenueName = Annotated[
    str, text(VENUE_SHAPE, 'must be a venue name: lower-case letters, digits, _ -, e.g. "binance"')
]
SymbolName = Annotated[
    str, text(SYMBOL_SHAPE, 'must be a symbol in quotes, e.g. "BTC/USDT" or "BTC/USDT:USDT"')
]
