"""What is an order file, for editors and programs: the JSON Schema of the fields that check it."""

import json
from typing import Any, Final

from router.order_files.fields import OrderDocument

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def order_schema() -> str:
    """Return the schema of a whole order file as indented JSON.

    Money and quantities are strings: a pattern says how they are spelled, `decimal` their bounds,
    `unit` what they count. The rules between fields are not in it; `fathom check` knows them.
    """
    found: dict[str, Any] = OrderDocument.model_json_schema()
    return json.dumps({"$schema": _DIALECT, **_plainly(found)}, indent=2, ensure_ascii=False) + "\n"


def _plainly(node: Any) -> Any:  # noqa: ANN401 - JSON is any of its kinds
    """Return `node` without null (no file can say it) and without titles that repeat the name."""
    if isinstance(node, list):
        return [_plainly(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _plainly(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and (value is None or isinstance(value, dict)))
    }
    match kept.get("anyOf"):
        case [{"type": "null"}, only] | [only, {"type": "null"}]:
            del kept["anyOf"]
            return {**only, **kept}
        case _:
            return kept
