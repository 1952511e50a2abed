"""The About page without a browser: what it counts and claims, how fresh it says it is, what it links to."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import streamlit
import tiny
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from test_app import visited, words

from sibkb import corpus, evaluating, kb
from sibkb.auditing import FIELDS, Files, audit
from sibkb.evaluating import SPLITS, Evaluation, Measured
from sibkb.model import MODES, Source
from sibkb.settings import Settings
from sibkb.ui import cards, figures, gaps, links

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = [
    "What a social impact bond is",
    "What this is, and what it is not",
    "What stands here",
    "How fresh it is",
    "How far we read the sources",
    "How well search answers",
    "How to contribute",
    "Licence and terms",
    "Privacy",
]


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    """Nothing that another test worked out is remembered, and no address of a repository is set."""
    monkeypatch.delenv("SIBKB_REPOSITORY", raising=False)
    streamlit.cache_data.clear()


@pytest.fixture
def changing(afresh, copy, monkeypatch) -> Settings:
    """The environment of an app over a few files that a test may change."""
    monkeypatch.setenv("SIBKB_CORPUS", str(copy.corpus))
    monkeypatch.setenv("SIBKB_INDEXES", str(copy.indexes))
    return copy


def page() -> AppTest:
    app = visited(links.ABOUT)
    assert not app.exception
    return app


def told(html: str) -> str:
    """The words of HTML, as a reader gets them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()).replace(" .", ".").replace(" ,", ",")


def measured(**changes: object) -> Evaluation:
    values = {
        "queries": 43, "success_1": 24 / 43, "success_3": 35 / 43, "mrr_10": 0.7, "ndcg_10": 0.5, "recall_20": 0.6,
        "unanswerable": 6, "refused": 0.5,
    }  # fmt: skip
    each = evaluating.Figures(**values)
    given = {"date": "2026-11-24", "generation": "now", "documents": 16, "passages": 783, "encoder": "tiny"} | changes
    return Evaluation(
        **given, measured=tuple(Measured(split=split, mode=mode, figures=each) for split in SPLITS for mode in MODES)
    )


# The whole page


def test_it_tells_its_parts_in_order(settled):
    app = page()
    assert [each.value for each in app.title] == ["About"]
    assert [each.value for each in app.header] == HEADINGS
    contents = next(str(each.proto.body) for each in app.sidebar.get("html"))
    assert re.findall(r'href="#([a-z]+)"', contents) == [each.proto.anchor for each in app.header]


def test_counts_are_those_of_the_folder(settled):
    reading = corpus.read(settled.corpus)
    found = audit(reading.documents, reading.passages)
    shown = told(words(page()))
    for part in (
        f"{len(reading.documents)} documents, by kind",
        f"{len(reading.passages):,} passages in them",
        f"Lesson: the source says so {found.lessons['stated']:,}",
        f"Lesson: we infer it {found.lessons['inferred']:,}",
        f"Our summary of what somebody said {found.passages['perspective']:,}",
        "Quotation 7",
        "set as quotations: 7 quotations, in Who drives a SIB inside government",
        "One of them is marked “Illustrative”: the author's example of what such a person would say.",
        f"{found.facts.sourced:,} of {found.facts.total:,} facts name the source",
        f"{found.sources.total:,} sources: how far we read them",
        f"Of {found.sources.total:,} sources we read {found.sources.read['whole']:,} in full and ",
        f"Of {sum(found.lessons.values()):,} lessons, {found.lessons['stated']:,} are points that a source makes ",
        f"{len(found.countries)} countries",
        f"{len(reading.documents)} files, built ",
        "No file has a problem.",
    ):
        assert part in shown, part


def test_what_is_not_recorded_is_told_as_that(settled):
    reading = corpus.read(settled.corpus)
    fields = {field.name: field for field in audit(reading.documents, reading.passages).fields}
    shown = told(words(page()))
    assert f"When it ended {len(fields['end'].missing)} {fields['end'].asked} " in shown
    assert f"Who evaluates {len(fields['evaluators'].missing)} {fields['evaluators'].asked} " in shown
    assert "Money 0" not in shown, "what nobody lacks is not told"


