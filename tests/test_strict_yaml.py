"""Strict YAML: text stays text, everything has a place, and what would be guessed or lost is refused."""

import json
import string
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sibkb import strict_yaml
from sibkb.strict_yaml import StrictYamlError, Value, load
from tests.conftest import FEW, ROOT


def refusal(text: str) -> tuple[str, tuple[int, int], str]:
    with pytest.raises(StrictYamlError) as error:
        load(text)
    return str(error.value), error.value.place, error.value.fix


# Scalars


PLAIN = [
    "NO",
    "no",
    "yes",
    "on",
    "True",
    "12:30",
    "1e3",
    "0x1f",
    "010",
    "1_000",
    ".5",
    ".inf",
    "2012-04-30",
    "None",
    "=",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_scalar_stays_as_written(text: str) -> None:
    assert load(f"key: {text}").value == {"key": text}
    assert load(f"{text}: value").value == {text: "value"}
    assert load(f"[{text}]").value == [text]


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_null_is_not_recorded_unless_quoted(text: str) -> None:
    assert load(f"key: {text}").value == {"key": None}
    assert load(f'key: "{text}"').value == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# a comment alone", None),
        ("key: 'it''s'", {"key": "it's"}),
        ("key: one\n  two", {"key": "one two"}),
        ("key: |\n  one\n  two\n", {"key": "one\ntwo\n"}),
        ("key: >-\n  one\n  two\n", {"key": "one two"}),
        ("- {a: [b, c], d: }\n- []", [{"a": ["b", "c"], "d": None}, []]),
        ("- a\n- \n- b: c", ["a", None, {"b": "c"}]),
        ("---\na: b\n", {"a": "b"}),
        ("---\n", None),
        ("a:\tb", {"a": "b"}),
    ],
)
def test_values(text: str, value: Value) -> None:
    assert load(text).value == value


@given(st.text(string.ascii_letters + string.digits + "._+/()£é", min_size=1).filter(lambda text: text != "null"))
def test_any_plain_word_stays_as_written(text: str) -> None:
    assert load(f"key: {text}").value == {"key": text}


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_any_quoted_text_stays_as_written(text: str) -> None:
    assert load(f"key: {json.dumps(text, ensure_ascii=False)}").value == {"key": text}


# Places


def test_every_part_has_its_place_and_its_last_line() -> None:
    """A block's end was where the next one begins, so a fact pointed at the entry below it."""
    rows = "  - what: A\n    figure: |\n      two\n      lines\n\n  # a comment\n  - {what: B,\n     figure: C}\n"
    text = f"title: One\nmoney:\n{rows}end:\n"
    found = load(text, first_line=2)
    assert found.place(("title",)) == (2, 8)
    assert found.place(("title", "key")) == (2, 1)
    assert found.place(("money", 0)) == (4, 5)
    assert found.place(("money", 0, "figure")) == (5, 13)
    assert found.place(("money", 1, "figure", "key")) == (11, 6)
    assert found.ends[("money", 0, "what")] == 4
    assert found.ends[("money", 0)] in (7, 8)
    assert found.ends[("money", 1)] == 11
    assert found.ends[("money",)] == 11
    assert found.ends[("end",)] == 12


def test_an_unknown_path_stands_at_its_nearest_known_ancestor() -> None:
    found = load("\nmoney:\n  - what: A\n")
    assert found.place(("money", 0, "source", 1)) == (3, 5)
    assert found.place(("results",)) == (2, 1)
    assert load("").place(("title",)) == (1, 1)


FRONT = [(ROOT / "corpus" / name).read_text(encoding="utf-8").split("---\n")[1] for name in FEW]


