"""The Document page without a browser: what it tells, in which order, and what it says where there is nothing."""

import re
from html import unescape

import pytest
from test_app import visited, words

from sibkb import glossary, kb
from sibkb.exporting.html import anchor
from sibkb.model import Document, Entry, Party, Passage, Source
from sibkb.ui import links, reading
from sibkb.ui.reading import Reader
from sibkb.ui.terms import Explainer


def page(**params: str):
    """The Document page at that address."""
    return visited(links.DOCUMENT, **params)


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.usefixtures("settled")
def test_a_case_is_told_from_its_facts_to_its_sources():
    app = page(id="peterborough-one-service")
    assert not app.exception
    assert app.title[0].value == "Peterborough \\(The One Service\\)\\, the first social impact bond"
    headings = [each.value for each in app.header]
    assert headings[0] == "At a glance"
    assert headings[-2:] == ["Dates", "Sources"]
    assert {"Lessons", "Perspectives", "Disputes and limits"} < set(headings)
    shown = text(words(app))
    assert "Investment: GBP 5,000,000" in shown
    assert "Disputed: The Peterborough result rests on a matched comparison" in shown
    assert "The source says so" in shown
    assert "Our summary of what they said" in shown
    assert "read in part" in shown.lower()


@pytest.mark.usefixtures("settled")
def test_the_reader_arrives_at_the_passage_with_the_words_marked():
    app = page(id="interview-roles-in-government", passage="square-peg", q="a square peg")
    shown = words(app)
    here = re.findall(r'<section id="p-square-peg" class="[^"]*kb-here".*?</section>', shown)
    assert len(here) == 1
    assert "You came for this" in here[0]
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", here[0]) == ["square", "peg"]
    assert 'getElementById("p-square-peg")' in shown
    assert shown.count('kb-here"') == 1


def test_a_broken_file_is_told_beside_its_last_good_version(copy, afresh, monkeypatch):
    monkeypatch.setenv("SIBKB_CORPUS", str(copy.corpus))
    monkeypatch.setenv("SIBKB_INDEXES", str(copy.indexes))
    told = "this is the last good version. `sibkb check` says what is wrong."
    assert told not in words(page(id="newpin-nsw"))
    broken = copy.corpus / "cases" / "newpin-nsw.md"
    broken.write_text(broken.read_text(encoding="utf-8") + "\n## Lessons\n\n# Twice\n", encoding="utf-8")
    kb.build(copy)
    assert f"Its file has 2 problems: {told}" in words(page(id="newpin-nsw"))


def test_what_was_withdrawn_is_said_with_day_and_reason(copy, afresh, monkeypatch):
    monkeypatch.setenv("SIBKB_CORPUS", str(copy.corpus))
    monkeypatch.setenv("SIBKB_INDEXES", str(copy.indexes))
    (copy.corpus / "withdrawn.yaml").write_text(
        "- {id: harbour, date: 2026-11-24, reason: <b>Asked for</b>.}\n"
        "- {id: rikers-island-able.one, date: 2025-01-02, reason: The speaker no longer agrees}\n",
        encoding="utf-8",
    )
    whole = page(id="harbour", passage="two")
    assert whole.title[0].value == "This case was withdrawn"
    assert "It was withdrawn on 24 November 2026: &lt;b&gt;Asked for&lt;/b&gt;." in words(whole)
    assert (
        "The passage you came for was withdrawn on 2 January 2025: The speaker no longer agrees. This is the whole"
        in (words(page(id="rikers-island-able", passage="one")))
    )


@pytest.mark.usefixtures("settled")
def test_a_passage_that_is_gone_is_said():
    shown = words(page(id="rikers-island-able", passage="nothing-like-that"))
    assert "The passage you came for is not here any more" in shown
    assert 'kb-here"' not in shown


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("peterboro-one-service", "did you mean `peterborough-one-service`?"),
        ("", "The address names no case"),
        ("<script>", "there is no document `&lt;script&gt;`"),
    ],
)
def test_an_unknown_case_has_a_way_on(id, told):
    app = page(id=id)
    assert not app.exception
    assert told in words(app)
    assert [each.label for each in app.get("page_link")] == ["Browse all cases", "Ask a question"]


