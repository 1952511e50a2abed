"""A whole document as a file: Markdown that is read again as what it was, Word that is read by a reader of others."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb import corpus, exporting, intake, kb
from sibkb.cli import app
from sibkb.exporting.markdown import markdown
from sibkb.importing.converting import convert
from sibkb.model import Document, Passage, Query
from sibkb.parsing import parse
from sibkb.settings import Settings
from tests.conftest import FILES, ROOT
from tests.tiny import TinyEncoder, document, passage

LARKFORD = """\
---
# Larkford is a town of fiction.
title: "Larkford: *homes* & <b>work</b>"
kind: case
countries: [GB]
sector: homelessness
stage: complete
start: 2012-04
end: 2015
parties:
  investors: [{id: bridge, name: Bridge Fund, note: lead, source: report}]
money:
  - {id: investment, what: Investment, amount: 1250000.5, currency: GBP, source: report}
  - {what: Fees, figure: just over 3 %, source: report}
timeline:
  - {date: 2012-04, event: Service begins}
sources:
  - {id: report, title: 'A "report"', publisher: A ministry, date: 2013-06, url: "https://example.org/r", read: part}
  - {id: heard, title: A talk, publisher: A town, read: whole}
---

Larkford paid for homes. [@report] {#summary}

## Context

- one thing
- another [@heard]

### The 1st year

1\\. Not a list, and [sic] no link of a_b_c &amp;c. {theme="procurement roles-and-resourcing"}

## Lessons

- Ask for `data` early. [@report]
  {#early .key theme=data-access work_stage=feasibility audience="commissioner provider" basis=stated}
- The fee was secret. [@report]
  {#secret theme=procurement work_stage=contracting audience=all basis=inferred release=internal}

## Perspectives

- **Jo (a manager)** {#jo speaker_role=provider about_role=commissioner}: They were *late*. [@heard]

## In their words

> “I made my own job”
>
> — speaker not stated {#own speaker_role=worker status=illustrative theme=roles-and-resourcing} [@heard]

Said to a newcomer. [@report]

## Disputes and limits

- The sum may be too high. {#high touches=investment} [@report]
"""
INTERNAL = "\n".join(line for line in LARKFORD.split("\n") if "secret" not in line)


def read(text: str) -> tuple[Document, tuple[Passage, ...]]:
    """A file of the corpus; the lines and digests of its passages do not count."""
    made = parse("cases/larkford.md", text.encode())
    assert made.problems == ()
    assert made.document
    return replace(made.document, digest=""), tuple(replace(each, lines=(0, 0)) for each in made.passages)


@pytest.fixture
def larkford(tmp_path: Path) -> Settings:
    given = Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")
    corpus.add(given.corpus, "cases/larkford.md", LARKFORD)
    kb.build(given, TinyEncoder())
    return given


def opened(settings: Settings) -> kb.KnowledgeBase:
    return kb.open_kb(settings, encoder=TinyEncoder())


def as_word(base: kb.KnowledgeBase, id: str = "larkford"):
    told = base.document(id)
    passages = base.engine.passages(told.passage_ids)
    url = "https://kb.example.org/larkford"
    return docx.Document(io.BytesIO(exporting.word(told, passages, url=url, made=date(2026, 11, 24))))


# Markdown


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_written_anew_is_read_as_it_was(path):
    told = parse(path.relative_to(ROOT / "corpus").as_posix(), path.read_bytes())
    assert told.document
    again = parse(told.document.path, markdown(told.document, told.passages).encode())
    assert again.problems == ()
    assert again.document
    assert replace(again.document, digest="") == replace(told.document, digest="")
    assert [replace(each, lines=(0, 0)) for each in again.passages] == [
        replace(each, lines=(0, 0)) for each in told.passages
    ]


@settings(max_examples=50)
@given(text=st.text(st.sampled_from("ab 1.)-#>*_`[]<&;\\~=|'\":"), min_size=1, max_size=12))
def test_no_text_becomes_more_than_text(text):
    """Braces, citations and comments apart: those the format refuses in a text, so none has them."""
    text = " ".join(text.split()) or "a"
    bond = document("bond", stage="complete")
    each = [
        passage("bond.summary", "A bond.", kind="summary", lines=(0, 0)),
        passage("bond.told", text, heading=("What",), lines=(0, 0)),
    ]
    again = parse("cases/bond.md", markdown(bond, each).encode())
    assert [replace(one, lines=(0, 0)) for one in again.passages] == each


def test_where_all_may_be_seen_it_is_the_file_itself(larkford):
    base = opened(replace(larkford, ceiling="internal"))
    assert base.markdown(base.document("larkford")) == LARKFORD.encode()


def test_what_may_not_be_seen_is_not_in_the_file(larkford):
    base = opened(larkford)
    made = base.markdown(base.document("larkford")).decode()
    assert "secret" not in made
    assert "fiction" not in made
    assert read(made) == read(INTERNAL)


def test_no_document_is_named_that_may_not_be_seen(larkford):
    hidden = LARKFORD.replace("kind: case", "kind: programme").replace("release=internal", "")
    corpus.add(larkford.corpus, "cases/hidden.md", hidden.replace("sources:", "release: internal\nsources:"))
    named = INTERNAL.replace("sources:", "part_of: hidden\nfollows: [hidden]\nsources:", 1)
    (larkford.corpus / "cases/larkford.md").write_text(named, encoding="utf-8")
    kb.build(larkford, TinyEncoder())
    base = opened(larkford)
    made = base.markdown(base.document("larkford")).decode()
    assert "hidden" not in made
    assert read(made) == read(INTERNAL)


def test_a_file_changed_since_is_told_as_it_was_indexed(larkford):
    base = opened(replace(larkford, ceiling="internal"))
    (larkford.corpus / "cases/larkford.md").write_text("changed", encoding="utf-8")
    assert read(base.markdown(base.document("larkford")).decode()) == read(LARKFORD)


# Round trip


def test_in_and_out_again_is_the_same(larkford, tmp_path):
    """Import, accept, search, export, import: every text, kind, speaker and label is what it was."""
    sent = tmp_path / "Elm Row.md"
    sent.write_text(LARKFORD.replace("Larkford", "Elm Row"), encoding="utf-8")
    ((_, draft),) = intake.drafts(larkford.corpus, [sent], None)
    corpus.add(larkford.corpus, f"drafts/{draft.id}.md", draft.text)
    assert corpus.accept(larkford.corpus, draft.id)[1] == ()
    kb.build(larkford, TinyEncoder())
    base = opened(replace(larkford, ceiling="internal"))
    assert base.search(Query(text="Elm Row homes")).hits[0].document.id == "elm-row"
    for ceiling, wanted in (("internal", LARKFORD), ("public", INTERNAL)):
        base = opened(replace(larkford, ceiling=ceiling))
        out = tmp_path / f"{ceiling}.md"
        out.write_bytes(base.markdown(base.document("elm-row")))
        ((_, again),) = intake.drafts(larkford.corpus, [out], None)
        assert (again.title, again.kind) == ("Elm Row: *homes* & <b>work</b>", "case")
        assert again.lost == ()
        assert read(again.text) == read(wanted.replace("Larkford", "Elm Row"))


def test_word_keeps_every_word_of_ours_and_says_what_it_makes_of_the_rest(larkford, tmp_path):
    """What a Word file cannot hold is the form of a case: the draft has the words, and a person names them anew."""
    path = tmp_path / "larkford.docx"
    base = opened(larkford)
    told = base.document("larkford")
    path.write_bytes(exporting.word(told, base.engine.passages(told.passage_ids), made=date(2026, 11, 24)))
    extract = convert(path)
    assert extract.title == told.title
    assert extract.lost == ()
    kept = extract.markdown.replace("\\", "").replace("**", "")
    for each in base.engine.passages(told.passage_ids):
        assert each.kind == "fact" or each.text in kept
    ((_, draft),) = intake.drafts(larkford.corpus, [path], None)
    assert "\n## Lessons\n" in draft.text
    assert "\n## Sources\n" in draft.text


# Word


def test_word_has_its_own_styles(larkford):
    made = as_word(opened(larkford))
    styles = [(each.style.name, each.text) for each in made.paragraphs]
    assert styles[:3] == [
        ("Title", "Larkford: *homes* & <b>work</b>"),
        ("Subtitle", "Case study · United Kingdom · Homelessness · April 2012 – 2015 · Complete"),
        ("Normal", "Larkford paid for homes. [1]"),
    ]
    assert [text for style, text in styles if style == "Heading 1"] == [
        "At a glance", "Context", "Lessons", "Perspectives", "In their words", "Disputes and limits", "Dates",
        "Sources", "How to cite this",
    ]  # fmt: skip
    assert [text for style, text in styles if style == "Heading 2"] == ["The 1st year"]
    assert [text for style, text in styles if style == "Intense Quote"] == ["“I made my own job”"]
    assert "secret" not in str(styles)


def test_our_summary_is_told_to_be_ours_and_is_in_no_marks(larkford):
    (view,) = [each for each in as_word(opened(larkford)).paragraphs if "They were late" in each.text]
    assert view.style.name == "List Bullet"
    assert view.text == "Jo (a manager) · Provider managers (our summary of what they said): They were late. [2]"


def test_word_numbers_its_sources_and_says_how_far_they_were_read(larkford):
    made = as_word(opened(larkford))
    assert [each.text for each in made.paragraphs if each.style.name == "List Number"] == [
        'A "report". A ministry. 2013-06. Read in part: We read an excerpt, often only the opening. https://example.org/r',
        "A talk. A town. no date. Read in full, as a hosted copy: We read all of it.",
    ]
    links = [each.target_ref for each in made.part.rels.values() if each.is_external]
    assert links == ["https://example.org/r"]


def test_words_tables_have_a_head_and_every_fact(larkford):
    glance, dates = as_word(opened(larkford)).tables
    rows = {row.cells[0].text: row.cells[1].text for row in glance.rows}
    assert rows["What"] == "What is on record"
    assert rows["Who invested"] == "Bridge Fund (lead) [1]"
    assert rows["Money"] == (
        "Investment: GBP\u00a01,250,000.5 [1]\nDisputed: The sum may be too high. [1]\nFees: just over 3 % [1]"
    )
    assert rows["Who pays for outcomes"] == "not recorded"
    assert [[cell.text for cell in row.cells] for row in dates.rows] == [
        ["When", "What happened"],
        ["April 2012", "Service begins"],
    ]
    for table in (glance, dates):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_word_knows_its_title_its_language_and_its_pages(larkford):
    made = as_word(opened(larkford))
    about = made.core_properties
    assert (about.title, about.language, about.author) == ("Larkford: *homes* & <b>work</b>", "en-GB", "sibkb")
    assert {each.get(qn("w:val")) for each in made.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    (field,) = made.sections[0].footer.paragraphs[0]._p.iter(qn("w:instrText"))
    assert field.text == "PAGE"


def test_word_says_where_not_everybody_may_read_it(larkford):
    def said(ceiling: str) -> bool:
        made = as_word(opened(replace(larkford, ceiling=ceiling)))
        return any(each.text.startswith("Internal:") for each in made.paragraphs)

    assert (said("public"), said("internal")) == (False, True)


def test_signs_that_xml_cannot_hold_are_left_out():
    bond = document("bond", title="A\x01 bond", stage="complete")
    made = exporting.word(bond, [passage("bond.told", "One\x0b\ufffftwo")], made=date(2026, 11, 24))
    assert docx.Document(io.BytesIO(made)).paragraphs[0].text == "A bond"


# The command


def run(settings: Settings, *arguments: str):
    given = ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes)]
    return CliRunner().invoke(app, [*given, "export", *arguments])


def test_a_document_is_written_once(few, tmp_path):
    for name in ("able.md", "able.docx"):
        assert run(few, "rikers-island-able", "--out", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / "able.md").read_bytes() == (few.corpus / "cases/rikers-island-able.md").read_bytes()
    assert docx.Document(str(tmp_path / "able.docx")).core_properties.title.startswith("Rikers Island")
    result = run(few, "rikers-island-able", "--out", str(tmp_path / "able.md"))
    assert result.exit_code == 1
    assert str(result.exception) == f"{tmp_path}/able.md is there already — choose another name, or remove that file"
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["able.docx", "able.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say which document and where"),
        (("a.b", "--out", "x.md"), "a file is made of a whole document: a"),
        (("a", "--out", "x.pdf"), "a document is written as one of: .md, .docx"),
    ],
)
def test_what_cannot_be_written_is_told(few, arguments, message):
    result = run(few, *arguments)
    assert result.exit_code == 2
    assert message in result.output
