"""docs/schema is what the code checks: it passes what the check passes, and refuses what a schema can refuse."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from sibkb import evaluating, glossary, synthesis, vocabulary
from sibkb.cli import app
from sibkb.model import Problem
from sibkb.parsing import json_schema, parse

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "docs" / "schema"
SCHEMAS = {
    "document": json_schema,
    "queries": evaluating.json_schema,
    "themes": synthesis.json_schema,
    "glossary": glossary.json_schema,
}
OTHERS = {"queries": "queries.yaml", "themes": "themes/*.yaml", "glossary": "glossary.yaml"}
"""Schema -> the files of the corpus that are no documents."""
EXAMPLES = re.findall(r"^### ([GQT]\d{3})\n(?:(?!###).)*?```yaml\n# (queries|themes|glossary)\S*\.yaml\n(.*?)```",
                      (ROOT / "docs/checks.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)  # fmt: skip
"""Code, kind of file and example of all that docs/checks.md says of these files."""
NOT_SEEN = {"Q004", "Q006", "T002", "T006", "T007", "T008", "G003", "G004", "G005", "G006"}
"""What a schema of one file does not see of them: other files, its own name, and what one value says of another."""
GOOD = sorted([*(ROOT / "corpus").glob("*/*.md"), *(ROOT / "tests" / "accepted").glob("*.md")])
BEYOND = {"F001", "F014-day-that-never-was", "F014-month-13", "F018", "F019", "F020", "F021", "F022"}
"""What a schema does not see: days of the calendar, and what one value says of another."""
REFUSED = sorted(path for path in (ROOT / "tests" / "refused").glob("F*.md") if path.name[:4] not in BEYOND)

SHOWN = [
    json.loads(each)
    for each in re.findall(r"```json\n(.*?)```", (ROOT / "docs/contributing-cases.md").read_text("utf-8"), re.DOTALL)
]


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


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_published_is_what_the_code_checks(name):
    told = "docs/schema is older than the code — run `make schema`"
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name]())
    assert json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")) == SCHEMAS[name](), told
    assert json.loads(CliRunner().invoke(app, ["schema", name]).stdout) == SCHEMAS[name]()
    assert {path.stem for path in PUBLISHED.iterdir()} == {*SCHEMAS}


@pytest.mark.parametrize("name", OTHERS)
def test_an_editor_finds_nothing_in_the_other_files(name):
    paths = sorted((ROOT / "corpus").glob(OTHERS[name]))
    validator = jsonschema.Draft7Validator(SCHEMAS[name]())
    for path in paths:
        value = yaml.load(path.read_text(encoding="utf-8"), EditorLoader)  # noqa: S506  it is a safe one
        assert [error.message for error in validator.iter_errors(value)] == [], path
    assert paths


@pytest.mark.parametrize(("code", "kind", "text"), EXAMPLES, ids=[code for code, *_ in EXAMPLES])
def test_an_editor_refuses_what_the_check_refuses_there(code, kind, text):
    validator = jsonschema.Draft7Validator(SCHEMAS[kind]())
    try:
        value = yaml.load(text, EditorLoader)  # noqa: S506  it is a safe one
    except yaml.YAMLError:
        return
    assert bool(list(validator.iter_errors(value))) == (code not in NOT_SEEN)


def test_there_is_an_example_of_each_code():
    codes = {*evaluating.CODES, *synthesis.CODES, *glossary.CODES} - {"Q007"}  # of figures that nobody writes by hand
    assert {code for code, *_ in EXAMPLES} == codes


def test_words_of_a_team_are_offered(own_words):
    term = vocabulary.Term("Housing first", "A home before anything else.")
    vocabulary.adopt({"sectors": {"housing": term}, "themes": {"housing-first": term}})
    queries = SCHEMAS["queries"]()["items"]["properties"]["filters"]["properties"]
    assert queries["theme"]["items"]["enum"][-1] == "housing-first"
    assert json_schema()["properties"]["sector"]["enum"][-1] == "housing"


# What docs/contributing-cases.md shows


def test_the_settings_of_an_editor_name_each_schema_and_its_files():
    _, settings = SHOWN
    assert {Path(schema).stem: files for schema, files in settings["yaml.schemas"].items()} == {
        name: f"corpus/{files}" for name, files in OTHERS.items()
    }
    assert all((ROOT / schema).is_file() for schema in settings["yaml.schemas"])


def test_the_task_of_an_editor_finds_the_place_of_each_problem():
    (task,) = SHOWN[0]["tasks"]
    matcher = task["problemMatcher"]["pattern"]
    assert task["command"] == "sibkb check"
    problem = Problem(path="cases/a b.md", line=3, column=7, code="F013", message="unknown word `x: 3`", fix="use y")
    found = re.match(matcher["regexp"], f"corpus/{problem}")
    assert found
    parts = {name: found[group] for name, group in matcher.items() if name != "regexp"}
    assert parts == {
        "file": "corpus/cases/a b.md", "line": "3", "column": "7", "code": "F013",
        "message": "unknown word `x: 3` — use y",
    }  # fmt: skip


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