@pytest.mark.parametrize("text", [*FRONT, (ROOT / "corpus/glossary.yaml").read_text(encoding="utf-8")])
def test_without_libyaml_the_same_is_read_at_the_same_places(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = load(text)
    monkeypatch.setattr(strict_yaml, "_QUICK", yaml.BaseLoader)
    assert load(text) == quick


# What is refused

QUOTE = "put the value in double quotes if it holds `: ` or ` #` or begins with a mark"
ALIGN = "begin keys of one table in the same column, and put a value that holds marks in double quotes"
LIST = "close the list that begins here with ], its items apart by commas"
TABLE = "close the table that begins here with }, its keys apart by commas"
ALIAS = "write the value out, in double quotes if it begins with & or *"
TAG = "remove it, or put the value in double quotes"

REFUSED = [
    ("a: b: c", "this is not YAML: mapping values are not allowed here", (1, 5), QUOTE),
    ("a: @b", "this is not YAML: found character '@' that cannot start any token", (1, 4), QUOTE),
    ('a: "b" c', "this is not YAML: expected <block end>, but found '<scalar>'", (1, 8), ALIGN),
    ("a:\n  - b\n c: d", "this is not YAML: expected <block end>, but found '<block mapping start>'", (3, 2), ALIGN),
    ("a:\n\tb: c", "this is not YAML: found character '\\t' that cannot start any token", (2, 1),
     "indent with spaces, not with tabs"),
    ("a: [b, c\nd: e", "this is not YAML: expected ',' or ']', but got ':'", (1, 4), LIST),
    ("a: {b: c", "this is not YAML: expected ',' or '}', but got '<stream end>'", (1, 4), TABLE),
    ('a: "b', "this is not YAML: found unexpected end of stream", (1, 4), "close the quotation mark that stands here"),
    ("a: b\n...\nc: d", "this is not YAML: expected '<document start>', but found '<block mapping start>'", (3, 1),
     "remove the line that begins with `...` or `%`"),
    ("a: b\n---\nc: d", "another document begins here", (2, 1), "remove the line `---`"),
    ("a: 1\nb: 2\na: 3", "the key `a` stands twice", (3, 1), "keep one of them"),
    ("a: {b: 1, b: 2}", "the key `b` stands twice", (1, 11), "keep one of them"),
    ("a: &b c", "anchors and aliases are not used here", (1, 4), ALIAS),
    ("a: *b", "anchors and aliases are not used here", (1, 4), ALIAS),
    ("a: !b c", "the tag `!b` is not used here", (1, 4), TAG),
    ("a: !!str 1", "the tag `tag:yaml.org,2002:str` is not used here", (1, 4), TAG),
    ("[a]: b", "a key must be a word", (1, 1), "write `key: value`"),
    ("a:\n  b\x07c", "an invisible character, '\\x07'", (2, 4), "remove it"),
    ("a: b\u2028c", "an invisible character, '\\u2028'", (1, 5), "remove it"),
    ('a: "\\u2028"', "an invisible character, '\\u2028'", (1, 4), "remove it"),
    ('a: "\\ud800"', "an invisible character, '\\ud800'", (1, 4), "remove it"),
    ('a: "\\UFFFFFFFF"', "an escape that is no character, '\\\\UFFFFFFFF'", (1, 5), "remove it"),
    ("a: " + "[" * 5000, "more than 20 lists or tables inside each other", (1, 23), "take some of them out"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "place", "fix"), REFUSED, ids=[row[0][:20] for row in REFUSED])
def test_what_is_refused_is_said_with_its_place(text: str, message: str, place: tuple[int, int], fix: str) -> None:
    assert refusal(text) == (message, place, fix)


@given(st.lists(st.text(string.ascii_lowercase, min_size=1), min_size=1, unique=True), st.data())
def test_a_key_given_twice_is_refused_where_it_stands_again(keys: list[str], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(keys))
    text = "".join(f"{key}: x\n" for key in [*keys, again])
    assert refusal(text)[:2] == (f"the key `{again}` stands twice", (len(keys) + 1, 1))


@given(st.lists(st.sampled_from([*"ab:-?#,[]{}&*!|>'\"%@`\\ \t\n", ": ", "- ", "\n  ", "---", "\u2028", "\\U", "1"])))
def test_no_text_ends_in_another_error(tokens: list[str]) -> None:
    with suppress(StrictYamlError):
        load("".join(tokens))