def test_where_everything_is_recorded_there_is_no_table():
    assert set(gaps.LABELS) >= set(FIELDS)
    assert gaps.unknown(audit((), ())) == ""


def test_tables_have_a_caption_and_named_rows_and_columns(settled):
    tables = re.findall(r"<table.*?</table>", words(page()), re.DOTALL)
    assert len(tables) >= 5
    for each in tables:
        assert re.search(r"<caption>[^<]+</caption>", each)
        columns = len(re.findall(r'<th scope="col">[^<]+</th>', each))
        rows = re.findall(r"<tr>(.*?)</tr>", each.partition("<tbody>")[2])
        assert rows
        for row in rows:
            assert (row.count('<th scope="row">'), row.count("<td>")) == (1, columns - 1)


def test_fresh_and_then_changed_and_looked_at_once_a_minute(changing):
    assert "The files have not changed since." in words(page())
    (changing.corpus / "cases" / "newpin-nsw.md").unlink()
    assert "The files have not changed since." in words(page()), "looked at less than a minute ago"
    streamlit.cache_data.clear()
    assert "Files have changed since, and the change is not in search yet." in words(page())


def test_a_broken_file_is_counted_and_not_named(changing):
    (changing.corpus / "cases" / "fictional.md").write_text("no front matter", encoding="utf-8")
    broken = changing.corpus / "cases" / "newpin-nsw.md"
    broken.write_text(broken.read_text(encoding="utf-8") + "\n## Lessons\n", encoding="utf-8")
    kb.build(changing)
    shown = told(words(page()))
    assert "1 file has a problem and is left out." in shown
    assert "1 file has a problem: its last good version is shown." in shown
    assert "sibkb check says what is wrong" in shown
    assert "fictional" not in shown


def test_no_folder_is_told_and_nothing_breaks(changing):
    shutil.rmtree(changing.corpus)
    shown = words(page())
    assert "Whether the files have changed since cannot be told" in shown
    assert "It has not been recorded: `sibkb eval --save`" in shown


def test_recorded_figures_are_told_with_their_day(changing):
    generation = kb.generations.current(changing.indexes)
    evaluation = measured(generation=generation)
    assert "It has not been recorded" in words(page())
    corpus.record_evaluation(changing.corpus, evaluating.write_evaluation(evaluation))
    streamlit.cache_data.clear()
    shown = told(words(page()))
    assert (
        "Of 43 questions kept aside, 35 had a right answer among the first three passages, 24 as the very first"
        in shown
    )
    assert "measured on 24 November 2026, and what is searched has not changed since" in shown


def test_figures_that_cannot_be_read_are_told(changing):
    corpus.record_evaluation(changing.corpus, "date: [")
    app = page()
    assert "The recorded figures cannot be read: `sibkb check` says why." in words(app)
    assert "Other languages." in words(app)


def test_files_are_named_where_no_repository_is_and_linked_where_one_is(afresh, monkeypatch):
    shown = words(page())
    for path in ("CONTRIBUTING.md", "docs/corpus-format.md", "corpus/LICENSE.md"):
        assert f'<span class="kb-path">{path}</span>' in shown
    assert 'target="_blank"' not in shown
    monkeypatch.setenv("SIBKB_REPOSITORY", 'https://code.example/us"><b>')
    streamlit.cache_resource.clear()
    shown = words(page())
    assert (
        'href="https://code.example/us&quot;&gt;&lt;b&gt;/blob/main/CONTRIBUTING.md" target="_blank" rel="noopener"'
        in shown
    )
    assert '"><b>/' not in shown


