"""The Glossary page without a browser: which terms it shows, what each tells, and where its links lead."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from test_app import visited, words

from sibkb import glossary, kb
from sibkb.model import Query
from sibkb.ui import links, terms

ODD = glossary.read(
    "glossary.yaml",
    """
- term: "a <b> & c"
  meaning: "$5 :red[x] <script>alert(1)</script> & more."
  also: ["d \\"e\\" <i>"]
  abbreviations: ["X&Y"]
  see: [last]
- {term: last, meaning: It is the last.}
- {term: 3SC, meaning: A fictional company.}
""",
)


def page(**params: str):
    """The Glossary page at that address."""
    return visited(links.GLOSSARY, **params)


def shown(app) -> list[str]:
    """The terms on the page, in their order."""
    return [unescape(term) for term in re.findall(r"<dt>(?:<span[^>]*>[^<]*</span>)?<b>(.*?)</b>", words(app))]


def entry(app, term: str) -> str:
    """What the page tells of a term."""
    return re.search(rf'<div id="t-{term}".*?</div>', words(app))[0]


def test_all_terms_stand_under_their_letters(settled):
    app = page()
    assert not app.exception
    every = [each.term for each in kb.open_kb(settled).glossary().entries]
    assert shown(app) == every
    letters = re.findall('<h2 id="letter-[^"]+">(.)</h2>', words(app))
    assert letters == sorted({term[0].upper() for term in every})
    assert re.findall('<li><a href="#letter-[^"]+" aria-label="Terms with .">(.)</a></li>', words(app)) == letters


def test_a_term_tells_its_names_its_kin_and_its_passages(settled):
    told = entry(page(), "special-purpose-vehicle")
    assert '<abbr class="kb-short">SPV</abbr>' in told
    assert 'aria-label="Link to special purpose vehicle">Link</a>' in told
    assert "Also called: special purpose company, special purpose entity" in told
    assert '<a href="glossary?term=novation">novation</a>' in told


def test_the_passages_of_a_name_are_as_many_as_its_search_finds(settled):
    base = kb.open_kb(settled)
    ways = re.findall(r'<a href="\./\?(q=[^"]*)">(\d+) passages?</a>', words(page()))
    assert len(ways) > 50
    for way, count in ways:
        (question,) = parse_qs(unescape(way))["q"]
        assert question.startswith('"')
        assert base.search(Query(text=question, limit=1)).total == int(count), question


def test_a_term_that_no_passage_has_leads_to_what_comes_near(settled):
    told = entry(page(), "novation")
    assert "No passage has these words." in told
    assert '<a href="./?q=novation">What comes near it</a>' in told


@pytest.mark.parametrize(
    ("q", "term"),
    [
        ("SPV", "special purpose vehicle"),
        ("losses inside", "special purpose vehicle"),
        ("PRICE li", "rate card"),
    ],
)
def test_the_find_box_finds_by_any_name_and_by_the_meaning(settled, q, term):
    app = page(q=q)
    assert app.text_input[0].value == q
    assert term in shown(app)
    assert len(shown(app)) < 5


def test_typing_writes_the_address_and_leaves_the_term(settled):
    app = page(term="spv")
    app.text_input[0].set_value("cohort").run()
    assert dict(app.query_params) == {"q": "cohort"}
    app.text_input[0].set_value(" ").run()
    assert dict(app.query_params) == {}


def test_what_is_not_found_has_a_way_back(settled):
    app = page(q="<b>zebra")
    assert shown(app) == []
    assert "No term here has “&lt;b&gt;zebra”." in words(app)
    next(each for each in app.main.button if each.label == "All terms").click().run()
    assert dict(app.query_params) == {}
    assert len(shown(app)) > 50


@pytest.mark.parametrize("term", ["spv", "SPV", "special-purpose-vehicle", "special purpose company"])
def test_a_term_that_was_asked_for_is_marked_and_brought_into_view(settled, term):
    app = page(term=term)
    told = entry(app, "special-purpose-vehicle")
    assert 'class="kb-entry kb-here" tabindex=-1' in told
    assert "You came for this" in told
    assert words(app).count("You came for this") == 1
    assert 'getElementById("t-special-purpose-vehicle")' in words(app)


@pytest.mark.parametrize("term", ["<script>", "nothing", "—"])
def test_a_term_that_is_not_there_is_said(settled, term):
    app = page(term=term)
    assert not app.exception
    assert f"There is no term “{term}” here." in unescape(words(app))
    assert "You came for this" not in words(app)
    assert len(shown(app)) > 50


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {term: melon, meaning: A fruit.}\n- x\n", "Some terms cannot be read: `sibkb check` says why."),
        ("- x\n", "There is no term here yet."),
        ("[]", "There is no term here yet."),
    ],
)
def test_a_glossary_with_something_wrong_shows_the_rest(afresh, tmp_path, monkeypatch, text, told):
    monkeypatch.setenv("SIBKB_CORPUS", str(tmp_path))
    (tmp_path / "glossary.yaml").write_text(text, encoding="utf-8")
    app = page()
    assert not app.exception
    assert told in words(app)
    assert shown(app) == re.findall("term: (.*?),", text)


def test_every_word_is_escaped():
    (first, second, third) = ODD.entries
    assert ODD.problems == ()
    html = terms.listed(ODD.entries, {'d "e" <i>': 2, "X&Y": 1}, third)
    assert "<script>" not in html
    assert "<i>" not in html
    assert "$5 :red[x] &lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in html
    assert "Also called: d &quot;e&quot; &lt;i&gt;" in html
    way = re.search(r'<a href="([^"]*)">2 passages</a> with d &quot;e&quot; &lt;i&gt;', html)[1]
    assert parse_qs(urlsplit(unescape(way)).query) == {"q": ['"d "e" <i>"']}
    assert [terms.letter(each) for each in (first, second, third)] == ["#", "A", "L"]
    assert '<h2 id="letter-other">#</h2>' in html
