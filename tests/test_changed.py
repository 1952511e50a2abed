"""A link whose words were changed since: said on the page, with both versions where they can be told."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from test_app import visited, words

from sibkb import corpus, kb
from sibkb.corpus import Edit, Keeping
from sibkb.errors import QueryError
from sibkb.model import Passage
from sibkb.settings import Settings
from sibkb.ui import changed, links
from sibkb.words import fingerprint
from tests.test_generations import Counting, write
from tests.test_history import _nobodys_git, run  # noqa: F401  used by name
from tests.tiny import document

pytestmark = pytest.mark.usefixtures("_nobodys_git")
THEN = "It began slowly, and it ended well for everybody <b>there</b>."
NOW = "It began slowly, and it ended badly for everybody <b>there</b>."


@pytest.fixture
def house(tmp_path, monkeypatch) -> Settings:
    """A corpus of one case in git, whose two passages were then reworded, and the tiny encoder."""
    monkeypatch.setattr(kb, "open_encoder", lambda model: Counting(model or "tiny-1"))
    write(tmp_path / "corpus", "apple", f"{THEN} {{#named}}\n\nThe second one. {THEN}")
    run(tmp_path, "init", "-q")
    run(tmp_path, "config", "user.name", "Ann")
    run(tmp_path, "config", "user.email", "ann@example.org")
    run(tmp_path, "add", ".")
    run(tmp_path, "commit", "-q", "-m", "Begin")
    reword(tmp_path / "corpus")
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


def reword(folder: Path, before: str = THEN, after: str = NOW) -> None:
    path = folder / "cases/apple.md"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def asked(house: Settings, name: str = "named", version: str = fingerprint(THEN)) -> tuple[str | None, str]:
    kb.build(house)
    base = kb.open_kb(house)
    then, why = base.reworded(base.document("apple"), name, version)
    return then.text if then else None, why


def test_the_words_of_then_are_found_in_git_by_their_fingerprint(house):
    assert asked(house) == (THEN, "")
    assert asked(house, version="00000000") == (None, "")
    second = f"The second one. {THEN}"
    assert asked(house, f"section-{fingerprint(second)}", fingerprint(second)) == (second, "")


def test_the_words_of_then_are_found_in_copies_too(house):
    shutil.rmtree(house.corpus.parent / ".git")
    assert asked(house) == (None, "")
    path = house.corpus / "cases/apple.md"
    before, after = path.read_bytes(), path.read_bytes().replace(b"badly", b"quietly")
    corpus.writing.change(house.corpus, [Edit(path="cases/apple.md", before=before, after=after)], "Reword", Keeping())
    assert asked(house, version=fingerprint(NOW)) == (NOW, "")


def test_a_machine_without_git_says_so(house, monkeypatch, tmp_path):
    kb.build(house)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert asked(house) == (None, "git is not installed here — install it, or do without its history")


@pytest.mark.parametrize("stricter", ["{#named release=internal}", "{#named}\n\nA secret. {release=workshop}"])
def test_what_was_made_less_open_does_not_come_back(house, stricter):
    """Not by its own id, and not from a file that now holds anything the reader may not see."""
    reword(house.corpus, "{#named}", stricter)
    assert asked(house) == (None, "")


def test_what_was_less_open_then_stays_so(house):
    reword(house.corpus, "stage:", "release: internal\nstage:")
    run(house.corpus, "commit", "-q", "-a", "-m", "Internal")
    reword(house.corpus, "release: internal\n", "")
    reword(house.corpus, "badly", "quietly")
    assert asked(house, version=fingerprint(NOW)) == (None, "")


def test_a_name_made_of_words_says_that_it_changes_with_them(house):
    kb.build(house)
    with pytest.raises(QueryError) as caught:
        kb.open_kb(house).passage("apple.section-00000000")
    assert str(caught.value) == (
        "there is no passage `apple.section-00000000` any more, or not in these words — `sibkb show apple` has all"
    )


def passage(id: str, text: str, kind: str = "lesson") -> Passage:
    return Passage(id=f"apple.{id}", document_id="apple", kind=kind, text=text, lines=(1, 1))


APPLE = document("apple")


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"</?(p|b|dl|dt|dd|div|a)\b[^>]*>", " ", html))).strip()


def test_both_versions_word_by_word_and_escaped():
    html = changed.here(passage("one", THEN), "", passage("one", NOW))
    assert "<b>there" not in html
    assert text(html) == (
        "The words of this passage were changed since this link was made. Then, with what is gone struck out: "
        "It began slowly, and it ended <del>well</del> for everybody there . Now, with what is new underlined: "
        "It began slowly, and it ended <ins>badly</ins> for everybody there ."
    ).replace("there .", "<b>there</b>.")


@pytest.mark.parametrize(
    ("why", "said"),
    [("", "What it said then is not kept here."),
     ("git is not installed here — install it", "What it said then is not kept here: git is not installed here.")],
)  # fmt: skip
def test_without_the_words_of_then_it_is_said(why, said):
    assert text(changed.here(None, why, passage("one", NOW))).endswith(said)


def test_what_a_passage_became():
    then = passage("lesson-00000000", THEN)
    others = [passage("a", "Something else."), passage("b", NOW), passage("c", THEN, "quote")]
    assert changed.nearest(then, others) == others[1]
    assert changed.nearest(then, [others[0], others[2]]) is None
    html = changed.gone(APPLE, "lesson-00000000", then, others[1], others[0])
    assert text(html).startswith("The words of the passage you came for were changed since this link was made. Then,")
    assert 'href="document?id=apple&amp;passage=b"' in html
    assert text(changed.gone(APPLE, "lesson-00000000", None, None, others[0])) == (
        "The passage you came for is not here any more, or not in these words. "
        "This is the whole document; the first lesson may be a way on."
    )
    assert text(changed.gone(APPLE, "own-name", None, None, None)) == (
        "The passage you came for is not here any more. This is the whole document."
    )


def test_words_that_were_taken_out_are_not_shown_again():
    """What it was then may be told only beside what it became."""
    assert "slowly" not in changed.gone(APPLE, "lesson-00000000", passage("lesson-00000000", THEN), None, None)


QUOTE = "interview-roles-in-government"


@pytest.mark.usefixtures("settled")
def test_a_lasting_link_knows_the_words_and_says_nothing_while_they_are_the_same(base):
    here = base.passage(f"{QUOTE}.own-job")
    link = links.lasting(base.document(QUOTE), here)
    assert link == f"document?id={QUOTE}&passage=own-job&v={fingerprint(here.text)}"
    page = words(visited(links.DOCUMENT, id=QUOTE, passage="own-job", v=fingerprint(here.text)))
    assert "changed since" not in page
    assert link.replace("&", "&amp;") in page


@pytest.mark.usefixtures("settled")
def test_the_page_says_that_the_words_were_changed():
    page = words(visited(links.DOCUMENT, id=QUOTE, passage="own-job", v="00000000"))
    assert "The words of this passage were changed since this link was made." in page
    assert "What it said then is not kept here." in page
    assert 'kb-here"' in page
    gone = words(visited(links.DOCUMENT, id=QUOTE, passage="quote-00000000"))
    assert "The passage you came for is not here any more, or not in these words." in gone


def test_the_page_shows_both_versions(copy, afresh, monkeypatch):
    path = copy.corpus / "cases/newpin-nsw.md"
    old = path.read_bytes()
    passage = next(each for each in corpus.read(copy.corpus).passages
                   if each.kind == "lesson" and each.document_id == "newpin-nsw")  # fmt: skip
    word = passage.text.split()[0]
    lines = old.decode().splitlines(keepends=True)
    at = passage.lines[0] - 1
    lines[at] = lines[at].replace(word, "Zebras", 1)
    edit = Edit(path="cases/newpin-nsw.md", before=old, after="".join(lines).encode())
    corpus.writing.change(copy.corpus, [edit], "Reword", Keeping())
    kb.build(copy)
    monkeypatch.setenv("SIBKB_CORPUS", str(copy.corpus))
    monkeypatch.setenv("SIBKB_INDEXES", str(copy.indexes))
    name = passage.id.partition(".")[2]
    page = words(visited(links.DOCUMENT, id="newpin-nsw", passage=name, v=fingerprint(passage.text)))
    assert f"<del>{word}</del>" in page
    assert "<ins>Zebras</ins>" in page
