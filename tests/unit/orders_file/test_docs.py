"""What the documentation says of orders is what the parser accepts."""

import re
from pathlib import Path

from router.documents.document import parse_toml
from router.order_files.docs import orders_page
from router.order_files.parser import parse_order

PAGE = Path(__file__).parents[3] / "docs" / "orders.md"


def test_the_published_table_is_up_to_date() -> None:
    assert PAGE.read_text() == orders_page(), "run `make docs`"


def test_the_example_of_the_page_can_be_ordered() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example is not None
    assert parse_order(parse_toml("page", example.group(1))).spec.id == "btc-entry-001"