@pytest.mark.usefixtures("settled")
def test_a_programme_and_its_projects_lead_to_each_other():
    programme, project = page(id="dwp-innovation-fund"), page(id="dwp-if-thinkforward")
    assert "Its projects" in [each.value for each in programme.subheader]
    assert len(programme.get("page_link")) >= 10
    assert "Part of" in [each.value for each in project.subheader]
    assert "DWP Youth Unemployment Innovation Fund" in [each.label for each in project.get("page_link")]


@pytest.mark.usefixtures("settled")
def test_an_interview_says_who_agreed_to_what():
    shown = words(page(id="interview-roles-in-government"))
    assert (
        '<th scope="row">Consent</th><td><span>Emma Tomkinson, author of the post, 9 December 2013: Published' in shown
    )
    assert '<th scope="row">Consent</th>' not in words(page(id="rikers-island-able"))


@pytest.mark.usefixtures("settled")
def test_a_term_is_explained_once_and_never_inside_a_quotation():
    shown = words(page(id="dwp-innovation-fund", passage="summary", q="investors price"))
    terms = re.findall(r'<a class="kb-term" href="glossary\?term=([^"]+)" data-meaning="([^"]+)">', shown)
    assert len(terms) > 5
    assert len(dict(terms)) == len(terms)
    assert "rate-card" in dict(terms)
    assert '>social <mark class="kb-word">investors</mark></a>' in shown
    for id in ("interview-roles-in-government", "rikers-island-able"):
        shown = words(page(id=id))
        assert 'class="kb-term"' in shown
        assert all("kb-term" not in quote for quote in re.findall(r"<blockquote.*?</blockquote>", shown))


def test_terms_and_marks_keep_every_word():
    terms = glossary.read("g", "- {term: price <list>, meaning: 'a \"b\" & <i>', abbreviations: [SPV]}\n")
    explain = Explainer(terms)
    text = "The <b>SPV</b>’s price list, SPV & price <list>"
    html = explain(text, [(7, 10), (17, 22), (23, 27)])
    assert html == (
        'The &lt;b&gt;<a class="kb-term" href="glossary?term=price-list" '
        'data-meaning="a &quot;b&quot; &amp; &lt;i&gt;"><mark class="kb-word">SPV</mark></a>&lt;/b&gt;’s '
        '<mark class="kb-word">price</mark> <mark class="kb-word">list</mark>, SPV &amp; price &lt;list&gt;'
    )
    assert unescape(re.sub("<[^>]+>", "", html)) == text
    assert explain("SPV") == "SPV"  # explained already
    inside = Explainer(terms)("a price list", [(2, 7)])
    assert inside.endswith('"><mark class="kb-word">price</mark> list</a>')


def test_without_a_glossary_nothing_is_explained():
    assert Explainer(glossary.Glossary())("An SPV & more", [(3, 6)]) == (
        'An <mark class="kb-word">SPV</mark> &amp; more'
    )


@pytest.mark.usefixtures("settled")
def test_similar_cases_are_told_with_the_reason_and_a_way_to_compare():
    app = page(id="denver-supportive-housing")
    assert "Similar cases" in [each.value for each in app.header]
    shown = unescape(words(app))
    assert '<a href="#similar">Similar cases</a>' in shown
    assert "Both: homelessness; United States; Corporation for Supportive Housing (intermediary here, investor" in shown
    assert 'href="compare?id=denver-supportive-housing&id=santa-clara-project-welcome-home"' in shown
    assert "Here When need exceeds supply, a lottery is fair" in text(shown)
    assert "There A lottery is an ethical way to share scarce homes" in text(shown)
    (way,) = [each for each in app.get("page_link") if each.label == "Compare with …"]
    assert way.proto.query_string == "id=denver-supportive-housing"


@pytest.mark.usefixtures("settled")
def test_what_others_say_is_shown_where_it_is_asked_for():
    closed, app = page(id="denver-supportive-housing"), page(id="denver-supportive-housing", similar="fair-lottery")
    way = 'href="document?id=denver-supportive-housing&amp;similar=fair-lottery" '
    assert f'{way}data-stay="alike-denver-supportive-housing.fair-lottery" aria-expanded="false"' in words(closed)
    assert "Others who learned something like this (1)" in words(closed)
    assert "A lottery is an ethical way to share scarce homes" not in words(closed).partition("kb-of-lesson")[2]
    (section,) = re.findall(r'<section id="p-fair-lottery".*?</section>', words(app))
    assert "Hide what others learned" in section
    assert "Lesson. A lottery is an ethical way to share scarce homes and also lets you evaluate." in text(section)
    assert 'href="document?id=santa-clara-project-welcome-home&amp;passage=fair-lottery"' in section
    assert 'getElementById("p-fair-lottery")' in words(app)


