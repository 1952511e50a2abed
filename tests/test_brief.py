"""The page for a meeting, made by the real typst and read back with pypdf: one page, and every word that it shows."""

import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from sibkb.errors import SibkbError
from sibkb.exporting import brief
from sibkb.exporting.brief import _drawn, _kept, _page
from sibkb.exporting.sheet import sheet
from sibkb.model import Document, Entry, Party, Passage, Source
from sibkb.parsing import parse
from tests.conftest import CORPUS, FILES
from tests.tiny import document, passage

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://kb.example.org/document?id=x"


def told(path: Path) -> tuple[Document, list[Passage]]:
    """What a file of the corpus tells."""
    parsed = parse(path.relative_to(CORPUS).as_posix(), path.read_bytes())
    assert parsed.document
    return parsed.document, list(parsed.passages)


def squeezed(text: str) -> str:
    """Without what a line break may change."""
    return re.sub(r"[\s\u200b]+", "", text)


def read(pdf: bytes) -> str:
    """The words of the page; there is exactly one."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return squeezed(page.extract_text())


def texts(value: Any) -> list[str]:
    """Every text that the template is given to draw."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in LOOKS for text in texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


LOOKS = {"name", "description", "link", "tags"}
"""What is given for something else than to be drawn."""


def checked(each: Document, passages: list[Passage]) -> tuple[str, dict[str, Any]]:
    """What is on the page: all that was chosen is, whole, and every source that is named has its line."""
    given = sheet(each, passages, URL, TODAY)
    everything, kept = _page(given)
    words, data = read(_drawn(given, everything, kept, NOON)), _kept(given, everything, frozenset(kept))
    items = [item["data"] for section in data["sections"] for item in section["items"]]
    told = [text for section in data["sections"] for text in (section["heading"], section["more"]) if text]
    for text in [*texts(data["head"]), *texts(items), *told]:
        assert squeezed(text) in words, text
    named = {int(number) for refs in re.findall(r"\[([0-9, ]+)\]", words) for number in refs.split(",")}
    listed = {item["data"]["number"] for each in data["sections"] if each["column"] == "foot" for item in each["items"]}
    assert named <= listed
    return words, data


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_document_of_the_corpus_fits_and_reads_whole(path):
    each, passages = told(path)
    words, data = checked(each, passages)
    for text in (each.title, each.summary, each.id, "24 November 2026", "MIT licence", URL):
        assert squeezed(text) in words
    counts = Counter(passage.kind for passage in passages)
    there = {section["name"]: section for section in data["sections"]}
    lessons = there["lessons"]
    assert lessons["items"], "a page without a lesson helps nobody"
    left = int(re.search(r"[0-9]+", lessons["more"])[0]) if lessons["more"] else 0
    assert len(lessons["items"]) + left == counts["lesson"]


def test_a_figure_stands_with_its_number_its_source_and_its_dispute():
    case = document(
        "ashford", stage="complete", start="2012-04", end="2015", place="Ashford",
        entries=(Entry(field="results", what="In work", figure="just over 3 %", id="work", sources=("report",)),
                 Entry(field="money", what="Cap", figure="GBP 1,200,000", note="as planned")),
        parties=(Party(role="investors", name="A Bank", sources=("report",)),),
    )  # fmt: skip
    told = [passage("ashford.d", "The two reports differ.", kind="dispute", touches=("work", "money", "end")),
            passage("ashford.q", "We tried.", kind="quote", speaker_role="worker"),
            passage("ashford.p", "They liked it.", kind="perspective", speaker="J. Doe"),
            passage("ashford.l", "Ask early.", kind="lesson", basis="inferred")]  # fmt: skip
    words, _ = checked(case, told)
    for text in (
        "Case study", "Ashford, United Kingdom · Employment and training · April 2012 – 2015 disputed a · Complete",
        "In work: just over 3 % [1] disputed a", "Money disputed a", "Cap: GBP 1,200,000 (as planned)",
        "a The two reports differ. [1]", "Who invested A Bank [1]", "Who pays for outcomes not recorded",
        "People served not recorded", "Ask early. We infer it. [1]",
        "“We tried.” — speaker not named · People who did the work [1]",
        "They liked it. — J. Doe · role not recorded (our summary of what they said) [1]",
        "[1] Report. Nobody, no date. Read in full, as a hosted copy.",
    ):  # fmt: skip
        assert squeezed(text) in words, text


def test_the_page_is_accessible_and_says_what_it_is():
    pdf = PdfReader(io.BytesIO(brief(document("ashford", title="A $ & #title"), [], made=TODAY)))
    root = pdf.trailer["/Root"]
    assert pdf.metadata.title == "A $ & #title"
    assert str(root["/Lang"]).startswith("en")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    width, height = (round(float(side)) for side in pdf.pages[0].mediabox[2:])
    assert (width, height) == (595, 842)


def test_titles_lead_to_their_sources_and_nothing_else_is_a_link():
    sources = (Source(id="report", title="Report", publisher="P", read="whole", url="https://example.org/r"),
               Source(id="odd", title="Odd", publisher="P", read="whole", url="javascript:alert(1)"))  # fmt: skip
    pdf = brief(document("ashford", sources=sources), [], url="javascript:alert(2)", made=TODAY)
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    assert [each.get_object()["/A"]["/URI"] for each in page["/Annots"]] == ["https://example.org/r"]


def test_the_same_is_made_again_byte_for_byte():
    each, passages = told(FILES[0])
    assert brief(each, passages, made=TODAY) == brief(each, passages, made=TODAY)


def test_no_passage_that_was_not_given_is_told():
    words = read(
        brief(document("ashford", summary=""), [passage("ashford.l", "Ask early.", kind="lesson")], made=TODAY)
    )
    assert "Askearly." in words
    assert "Disputes" not in words


