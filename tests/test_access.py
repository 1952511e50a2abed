"""Who is who by their claims, and what each may see: tried on every page, with what each may not see looked for."""

import ast
import re

import pytest
from released import ACCESS, WORDS, write
from streamlit.testing.v1 import AppTest
from test_app import APP, words

from sibkb import kb
from sibkb.access import Access, People
from sibkb.settings import Settings
from sibkb.ui import links
from tests.conftest import ROOT

ED, REA, STRANGER = "ed@example.org", "rea@example.org", "eve@elsewhere.org"
LIST = Access(
    editors=People(emails=frozenset({ED}), groups=frozenset({"sib-editors"})),
    readers=People(domains=frozenset({"example.org"})),
    group_claim="roles",
)
SEEN = {
    "anybody": ({}, {"public"}),
    "reader": ({"is_logged_in": True, "email": REA, "email_verified": True}, {"public"}),
    "editor": ({"is_logged_in": True, "email": ED, "email_verified": True}, set(WORDS)),
    "stranger": ({"is_logged_in": True, "email": STRANGER}, {"public"}),
    "unverified": ({"is_logged_in": True, "email": ED, "email_verified": False}, {"public"}),
    "not signed in": ({"is_logged_in": False, "email": ED}, {"public"}),
}
"""Who -> what is known of them, and the releases that they see."""
PAGES = [
    (links.SEARCH, {}),
    *[(links.SEARCH, {"q": word, "mode": "words"}) for word in WORDS.values()],
    (links.SEARCH, {"q": "who was asked early", "mode": "meaning"}),
    (links.SEARCH, {"theme": "legal-and-contracting"}),
    *[(links.BROWSE, {"view": view}) for view in ("cards", "table", "timeline")],
    (links.COMPARE, {"id": ["public", "workshop", "internal"]}),
    (links.LESSONS, {}),
    (links.LESSONS, {"theme": "legal-and-contracting"}),
    (links.VOICES, {}),
    (links.VOICES, {"kind": "perspective"}),
    (links.COVERAGE, {}),
    (links.GLOSSARY, {}),
    (links.ABOUT, {}),
    (links.ADD, {}),
    *[(links.DOCUMENT, {"id": release}) for release in WORDS],
]


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": ED}, "editor"),
        ({"email": " ED@Example.org "}, "editor"),
        ({"email": ED, "email_verified": "true"}, "editor"),
        ({"email": ED, "email_verified": False}, None),
        ({"email": ED, "email_verified": "false"}, None),
        ({"email": ED, "email_verified": None}, None),
        ({"email": REA, "email_verified": True}, "reader"),
        ({"email": "rea@sub.example.org"}, None),
        ({"email": "rea@example.org.evil.org"}, None),
        ({"email": "@example.org"}, None),
        ({"email": "example.org"}, None),
        ({"email": [ED]}, None),
        ({"roles": ["x", "sib-editors"]}, "editor"),
        ({"roles": "sib-editors"}, "editor"),
        ({"roles": ["sib"], "groups": ["sib-editors"]}, None),
        ({"roles": {"sib-editors": True}}, None),
        ({}, None),
    ],
)
def test_the_role_of_somebody(claims, role):
    assert LIST.role(claims) == role


def test_a_list_of_nobody_knows_nobody():
    assert Access().role({"email": "", "groups": [""]}) is None
    assert Access().role({"email": ED, "groups": ["x"]}) is None


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Settings:
    """The made-up corpus, its index, and who may see what of it."""
    folder = tmp_path_factory.mktemp("released")
    given = Settings(corpus=folder / "corpus", indexes=folder / "indexes", file=folder / "sibkb.toml")
    write(given.corpus)
    (folder / "sibkb.toml").write_text(f'corpus = "corpus"\nindexes = "indexes"\n{ACCESS}', encoding="utf-8")
    kb.build(given)
    return given


