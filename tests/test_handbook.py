"""The handbook as files: what stands in it, what does not, and which folders it is written to."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest
from typer.testing import CliRunner

from sibkb import handbook, kb
from sibkb.cli import app
from sibkb.errors import SibkbError
from sibkb.handbook import lookup, shelving
from sibkb.settings import Settings
from sibkb.words import Thesaurus, stem, tokens
from tests.fictional import written
from tests.tiny import DOCUMENTS, PASSAGES, TinyEncoder

MADE = date(2026, 11, 24)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return written(tmp_path_factory.mktemp("fictional"))


def told(settings: Settings, folder: Path) -> dict[str, str]:
    """Path -> text of every file of the handbook, as it is told under the settings' release."""
    made = handbook.write(kb.open_kb(settings, encoder=TinyEncoder()), folder, MADE)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert made.files == len(files) - 1
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


@pytest.fixture(scope="module")
def book(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return told(settings, tmp_path_factory.mktemp("book") / "handbook")


class Tags(HTMLParser):
    """The tags of a page, its ids and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.ways: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.ways += [value for key in ("href", "src", "action") if (value := given.get(key))]


def test_there_is_a_page_for_everything(book):
    assert {name for name in book if name.startswith("documents/")} == {
        "documents/elm-row.html", "documents/ash-lane.html", "documents/oak.html"}  # fmt: skip
    assert {"index.html", "lessons.html", "voices.html", "glossary.html", "themes/data-access.html"} <= book.keys()


def test_every_way_leads_somewhere_and_none_to_a_network_but_to_sources(book):
    pages = {name: Tags(text) for name, text in book.items() if name.endswith(".html")}
    assert pages
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for way in page.ways:
            path, _, anchor = way.partition("#")
            if way.startswith("https://example.org/"):
                continue
            there = (PurePosixPath(name).parent / path).as_posix() if path else name
            there = str(Path("/", there).resolve()).lstrip("/")
            assert there in book, (name, way)
            assert not anchor or anchor in pages[there].ids or anchor == "main", (name, way)


def test_no_text_becomes_markup(book):
    for name, text in book.items():
        if name.endswith(".html"):
            tags = Tags(text).tags
            assert tags.count("script") == (2 if name == "index.html" else 0), name
            assert "i" not in tags, name
    assert "&lt;script&gt;window.hurt = 1&lt;/script&gt;" in book["documents/elm-row.html"]


def test_what_may_not_be_seen_is_nowhere(book):
    everything = "\n".join(book.values()).lower()
    for word in ("secret", "xylophone", "yew", "negotiat", "fees are hidden"):
        assert word not in everything.replace("secretar", ""), word


def test_what_may_be_seen_is_there_and_said_to_be_for_few(settings, tmp_path):
    book = told(replace(settings, ceiling="internal"), tmp_path / "handbook")
    assert "The negotiated fee was secret." in book["documents/elm-row.html"]
    assert "Fees are hidden." in book["themes/data-access.html"]
    assert "<b>Internal:" in book["index.html"]


def test_words_are_told_by_whose_they_are(book):
    page = book["documents/elm-row.html"]
    assert '<blockquote class="kb-quote">“I made my own job”<sup' in page
    assert "The records came late.<sup" in page
    assert "(our summary of what they said)</p>" in page
    assert "“The records" not in "".join(book.values())


def test_every_passage_has_a_place_on_its_page(book, settings):
    base = kb.open_kb(settings, encoder=TinyEncoder())
    for document in base.engine.documents.values():
        ids = Tags(book[f"documents/{document.id}.html"]).ids
        assert {f"p-{id.partition('.')[2]}" for id in document.passage_ids} <= set(ids)


def test_a_theme_is_told_with_who_says_otherwise(book):
    page = re.sub(r"<[^>]+>", " ", book["themes/data-access.html"])
    assert "Data must be agreed on early." in page
    assert "Said in 2 documents." in page
    assert "Others say otherwise (1)" in page
    assert "whether there are records &lt;i&gt;" in page


# The words


def test_a_word_is_found_in_any_of_its_forms():
    script = lookup.script({each.id: each for each in DOCUMENTS}, PASSAGES, Thesaurus())
    data = json.loads(script.removeprefix("window.SIBKB = ").rstrip(";\n"))
    forms = {
        (root + form[1:] if form.startswith("+") else form): root
        for root, each in zip(data["stems"].split(" "), data["forms"], strict=True)
        for form in each.split()
    }
    assert all(stem(form) == root for form, root in forms.items())
    for word in ("lawyer", "lawyers", "managers", "mistrusted", "mistrusts", "mistrusting", "offering"):
        assert forms.get(word, word) == stem(word)
    stems = data["stems"].split(" ")
    for passage, numbers in zip(PASSAGES, data["text"], strict=True):
        assert [stems[number] for number in numbers] == [token.stem for token in tokens(passage.text)]


# The folder


def test_a_handbook_takes_the_place_of_the_one_before(settings, tmp_path):
    folder = tmp_path / "handbook"
    folder.mkdir()
    base = kb.open_kb(settings, encoder=TinyEncoder())
    handbook.write(base, folder, MADE)
    (folder / "index.html").write_text("old", encoding="utf-8")
    handbook.write(base, folder, MADE)
    assert (folder / "index.html").read_text(encoding="utf-8") != "old"
    assert [path.name for path in tmp_path.iterdir()] == ["handbook"]


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ({"notes.txt": "mine"}, "{0} holds other files and is no handbook of ours — choose a new folder"),
        (
            {"notes.txt": "mine", shelving.MARKER: '{"files": ["index.html"]}'},
            "{0} holds notes.txt, which is not part of the handbook — move it elsewhere",
        ),
        (
            {"a/b.txt": "mine", "c": "", shelving.MARKER: '{"files": ["../c"]}'},
            "{0} holds a/b.txt and 1 more, which is not part of the handbook — move it elsewhere",
        ),
        ({shelving.MARKER: "{"}, "{0}/.sibkb-handbook.json cannot be read — choose a new folder"),
    ],
)
def test_what_is_not_ours_stays_as_it_is(settings, tmp_path, there, message):
    folder = tmp_path / "mine"
    for path, text in there.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    with pytest.raises(SibkbError) as error:
        handbook.write(kb.open_kb(settings, encoder=TinyEncoder()), folder, MADE)
    assert str(error.value) == message.format(folder)
    assert {path: (folder / path).read_text(encoding="utf-8") for path in there} == there


def test_a_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "book").write_text("mine", encoding="utf-8")
    with pytest.raises(SibkbError, match=f"^{tmp_path}/book is no folder — choose another name$"):
        shelving.check(tmp_path / "book")


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "book"
    shelving.put(folder, {"a.html": b"old"})
    with pytest.raises(SibkbError, match="cannot be written"):
        shelving.put(folder, {"a": b"", "a/b.html": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert (folder / "a.html").read_bytes() == b"old"


def test_what_was_put_there_meanwhile_is_not_removed(tmp_path):
    folder = tmp_path / "book"
    shelving.put(folder, {"a.html": b"old"})
    (folder / "late.txt").write_text("mine", encoding="utf-8")
    shelving.put(folder, {"a.html": b"new"})
    assert [path.read_text(encoding="utf-8") for path in tmp_path.rglob("late.txt")] == ["mine"]


def test_the_command_says_what_it_wrote(few, tmp_path):
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes), "export"]
    folder = tmp_path / "book"
    result = CliRunner().invoke(app, [*given, "--handbook", str(folder)])
    assert result.exit_code == 0
    assert re.fullmatch(rf"{folder}/index\.html: 5 documents, [0-9]+ files, [0-9.]+ MB\n", result.stdout)
    result = CliRunner().invoke(app, [*given, "newpin-nsw", "--handbook", str(folder)])
    assert result.exit_code == 2
    assert "a handbook holds all documents" in result.output