def test_the_files_it_points_to_are_there_and_the_terms_are_those_of_the_licence(settled):
    shown = words(page())
    for path in re.findall(r'<span class="kb-path">([^<]+)</span>', shown):
        assert (ROOT / path).is_file(), path
    licence = " ".join((ROOT / "corpus" / "LICENSE.md").read_text(encoding="utf-8").split())
    for words_of_the_terms in (
        "Emma Tomkinson",
        "9 December 2013",
        "permission",
        "MIT licence",
        "Contains public sector information licensed under the",
        "Open Government Licence v3.0",
        "Government Outcomes Lab, Blavatnik School of Government, University of Oxford",
        "ordinary copyright",
    ):
        assert words_of_the_terms in told(shown)
        assert words_of_the_terms in licence


# Values -> HTML


def test_every_split_and_mode_has_a_name_for_readers():
    assert set(figures.QUESTIONS) == set(SPLITS)
    assert set(cards.SEARCHES) == set(MODES)
    assert figures.ASIDE in SPLITS


def test_a_change_of_what_is_searched_is_told():
    shown = told(figures.answers(measured(), "later", 48, 2287))
    assert "changed since: then 16 documents with 783 passages, now 48 documents with 2,287 passages" in shown


def test_questions_without_an_answer_are_told():
    shown = told(figures.answers(measured(), "now", 16, 783))
    assert "Another 6 were judged to have no answer here: for 3 search said so, for 3 it showed passages" in shown
    assert "Of all 18 questions without one, 9 were shown passages" in told(figures.weaknesses(measured()))


def test_weaknesses_are_told_without_figures_too():
    assert "Short abstract terms" in figures.weaknesses(None)


BUILT = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
GOOD = Files(total=16, left_out=0, last_good=0)


@pytest.mark.parametrize(
    ("later", "when"),
    [
        (timedelta(0), "built today at 14:05 (UTC)."),
        (timedelta(hours=10), "built yesterday, 24 November 2026, at 14:05 (UTC)."),
        (timedelta(days=30), "built 30 days ago, on 24 November 2026, at 14:05 (UTC)."),
        (timedelta(days=-1), "built today at 14:05 (UTC)."),
    ],
)
def test_when_it_was_built_in_words(later, when):
    assert when in told(figures.fresh(BUILT, BUILT + later, False, GOOD))


def test_several_broken_files():
    shown = told(figures.fresh(BUILT, BUILT, True, Files(total=9, left_out=2, last_good=3)))
    assert "2 files have problems and are left out. 3 files have problems: their last good version is shown." in shown


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_is_never_all_or_nothing_by_rounding(part, more):
    shown = figures.share(part, part + more)
    assert (shown == "0%") == (part == 0 and more > 0)
    assert (shown == "100%") == (part > 0 and more == 0)
    assert (shown == "—") == (part + more == 0)


def test_many_countries_share_a_line():
    codes = ["GB", "GB", "US", "US", *"AR AT AU BE BR CA CH CL CO DE DK".split()]  # noqa: SIM905
    html = figures.holdings(audit([tiny.document(f"d{i}", countries=(code,)) for i, code in enumerate(codes)], ()))
    assert '<a href="browse?country=GB">United Kingdom</a></th><td>2</td>' in html
    assert "13 countries" in html
    assert "One document each: Argentina, Australia, Austria, Belgium," in told(html)


def test_few_countries_have_a_row_each():
    html = figures.holdings(audit([tiny.document("a"), tiny.document("b", countries=("US", "ZZ"))], ()))
    assert "One document each" not in html
    assert "A document can be about several countries." in html
    assert "ZZ" in html


def test_an_empty_corpus_is_told_as_empty():
    empty = audit((), ())
    assert "0 documents" in figures.holdings(empty)
    assert "Nobody is quoted." in figures.is_and_is_not(empty, ())
    assert "—" in figures.reading(empty)


def test_text_of_the_corpus_is_escaped():
    quoting = tiny.document(
        "d", title="<b>Fictional</b>", sources=(Source(id="s", title="t", publisher="p", read="part"),)
    )
    quote = tiny.passage("d.q", "fictional", kind="quote", source_ids=("s",))
    html = figures.is_and_is_not(audit([quoting], [quote]), [quoting])
    assert "&lt;b&gt;Fictional&lt;/b&gt;" in html
