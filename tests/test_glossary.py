"""The glossary: what is refused, what is read, where a text names a term."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibkb.glossary import CODES, Entry, Glossary, read, slug_of
from sibkb.words import analyse, sentences

HERE = Path(__file__).parent
REFUSED = sorted((HERE / "refused").glob("G*.yaml"))
CORPUS = HERE.parent / "corpus"

TEXT = """
- term: special purpose vehicle
  abbreviations: [SPV]
  also: [special purpose company]
  meaning: >-
    A company for one
    deal. It ends with it.
  see: [outcome payer]
- term: outcome payer
  meaning: Who pays for the results.
- term: Big Bond
  abbreviations: [BB, BIG]
  meaning: A fictional fund.
"""


@pytest.fixture(scope="module")
def terms() -> Glossary:
    return read("glossary.yaml", TEXT)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_refused_file_says_where_what_and_what_to_do(path: Path) -> None:
    found = read("glossary.yaml", path.read_text(encoding="utf-8"))
    told = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert [str(problem) for problem in found.problems] == told
    assert {problem.code for problem in found.problems} == {path.name.partition("-")[0]}


def test_every_code_is_refused_and_documented() -> None:
    docs = (HERE.parent / "docs" / "corpus-format.md").read_text(encoding="utf-8")
    assert {path.name.partition("-")[0] for path in REFUSED} == set(CODES)
    assert "\n".join(f"| `{code}` | {meaning} |" for code, meaning in CODES.items()) in docs
    assert set(re.findall(r"\bG\d{3}\b", docs)) == set(CODES)


def test_the_example_of_the_documentation_is_a_whole_glossary() -> None:
    docs = (HERE.parent / "docs" / "corpus-format.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(- term: .*?)```", docs, re.DOTALL)
    found = read("glossary.yaml", example)
    assert (len(found.entries), found.problems) == (2, ())


def test_everything_that_is_wrong_is_told_at_once_and_the_rest_is_used() -> None:
    found = read("glossary.yaml", TEXT + "- term: x\n- y\n- {term: SPV, meaning: Another., see: [z]}\n")
    assert [(problem.line, problem.code) for problem in found.problems] == [
        (14, "G002"), (15, "G002"), (16, "G004"), (16, "G005"),
    ]  # fmt: skip
    assert [entry.term for entry in found.entries] == ["Big Bond", "outcome payer", "special purpose vehicle"]


def test_an_entry_is_read_whole(terms: Glossary) -> None:
    assert terms.problems == ()
    assert terms.entries[2] == Entry(
        term="special purpose vehicle",
        meaning="A company for one deal. It ends with it.",
        abbreviations=("SPV",),
        also=("special purpose company",),
        see=("outcome payer",),
    )


def test_no_glossary_is_no_problem_but_an_empty_file_is_no_list() -> None:
    assert read("glossary.yaml", None) == Glossary()
    assert [problem.code for problem in read("glossary.yaml", "").problems] == ["G001"]


@pytest.mark.parametrize("slug", ["spv", "special-purpose-vehicle", "special-purpose-company"])
def test_any_name_leads_to_the_entry(terms: Glossary, slug: str) -> None:
    assert terms.entry(slug) == terms.entries[2]
    assert terms.entry(slug[1:]) is None
    assert terms.entry("") is None


def test_the_name_that_explains_comes_first_among_the_others(terms: Glossary) -> None:
    assert dict(terms.thesaurus.others) == {
        ("special", "purpos", "vehicl"): ("special purpose company", "SPV"),
        ("special", "purpos", "compani"): ("special purpose vehicle", "SPV"),
        ("spv",): ("special purpose vehicle", "special purpose company"),
        ("spvs",): ("special purpose vehicle", "special purpose company"),
        ("outcom", "payer"): (),
        ("big", "bond"): ("BB", "BIG"),
        ("bb",): ("Big Bond", "BIG"),
        ("bbs",): ("Big Bond", "BIG"),
        ("big",): ("Big Bond", "BB"),
    }


MENTIONS = {
    "An SPV, two SPVs and the SPV’s board": ["SPV", "SPVs", "SPV"],
    "A Special purpose vehicle; special-purpose companies": ["Special purpose vehicle"],
    "an spv": [],
    "The Outcome payers, the payer, outcome paying": ["Outcome payers"],
    "Big Bond, big bond, big money, BIG": ["Big Bond", "BIG"],
    "": [],
}


@pytest.mark.parametrize("text", MENTIONS)
def test_a_text_names_a_term_by_the_name_itself_or_its_plural(terms: Glossary, text: str) -> None:
    assert [text[start:end] for start, end, _ in terms.mentions(text)] == MENTIONS[text]


@given(st.text(max_size=200))
def test_mentions_stand_one_after_the_other(text: str) -> None:
    spans = [(start, end) for start, end, _ in read("glossary.yaml", TEXT).mentions(f"{text} SPV")]
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("name", "slug"), [("PbR", "pbr"), ("first-loss capital", "first-loss-capital"), ("Où, là?", "où-là"), ("—", "")]
)
def test_a_slug_is_plain(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_the_glossary_of_the_corpus_is_whole() -> None:
    found = read("glossary.yaml", (CORPUS / "glossary.yaml").read_text(encoding="utf-8"))
    assert found.problems == ()
    assert 60 <= len(found.entries) <= 90
    assert all(len(sentences(entry.meaning)) <= 3 and entry.meaning.endswith(".") for entry in found.entries)
    assert not any(set(entry.meaning) & set('“”"') for entry in found.entries)
    for name in ("SIB", "PbR", "PFS", "SPV", "NEET", "RCT", "TA", "rate card", "outcome payer", "cohort"):
        assert analyse(name).empty or found.entry(slug_of(name)), name
