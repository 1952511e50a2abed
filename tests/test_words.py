"""Words, phrases, sentences and corrections; cases are data, laws are properties."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibkb.words import (
    STOP_WORDS,
    QueryWord,
    Terms,
    Thesaurus,
    analyse,
    edits,
    explained,
    fold,
    names_in,
    nearest_word,
    sentences,
    stem,
    stems_of,
    tokens,
)

TOKENS = {
    "Running the contracts": [("run", "Running"), ("the", "the"), ("contract", "contracts")],
    "Newpin’s and O'Brien's": [("newpin", "Newpin"), ("and", "and"), ("obrien", "O'Brien")],
    "it’s, don't": [("it", "it"), ("dont", "don't")],
    "investors’ returns": [("investor", "investors"), ("return", "returns")],
    "Café CAFE\u0301 cafe": [("cafe", "Café"), ("cafe", "CAFE\u0301"), ("cafe", "cafe")],
    "pay-for-success": [("pay", "pay"), ("for", "for"), ("success", "success")],
    "co\u00adoperation": [("cooper", "co\u00adoperation")],
    "Straße": [("strass", "Straße")],
    "£30m": [("30000000", "30m")],
    "30 million": [("30000000", "30 million")],
    "30,000,000": [("30000000", "30,000,000")],
    "USD 7,200,000.": [("usd", "USD"), ("7200000", "7,200,000")],
    "1.2m 1.5bn 5k": [("1200000", "1.2m"), ("1500000000", "1.5bn"), ("5000", "5k")],
    "a 2-thousand": [("a", "a"), ("2000", "2-thousand")],
    "12.15% in 2013-06": [("12.15", "12.15"), ("in", "in"), ("2013", "2013"), ("06", "06")],
    "3SC and rr922": [("3sc", "3SC"), ("and", "and"), ("rr922", "rr922")],
    "5 mothers": [("5", "5"), ("mother", "mothers")],
    "سند الأثر": [("سند", "سند"), ("الاثر", "الأثر")],
    "ﷺ": [("صلىاللهعليهوسلم", "ﷺ")],
    "… – !? 🙂": [],
}


@pytest.mark.parametrize("text", TOKENS)
def test_tokens(text: str) -> None:
    assert [(token.stem, text[token.start : token.end]) for token in tokens(text)] == TOKENS[text]


@given(st.text())
def test_tokens_stand_in_order_and_never_overlap(text: str) -> None:
    found = tokens(text)
    assert [token.position for token in found] == list(range(len(found)))
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(token.stem and not re.search(r"\s", token.stem) and token.start < token.end for token in found)


@given(st.text())
def test_a_word_taken_by_itself_has_the_stem_it_has_in_its_text(text: str) -> None:
    assert all(stem(text[token.start : token.end]) == token.stem for token in tokens(text))


@given(st.text())
def test_case_does_not_matter(text: str) -> None:
    once = [token.stem for token in tokens(text)]
    if len(text.casefold()) == len(text) and "\u0345" not in text:  # a mark that becomes a letter
        assert [token.stem for token in tokens(text.casefold())] == once


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


ANALYSES = {
    "Who did the legwork?": ("legwork", ()),
    "Legal and legally": ("Legal", ()),
    "contract contracts": ("contract", ()),
    'who "paid for it" early': ("paid early", (("paid", "for", "it"),)),
    "“Legal Team” now": ("Legal Team", (("legal", "team"),)),
    'an "unbalanced mark': ("unbalanced mark", ()),
    '"who did what"': ("", (("who", "did", "what"),)),
    '"" “ ” "!"': ("", ()),
    '"a price" and "a price"': ("price", (("a", "price"),)),
    "who did what": ("", ()),
}


@pytest.mark.parametrize("text", ANALYSES)
def test_analyse(text: str) -> None:
    words, phrases = ANALYSES[text]
    terms = analyse(text)
    assert " ".join(word.text for word in terms.words) == words
    assert terms.phrases == phrases
    assert terms.empty == (not words and not phrases)


def test_words_can_be_replaced_in_phrases_too() -> None:
    terms = analyse('"the legwrok" comissioner legwork').replaced({"legwrok": "legwork", "comissioner": "Commissioner"})
    assert terms == Terms(
        words=(QueryWord("legwork", "legwork", times=2), QueryWord("Commissioner", "commission")),
        phrases=(("the", "legwork"),),
    )


def test_stop_words_are_as_folded() -> None:
    assert {fold(word) for word in STOP_WORDS} == STOP_WORDS
    assert {"who", "what", "how", "did"} <= STOP_WORDS
    assert not {"ill", "id", "may", "work"} & STOP_WORDS


SENTENCES = {
    "One. Two! Three? Four… Five": ["One.", "Two!", "Three?", "Four…", "Five"],
    "Dr. Smith met Mr. Jones.": ["Dr. Smith met Mr. Jones."],
    "It cost £1.2m. It was late.": ["It cost £1.2m.", "It was late."],
    "See e.g. Newpin. Or not.": ["See e.g. Newpin.", "Or not."],
    "J. R. Doe of the U.S. Treasury wrote it.": ["J. R. Doe of the U.S. Treasury wrote it."],
    "See No. 5 and p. 7. No. We did not.": ["See No. 5 and p. 7.", "No.", "We did not."],
    "“Yes!” He left. (Really.) Then": ["“Yes!”", "He left.", "(Really.)", "Then"],
    "He said so… and left.": ["He said so… and left."],
    "It was I. Then": ["It was I.", "Then"],
    "  spaced  ": ["spaced"],
    "": [],
}


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences(text: str) -> None:
    assert [text[start:end] for start, end in sentences(text)] == SENTENCES[text]


@given(st.text(alphabet="ab.!?… \n“”A5"))
def test_sentences_hold_every_character_that_is_not_white_space(text: str) -> None:
    assert "".join("".join(text[a:b] for a, b in sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("work", "work", 0), ("legwrok", "legwork", 1), ("comissionner", "commissioner", 2), ("abcd", "abdc", 1),
     ("bond", "pond", 3), ("bonds", "bond", 1)],
)  # fmt: skip
def test_edits(one: str, other: str, distance: int) -> None:
    assert edits(one, other, 2) == distance


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edits_are_the_same_both_ways(one: str, other: str) -> None:
    assert min(edits(one, other, 2), 3) == min(edits(other, one, 2), 3)


def test_the_nearest_then_the_most_frequent_then_the_first_word_is_meant() -> None:
    assert nearest_word("contracs", {"contrast": 9, "contract": 2, "contracts": 1}) == "contract"
    assert nearest_word("contrac", {"contracs": 2, "contract": 9}) == "contract"
    assert nearest_word("contrac", {"contract": 2, "contracs": 2}) == "contracs"


def test_two_slips_are_one_word_only_in_a_long_word() -> None:
    """Malaysia became Malaria, and a puncture a picture."""
    assert nearest_word("Malaysia", {"Malaria": 5}) is None
    assert nearest_word("comisioners", {"commissioners": 1}) == "commissioners"
    assert nearest_word("goverment", {"government": 1}) == "government"


@pytest.mark.parametrize("word", ["lgal", "2013x7", "zzzzzzzz", "سندات"])
def test_short_words_numbers_and_far_words_are_left_alone(word: str) -> None:
    assert nearest_word(word, {"legal": 5, "2013x8": 1, "zebra": 1}) is None


# ---------------------------------------------------------------- names of the same thing

GROUPS = (
    ("special purpose vehicle", "special purpose company", "SPV"),
    ("payment by results", "PbR"),
    ("vehicle", "motor car"),
    ("deadweight",),
)
NAMES = Thesaurus(
    others={stems_of(name): tuple(each for each in group if each != name) for group in GROUPS for name in group}
)


def known_but(*unknown: str):
    return lambda stem: stem not in {each.casefold() for each in unknown}


FOUND = {
    "an SPV?": {"SPV": ("special purpose vehicle", "special purpose company")},
    "spv, in lower case": {"spv": ("special purpose vehicle", "special purpose company")},
    "Special-purpose vehicles": {"Special-purpose vehicles": ("special purpose company", "SPV")},
    "a vehicle": {"vehicle": ("motor car",)},
    "payments by result": {"payments by result": ("PbR",)},
    "payments for results": {},
    "PbR is payment by results": {},  # both are asked already
    'an "SPV" and a “payment by results”': {},  # meant as it stands
    'an "SPV and PbR': {
        "SPV": ("special purpose vehicle", "special purpose company"),
        "PbR": ("payment by results",),
    },
    "deadweight": {},
}


@pytest.mark.parametrize("text", FOUND)
def test_names_in_a_question_have_their_other_names(text):
    named = NAMES.found(text, known_but())
    assert {text[each.start : each.end]: each.others for each in named} == FOUND[text]


def test_only_what_can_find_something_is_added_or_what_explains_the_unknown():
    def others(text, *unknown):
        return [each.others for each in NAMES.found(text, known_but(*unknown))]

    assert others("special purpose vehicle", "spv", "compani") == []
    assert others("special purpose vehicle", "spv") == [("special purpose company",)]
    assert others("SPV", "vehicl", "spv") == [("special purpose vehicle", "special purpose company")]
    assert others("SPV", "vehicl") == [("special purpose company",)]


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("an SPV, a PbR", "an SPV (special purpose vehicle), a PbR (payment by results)"),
        ("an SPV’s board", "an SPV (special purpose vehicle)’s board"),
        ("payment by results", "payment by results"),
    ],
)
def test_a_name_that_is_not_known_is_explained(text, encoded):
    assert explained(text, NAMES.found(text, known_but("spv", "pbr"))) == encoded
    assert explained(text, NAMES.found(text, known_but())) == text


def test_another_name_counts_half_as_much_as_what_was_asked():
    terms = analyse("SPV costs").named(NAMES.found("SPV costs", known_but()))
    assert terms.wanted == {
        ("spv",): 1.0,
        ("cost",): 1.0,
        ("special",): 0.5 / 3,
        ("purpos",): 0.5 / 3,
        ("vehicl",): 0.5 / 3,
        ("compani",): 0.5 / 3,
        ("special", "purpos", "vehicl"): 1 / 3,
        ("special", "purpos", "compani"): 1 / 3,
    }
    assert terms.stems == ("spv", "cost", "special", "purpos", "vehicl", "compani")
    reverse = analyse("payment by results").named(NAMES.found("payment by results", known_but()))
    assert reverse.wanted == {("payment",): 1.0, ("result",): 1.0, ("pbr",): 0.5}


@pytest.mark.parametrize(
    ("have", "covered"),
    [
        ({"spv"}, {"spv"}),
        ({"special", "purpos", "compani"}, {"spv"}),
        ({"special", "purpos"}, set()),
        ({"cost", "special", "purpos", "vehicl"}, {"spv", "cost"}),
    ],
)
def test_a_whole_other_name_stands_for_what_was_asked(have, covered):
    assert analyse("SPV costs").named(NAMES.found("SPV costs", known_but())).covered(have) == covered


def test_without_other_names_a_question_is_what_it_was():
    terms = analyse("the contract, the price and the contract")
    assert terms.named([]) == terms
    assert terms.wanted == {("contract",): 2.0, ("price",): 1.0}
    assert terms.covered({"price", "other"}) == {"price"}


def test_the_words_of_names_are_words_of_the_field():
    assert NAMES.has("deadweight")
    assert NAMES.has("vehicl")
    assert not NAMES.has("bitcoin")


@given(st.text(max_size=80), st.sampled_from([name for group in GROUPS for name in group]), st.text(max_size=80))
def test_a_name_is_found_wherever_it_stands_alone(before, name, after):
    text = f"{before} . {name} . {after}"
    spans = [(start, end) for _, start, end in names_in(text, NAMES.others)]
    at = len(before) + 3
    assert any(start <= at and at + len(name) <= end for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
