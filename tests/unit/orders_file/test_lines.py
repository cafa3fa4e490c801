"""Every field of a file is found on the line it stands on."""

import json
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from router.documents.document import parse_json
from router.documents.json_lines import json_lines
from router.documents.toml_lines import FieldPath, toml_lines

TOML = dedent('''\
    # a comment with = and [brackets]
    title = "a # b"   # not a comment inside

    [a."b.c"]
    one.two = 1
    text = """
    [not.a.table]
    x = 1 \\"""
    """
    literal = \'\'\'
    y = 2
    \'\'\'
    list = [
      1, # one
      [2, 3],
      { deep = true },
    ]
    date = 1979-05-27 07:32:00
    inline = { p = "}", q = ["]", 'x'] }

    [[row]]
    name = "first"
    [row.sub]
    k = 1
    [[row]]
    name = "second"
''')

WHERE: dict[FieldPath, int] = {
    ("title",): 2,
    ("a", "b.c"): 4,
    ("a", "b.c", "one", "two"): 5,
    ("a", "b.c", "text"): 6,
    ("a", "b.c", "literal"): 10,
    ("a", "b.c", "list"): 13,
    ("a", "b.c", "list", 0): 14,
    ("a", "b.c", "list", 1, 1): 15,
    ("a", "b.c", "list", 2, "deep"): 16,
    ("a", "b.c", "date"): 18,
    ("a", "b.c", "inline", "p"): 19,
    ("a", "b.c", "inline", "q", 1): 19,
    ("row", 0): 21,
    ("row", 0, "name"): 22,
    ("row", 0, "sub", "k"): 24,
    ("row", 1): 25,
    ("row", 1, "name"): 26,
}


def test_the_lines_of_a_toml_file_with_everything_in_it() -> None:
    lines = toml_lines(TOML)
    assert {field: lines[field] for field in WHERE} == WHERE


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def _leaves(tree: object, path: FieldPath = ()) -> list[FieldPath]:
    match tree:
        case dict():
            below = [leaf for key, value in tree.items() for leaf in _leaves(value, (*path, key))]
        case list():
            below = [leaf for i, value in enumerate(tree) for leaf in _leaves(value, (*path, i))]
        case _:
            below = []
    return [path, *below]


@given(TREES)
def test_every_field_of_any_json_has_its_line_and_stands_once(tree: object) -> None:
    lines, twice = json_lines(json.dumps(tree, indent=1))
    assert twice is None
    assert list(lines) == _leaves(tree)
    assert list(lines.values()) == sorted(lines.values())


@given(st.dictionaries(st.text(), TREES, max_size=4))
def test_any_json_object_is_read_as_python_reads_it(tree: dict[str, object]) -> None:
    assert parse_json("o.json", json.dumps(tree)).tree == tree
