"""docs/schema is what the code checks: it passes what the check passes, and refuses what a schema can refuse."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml

from sibkb.parsing import json_schema, parse

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "docs" / "schema" / "document.json"
GOOD = sorted([*(ROOT / "corpus").glob("*/*.md"), *(ROOT / "tests" / "accepted").glob("*.md")])
BEYOND = {"F001", "F014-day-that-never-was", "F014-month-13", "F018", "F019", "F020", "F021", "F022"}
"""What a schema does not see: days of the calendar, and what one value says of another."""
REFUSED = sorted(path for path in (ROOT / "tests" / "refused").glob("F*.md") if path.name[:4] not in BEYOND)


class EditorLoader(yaml.SafeLoader):
    """Reads as editors do, by the core schema of YAML 1.2: `NO` is text, and `2012` a number."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def front(path: Path) -> Any:
    text = re.split(r"^---\s*$", path.read_text(encoding="utf-8-sig"), flags=re.MULTILINE)[1]
    return yaml.load(text, EditorLoader)  # noqa: S506  it is a safe one


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    jsonschema.Draft7Validator.check_schema(json_schema())
    return jsonschema.Draft7Validator(json_schema())


def test_what_is_published_is_what_the_code_checks():
    told = "docs/schema is older than the code — run `make schema`"
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema(), told


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_an_editor_finds_nothing_in_a_good_file(validator, path):
    if parse(f"cases/{path.name}", path.read_bytes()).document:
        assert [error.message for error in validator.iter_errors(front(path))] == []


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_an_editor_refuses_what_the_check_refuses(validator, path):
    assert bool(list(validator.iter_errors(front(path)))) == (path.stem not in BEYOND)


def test_there_are_files_to_try():
    assert len(GOOD) > 70
    assert len(REFUSED) > 20