@pytest.fixture
def listed(afresh, released, monkeypatch) -> Settings:
    """An app over it."""
    for name in ("SIBKB_CORPUS", "SIBKB_INDEXES"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIBKB_SETTINGS", str(released.file))
    monkeypatch.setenv("SIBKB_EDIT", "1")  # does nothing where people sign in
    return released


def page(where: str, params: dict, who: dict) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.user = dict(who)
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page(where).run()
    assert not app.exception
    return app


def all_of(app: AppTest) -> str:
    """Everything that was sent to the browser."""
    return "\n".join(str(node.proto) for node in app._tree if getattr(node, "proto", None))


def test_every_page_shows_each_role_what_it_may_see_and_nothing_else(listed):
    """In one process, an editor first: what is kept for one reader is not shown to another."""
    found: dict[str, set[str]] = {}
    for who in ("editor", "anybody", "reader", "stranger", "unverified", "not signed in", "editor"):
        claims, seen = SEEN[who]
        found[who] = set()
        for where, params in PAGES:
            shown = all_of(page(where, params, claims))
            asked = {WORDS[r] for r in WORDS if WORDS[r] in params.get("q", "")}
            for release, word in WORDS.items():
                shows = bool(re.search(rf"{word} (bond|lesson|provider|worker|report)", shown))
                assert release in seen or not shows, (who, where, params, release)
                assert release in seen or word in asked or word not in shown, (who, where, params, release)
                found[who] |= {release} if shows else set()
        assert found[who] == seen


@pytest.mark.parametrize(
    ("who", "total", "counts"),
    [
        ("anybody", "1 passage", {"Health": "1"}),
        ("reader", "1 passage", {"Health": "1"}),
        ("editor", "5 passages", {"Health": "3", "Education": "1", "Homelessness": "1"}),
    ],
)
def test_the_counts_beside_filters_are_of_what_the_role_sees(listed, who, total, counts):
    app = page(links.SEARCH, {"theme": "legal-and-contracting"}, SEEN[who][0])
    assert app.header[0].value == total
    sectors = next(each for each in app.pills if each.label == "Sector")
    assert dict(re.findall(r"(\w+) \\*\((\d+)", " ".join(sectors.options))) == counts


def test_adding_is_for_editors(listed):
    for who, (claims, _) in SEEN.items():
        app = page(links.ADD, {}, claims)
        assert bool(app.file_uploader) is (who == "editor"), who
        assert ("Adding is for editors: sign in" in words(app)) is (who != "editor")


def test_the_page_says_who_is_there(listed):
    assert "ed@example.org: editor" in words(page(links.ABOUT, {}, SEEN["editor"][0]))
    told = words(page(links.ABOUT, {}, SEEN["stranger"][0]))
    assert "eve@elsewhere.org is not on the list, or the address is not verified: you see what everyone sees." in told
    assert "Nobody can sign in yet" in words(page(links.ABOUT, {}, {}))


def test_a_closed_one_shows_nothing_to_those_who_are_not_on_the_list(listed, tmp_path, monkeypatch):
    import streamlit as st

    closed = tmp_path / "closed.toml"
    text = listed.file.read_text(encoding="utf-8").replace("[access]\n", "[access]\nopen = false\n")
    text = text.replace('"corpus"', f'"{listed.corpus}"').replace('"indexes"', f'"{listed.indexes}"')
    closed.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SIBKB_SETTINGS", str(closed))
    st.cache_resource.clear()
    for who, (claims, _) in SEEN.items():
        app = page(links.BROWSE, {}, claims)
        inside = who in ("reader", "editor")
        assert [each.value for each in app.title] == (["Browse"] if inside else ["Sign in to read this"])
        assert ("zebra" in all_of(app)) is inside


def test_what_pages_keep_is_kept_by_what_may_be_seen():
    """A function that keeps what it works out of the knowledge base is told the ceiling, which it is kept by."""
    kept = [
        node
        for path in sorted((ROOT / "sibkb/ui").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and any("cache_" in ast.unparse(each) for each in node.decorator_list)
    ]
    of_the_base = [node for node in kept if "_base" in {each.arg for each in node.args.args}]
    assert len(of_the_base) >= 4
    for node in of_the_base:
        assert {"generation", "ceiling"} <= {each.arg for each in node.args.args}, node.name
