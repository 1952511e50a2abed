"""The keeper of the corpus folder: what counts, what is refused across files, and that adding never overwrites."""

import shutil
from pathlib import Path

import pytest

from sibkb import checking, corpus
from sibkb.errors import CorpusError
from sibkb.model import Reading
from sibkb.templates import TEMPLATES
from tests.conftest import CORPUS

CASE = """---
title: Fictional bond
kind: {kind}
countries: [GB]
sector: other
stage: complete
{more}
sources:
  - {{id: report, title: A fictional report, publisher: Nobody, url: null, read: part}}
---

A fictional case for a test. [@report]
"""


def case(kind: str = "case", more: str = "") -> str:
    return CASE.format(kind=kind, more=more)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "cases" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def messages(folder: Path) -> list[str]:
    return [str(problem) for problem in corpus.read(folder).problems]


def test_every_file_counts_but_drafts_hidden_and_notices(tmp_path):
    write(tmp_path, a=case())
    for name in ("drafts/b.md", ".git/c.md", "LICENSE.md", "README.md", "cases/.d.md", "cases/e.txt", "deep/er/f.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(case(), encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in corpus.paths(tmp_path)] == ["cases/a.md", "deep/er/f.md"]


def test_no_folder_says_what_to_do(tmp_path):
    with pytest.raises(CorpusError) as caught:
        corpus.paths(tmp_path / "none")
    assert str(caught.value) == (
        f"there is no corpus folder at {tmp_path / 'none'} — name one with --corpus or SIBKB_CORPUS"
    )


def test_one_broken_file_does_not_hide_the_others(tmp_path):
    write(tmp_path, a=case(), b=case().replace("sector: other", "sector: sea"), c="no front matter")
    reading = corpus.read(tmp_path)
    assert [document.id for document in reading.documents] == ["a"]
    assert [problem.path for problem in reading.problems] == ["cases/b.md", "cases/c.md"]
    assert dict(reading.broken) == {}  # neither says how it may be released, so no last good version may stay
    assert set(reading.files) == {"cases/a.md", "cases/b.md", "cases/c.md"}


def test_a_body_that_is_broken_still_says_its_release(tmp_path):
    write(tmp_path, a=case() + "\n## Lessons\n\n- No citation.\n", b=case())
    (path, releases), *others = corpus.read(tmp_path).broken.items()
    assert (path, releases["a"], others) == ("cases/a.md", "public", [])


RELATIONS = {
    "R001": (
        "part_of: nowhere",
        "cases/a.md:7:10 R001 there is no document `nowhere` — name a file of the corpus without .md, or remove it",
    ),
    "R002": ("follows: a", "cases/a.md:7:10 R002 `follows` names this very document — name another, or remove it"),
    "R004": ("part_of: b", "cases/a.md:7:10 R004 `b` is no programme — use follows or supported_by"),
}


@pytest.mark.parametrize("code", RELATIONS)
def test_relations(tmp_path, code):
    more, message = RELATIONS[code]
    write(tmp_path, a=case(more=more), b=case())
    assert messages(tmp_path) == [message]


def test_an_id_stands_once_in_the_whole_corpus(tmp_path):
    write(tmp_path, a=case())
    shutil.copytree(tmp_path / "cases", tmp_path / "more")
    assert messages(tmp_path) == ["more/a.md:0:0 R003 cases/a.md has the same id — rename one of the two files"]


def test_a_relation_to_a_broken_file_is_no_second_problem(tmp_path):
    write(tmp_path, a=case(more="part_of: b"), b=case("programme") + "\n# Loud\n")
    assert [problem.code for problem in corpus.read(tmp_path).problems] == ["B017"]


def test_only_the_wanted_files_are_told(tmp_path):
    write(tmp_path, a="x", b="y")
    problems = corpus.read(tmp_path).problems
    assert {p.path for p in corpus.select(problems, tmp_path, [tmp_path / "cases/a.md"])} == {"cases/a.md"}
    assert {p.path for p in corpus.select(problems, tmp_path, [tmp_path / "cases"])} == {"cases/a.md", "cases/b.md"}


def test_adding_never_overwrites_and_leaves_nothing_aside(tmp_path):
    path = corpus.add(tmp_path, "cases/a.md", "first")
    with pytest.raises(CorpusError) as caught:
        corpus.add(tmp_path, "cases/a.md", "second")
    assert str(caught.value) == f"{path} is there already — choose another id, or edit that file"
    assert path.read_text(encoding="utf-8") == "first"
    assert [each.name for each in path.parent.iterdir()] == ["a.md"]


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_passes_once_its_todos_are_filled(tmp_path, kind):
    path = f"{corpus.FOLDERS[kind]}/fictional.md"
    corpus.add(tmp_path, path, TEMPLATES[kind])
    reading = corpus.read(tmp_path)
    assert {problem.code for problem in reading.problems} == {"D006"}
    (tmp_path / path).write_text(TEMPLATES[kind].replace("TODO", "Fictional"), encoding="utf-8")
    assert messages(tmp_path) == []


def test_the_check_reads_the_judged_queries_too(tmp_path):
    write(tmp_path, a=case())
    (tmp_path / corpus.QUERIES).write_text(
        "- {id: q1, text: who, about: roles, split: tune, answers: {a.gone: 3}}", encoding="utf-8"
    )
    _, problems = checking.check(tmp_path)
    assert [problem.code for problem in problems] == ["Q004"]


def test_the_check_reads_the_recorded_figures_too(tmp_path):
    write(tmp_path, a=case())
    recorded = corpus.record_evaluation(tmp_path, "date: soon\n")
    assert recorded == tmp_path / "evaluation.yaml"
    _, problems = checking.check(tmp_path)
    assert [(problem.path, problem.code) for problem in problems] == [("evaluation.yaml", "Q007")]
    _, problems = checking.check(tmp_path, [recorded])
    assert [problem.code for problem in problems] == ["Q007"]
    _, problems = checking.check(tmp_path, [tmp_path / "cases"])
    assert problems == []


def test_the_check_reads_the_glossary_too(tmp_path):
    write(tmp_path, a=case())
    assert corpus.read_glossary(tmp_path) is None
    path = tmp_path / corpus.GLOSSARY
    path.write_text("- outcome payer\n", encoding="utf-8")
    for wanted in ((), (path,), (tmp_path,)):
        _, problems = checking.check(tmp_path, wanted)
        assert [str(problem) for problem in problems] == [
            "glossary.yaml:1:3 G002 this is no term — begin each with `- term: outcome payer`"
        ]
    assert checking.check(tmp_path, [tmp_path / "cases"])[1] == []


def test_figures_are_recorded_in_place_of_those_before_and_leave_nothing_behind(tmp_path):
    assert corpus.read_evaluation(tmp_path) is None
    for text in ("first", "second"):
        corpus.record_evaluation(tmp_path, text)
        assert corpus.read_evaluation(tmp_path) == text
    assert [path.name for path in tmp_path.iterdir()] == ["evaluation.yaml"]


def test_figures_that_cannot_be_written_say_why(tmp_path):
    with pytest.raises(CorpusError) as caught:
        corpus.record_evaluation(tmp_path / "none", "text")
    where = tmp_path / "none" / "evaluation.yaml"
    assert str(caught.value) == f"{where} cannot be written: No such file or directory — check the folder's rights"


def test_no_queries_are_no_problem_but_an_empty_file_is_no_list(tmp_path):
    assert corpus.read_queries(tmp_path) == "[]"
    (tmp_path / corpus.QUERIES).write_text("", encoding="utf-8")
    assert corpus.read_queries(tmp_path) == ""


def test_queries_that_are_not_text(tmp_path):
    (tmp_path / corpus.QUERIES).write_bytes(b"\xff")
    with pytest.raises(CorpusError) as caught:
        corpus.read_queries(tmp_path)
    assert str(caught.value) == f"{tmp_path / corpus.QUERIES} is not UTF-8 text — save it as UTF-8"


QUOTES = {
    "own-job": ("“I almost created my own job”", "worker", "worker"),
    "never-civil-servant": (
        "“I was never part of the wider set-up – I was never a civil servant within the hierarchy.”",
        "worker",
        "worker",
    ),
    "square-peg": ("“I’m a bit of a square peg in a round hole”", "worker", "worker"),
    "networker": ("“I’m a networker – I connect with people and get things done”", None, "worker"),
    "keeping-the-energy": (
        "“it was about keeping the energy going – you can’t recreate that in someone that is not interested”",
        None,
        None,
    ),
    "boss-gave-time": ("“My boss allowing me to have time to work on it was absolutely key”", None, "senior-champion"),
    "pet-project": ("“Having them state this was their pet project opened doors.”", None, "senior-champion"),
}


@pytest.fixture(scope="module")
def real() -> Reading:
    return corpus.read(CORPUS)


def test_the_real_corpus_has_no_problem():
    _, problems = checking.check(CORPUS)
    assert [str(problem) for problem in problems] == []


def test_the_seven_quotes_stand_byte_for_byte_with_their_roles(real):
    quotes = [passage for passage in real.passages if passage.kind == "quote"]
    have = {quote.id.partition(".")[2]: (quote.text, quote.speaker_role, quote.about_role) for quote in quotes}
    assert have == QUOTES
    assert {quote.id for quote in quotes if quote.status == "illustrative"} == {
        "interview-roles-in-government.networker"
    }
    text = (CORPUS / "interviews/interview-roles-in-government.md").read_text(encoding="utf-8")
    assert all(words in text for words, _, _ in QUOTES.values())
    assert {quote.speaker for quote in quotes if quote.about_role == "senior-champion"} == {None}


def test_every_passage_that_says_something_cites_a_source(real):
    silent = [p.id for p in real.passages if p.kind in ("lesson", "quote", "dispute") and not p.source_ids]
    assert silent == []