@pytest.mark.usefixtures("settled")
def test_where_nobody_says_so_that_is_said_with_a_way_on():
    interview = "interview-roles-in-government"
    shown, gone = words(page(id=interview, similar="own-job")), words(page(id=interview, similar="gone"))
    assert "Nothing in another case comes close to it." in shown
    assert '<a href="./?theme=roles-and-resourcing">More on roles and resourcing</a>' in shown
    assert "The passage you came for is not here any more" in gone


def test_every_document_is_told_whole(base):
    """No passage, party, entry or source of any document is left out of its page."""
    for document in base.engine.documents.values():
        passages = base.engine.passages(document.passage_ids)
        parts = reading.sections(document, passages, Reader())
        html = reading.summary(document, passages, Reader()) + "".join(part.html for part in parts)
        missing = [each.id for each in passages if f'id="{anchor(each)}"' not in html]
        assert missing == []
        assert html.count('<li id="s-') == len(document.sources)
        told = text(html)
        for each in (*(p.name for p in document.parties), *(e.what for e in document.entries)):
            assert " ".join(each.split()) in told


def test_text_is_shown_as_it_is_written():
    odd = "pay $5 :red[x] <b>bold</b> & “so”"
    source = Source(id="s", title=odd, publisher=odd, read="part", url="javascript:alert(1)", note=odd)
    passages = (
        Passage(id="d.a", document_id="d", kind="summary", text=odd, lines=(1, 1), source_ids=("s",)),
        Passage(id="d.f", document_id="d", kind="fact", text=odd, lines=(1, 1)),
        Passage(id="d.g", document_id="d", kind="fact", text=odd, lines=(1, 1)),
        Passage(id="d.q", document_id="d", kind="quote", text=odd, lines=(2, 3), speaker=odd, context=odd),
        Passage(id="d.p", document_id="d", kind="perspective", text=odd, lines=(2, 3), speaker=odd),
        Passage(id="d.t", document_id="d", kind="dispute", text=odd, lines=(2, 3), touches=("money",)),
    )
    document = Document(
        id="d", kind="case", title=odd, path="cases/d.md", digest="", countries=("GB",), sector="other", summary=odd,
        sources=(source,), parties=(Party(role="investors", name=odd, note=odd),),
        entries=(Entry(field="money", what=odd, figure=odd, note=odd),), passage_ids=tuple(p.id for p in passages),
    )  # fmt: skip
    html = reading.summary(document, passages, Reader()) + "".join(
        part.html for part in reading.sections(document, passages, Reader(passage="q", marks=((0, 3),)))
    )
    assert "<b>bold" not in html
    assert "javascript:" not in html
    assert html.count("&lt;b&gt;bold&lt;/b&gt;") >= 12
    assert "“<mark" in html  # our marks stand around a quotation
    assert "“pay" not in re.sub(r"<blockquote.*?</blockquote>", "", html)  # and around nothing else


def test_what_is_not_recorded_is_said():
    document = Document(
        id="d", kind="case", title="D", path="cases/d.md", digest="", countries=("GB",), sector="other", summary="",
        sources=(),
    )  # fmt: skip
    shown = text("".join(part.html for part in reading.sections(document, (), Reader())))
    for label in ("Who invested", "Money", "People served", "Results", "How far it got"):
        assert f"{label} not recorded" in shown
    assert "Began: not recorded; Ended: not recorded" in shown


@pytest.mark.parametrize("label", ["plain", "A. Case - (x)", "$1 :red[x] *y* _z_ `q` <b> [l](m) # ~ | \\ >= -> --"])
def test_a_label_reads_as_it_is_written(label):
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", links.plain(label)) == label
    assert not re.search(r"(?<!\\)[$:\[\]*_`<>#~|]", links.plain(label))