def test_who_may_not_see_it_is_said():
    words = read(brief(document("ashford", release="workshop"), [], made=TODAY))
    assert squeezed("Workshop: For rooms where the rules are explained, not for publication.") in words
    assert "Workshop" not in read(brief(document("ashford"), [], made=TODAY))


HOSTILE = (
    "#let x = panic() #x", "$ sum_(i=1)^n $", "[[*bold*]_it_", "\\ \\u{1F600} \\#", "`raw` ```", "<label> @ref",
    "// no", "/* no */", "= heading", "- list", '"quotes" \'single\' -- ---', "https://example.org/#a_b*c",
    "~ ^ % & {}",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_is_markup(text):
    case = document(
        "ashford", title=text, summary=text, place=text, stage="complete",
        sources=(Source(id="report", title=text, publisher=text, date=text, read="part"),),
        entries=tuple(Entry(field=field, what=text, figure=text, note=text) for field in ("results", "money")),
        parties=(Party(role="providers", name=text, note=text),),
    )  # fmt: skip
    kinds = {"lesson": {"basis": "stated"}, "quote": {"speaker": text}, "perspective": {"speaker": text}, "dispute": {}}
    told = [passage(f"ashford.{kind}", text, kind=kind, **more) for kind, more in kinds.items()]
    words, _ = checked(case, told)
    assert words.count(squeezed(text)) >= 14


def test_other_scripts_are_drawn_and_signs_without_a_font_are_spelled():
    """Signs that the fonts lack used to become boxes that no reader can read back."""
    title = "Łódź Αθήνα Москва 😀 神"
    words = read(brief(document("ashford", title=title, summary="مرحبا بالعالم \u200f👩\u200d🚀"), [], made=TODAY))
    assert squeezed("Łódź Αθήνα Москва [U+1F600] [U+795E]") in words
    assert "مرحبا" in words
    assert "بالعالم" in words
    assert "[U+1F469]" in words
    assert "\x00" not in words


LONG = ("So it went on, and nobody could say for how long it would. " * 90)[:5000].strip()


def test_a_lesson_too_long_for_the_page_is_left_out_and_the_next_are_not():
    told = [passage(f"ashford.l{number}", text, kind="lesson", basis="stated")
            for number, text in enumerate((LONG, "Ask early.", "Ask late.", LONG * 3))]  # fmt: skip
    words, _ = checked(document("ashford"), told)
    assert squeezed("Ask early. The source says so. [1]") in words
    assert squeezed("Ask late.") in words
    assert LONG[:40].replace(" ", "") not in words or squeezed(LONG) in words, "never part of a text"
    assert squeezed("more in the knowledge base") in words


def test_a_long_summary_ends_with_a_sentence():
    summary = " ".join(f"This is sentence number {number} of a summary that says too much." for number in range(60))
    words = read(brief(document("ashford", summary=summary), [], made=TODAY))
    told = max(number for number in range(60) if f"number{number}of" in words)
    assert squeezed(f"sentence number {told} of a summary that says too much. and {59 - told} sentences more") in words


def crowded(**values: Any) -> tuple[Document, list[Passage]]:
    """A document that has far more of everything than a page."""
    sources = tuple(Source(id=f"s{n}", title=f"Source {n} " + "of many words " * 9, publisher="P", read="part",
                           url=f"https://example.org/{n}") for n in range(60))  # fmt: skip
    fields = ("money", "people_served", "outcome_metrics", "results", "timeline")
    entries = tuple(Entry(field=field, what=f"Figure {n} " + "more " * n, figure="2012", id=f"{field}-{n}",
                          sources=(f"s{n}", f"s{n + 1}")) for field in fields for n in range(20))  # fmt: skip
    parties = tuple(Party(role="investors", name=f"Investor number {n}", sources=(f"s{n}",)) for n in range(50))
    given = document("crowd", sources=sources, entries=entries, parties=parties, summary=LONG, stage="complete")
    kinds = ("lesson", "quote", "perspective", "dispute")
    told = [passage(f"crowd.{kind}{n}", f"{kind} {n}. " + "Words follow. " * n, kind=kind, source_ids=(f"s{n}",),
                    touches=("money", f"results-{n}") if kind == "dispute" else ())
            for kind in kinds for n in range(25)]  # fmt: skip
    return replace(given, **values), told


@pytest.mark.parametrize(
    "values",
    [{}, {"title": "A very long title of a document " * 20}, {"title": LONG, "place": LONG}, {"title": "W" * 400},
     {"title": "x" * 5000, "summary": "y" * 5000, "place": "z" * 5000}],
    ids=["much of everything", "long title", "endless title and place", "a word without end", "three of them"],
)  # fmt: skip
def test_whatever_there_is_it_is_one_page(values):
    given, told = crowded(**values)
    words, data = checked(given, told)
    assert squeezed(given.title) in words
    assert all(section["more"] for section in data["sections"])


def test_everything_stands_inside_the_margins_and_the_foot_below_all():
    given, told = crowded()
    (page,) = PdfReader(io.BytesIO(brief(given, told, url=URL, made=TODAY))).pages
    rows: list[tuple[float, float, str]] = []

    def heard(text: str, cm: Any, tm: Any, _font: Any, _size: float) -> None:
        if text.strip():
            rows.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5], text))

    page.extract_text(visitor_text=heard)
    assert len(rows) > 50
    out = [row for row in rows if not (45 < row[0] < 550 and 31 <= row[1] < 802)]
    assert not out


def test_a_title_that_fills_more_than_a_page_is_refused_in_words():
    with pytest.raises(SibkbError, match="nothing fits on the page: the title or the address is too long"):
        brief(document("ashford", title="words " * 60_000), [], made=TODAY)
