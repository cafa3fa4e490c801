"""The JSON Schema of order files says what the parser does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from router.documents.fields import DECIMAL_SHAPE
from router.order_files.fields import KINDS, OrderSection
from router.order_files.schema import order_schema
from venues.model.numbers import decimal

PAGE = Path(__file__).parents[3] / "docs" / "orders.schema.json"
SCHEMA: dict[str, Any] = json.loads(order_schema())
ORDER = SCHEMA["$defs"]["OrderSection"]


def test_the_published_schema_is_up_to_date() -> None:
    assert PAGE.read_text() == order_schema(), "run `make docs`"


def test_every_field_of_an_order_is_in_it_and_no_other_may_be() -> None:
    assert set(ORDER["properties"]) == set(OrderSection.model_fields)
    assert ORDER["required"] == ["id", "symbol", "side", "quantity", "kind"]
    assert {d["additionalProperties"] for d in SCHEMA["$defs"].values() if "properties" in d} == {
        False
    }


def test_every_kind_is_in_it() -> None:
    kinds, own = ORDER["properties"]["kind"]["anyOf"]
    assert kinds["enum"] == list(KINDS)
    assert re.match(own["pattern"], "my.module:MyStrategy")
    assert not re.match(own["pattern"], "my module:MyStrategy")


@pytest.mark.parametrize(
    "text", ["1", "0.5", "-3", "+2", "1e3", "NaN", ".5", "5.", "", " 1", "1_000", "9" * 31]
)
def test_a_decimal_is_spelled_as_the_parser_wants_it(text: str) -> None:
    try:
        decimal(text)
        fine = True
    except ValueError:
        fine = False
    assert bool(re.fullmatch(DECIMAL_SHAPE, text)) == fine


def test_bounds_and_units_stand_beside_the_fields() -> None:
    twap = SCHEMA["$defs"]["TwapSection"]["properties"]
    assert (twap["horizon_s"]["minimum"], twap["horizon_s"]["unit"]) == (1, "whole seconds")
    assert twap["size_jitter"]["decimal"] == {"least": "0", "most": "0.5"}
    assert ORDER["properties"]["quantity"]["type"] == "string"
    assert twap["slices"]["type"] == "integer"  # a file that leaves it out says no null
