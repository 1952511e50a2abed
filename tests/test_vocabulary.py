"""The vocabularies are closed, and every word of them is fit for a file, a URL and a screen."""

import re
from collections.abc import Mapping

import pytest

from sibkb import vocabulary
from sibkb.model import STRICTNESS
from sibkb.vocabulary import Vocabulary

ALL: Mapping[str, Vocabulary] = {
    name: value
    for name, value in vars(vocabulary).items()
    if name[0] != "_" and name.isupper() and isinstance(value, Mapping) and name not in ("COUNTRIES", "OPEN")
}


def test_there_are_vocabularies() -> None:
    assert len(ALL) == 12


@pytest.mark.parametrize("name", ALL)
def test_words_are_lower_case_with_hyphens(name: str) -> None:
    assert ALL[name]
    assert [word for word in ALL[name] if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word)] == []


@pytest.mark.parametrize("name", ALL)
def test_labels_differ_and_meanings_are_sentences(name: str) -> None:
    terms = ALL[name].values()
    assert len({term.label for term in terms}) == len(terms)
    for term in terms:
        assert term.label == term.label.strip()
        assert term.label[0].isupper()
        assert term.meaning.endswith((".", "?"))
        assert "|" not in term.label + term.meaning


@pytest.mark.parametrize("name", ALL)
def test_nobody_can_change_them(name: str) -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        ALL[name]["new"] = vocabulary.Term("New", "A word.")  # type: ignore[index]


def test_a_country_has_a_name_or_its_letters() -> None:
    assert vocabulary.country("KE") == "Kenya"
    assert vocabulary.country("ZZ") == "ZZ"


def test_releases_are_ordered_as_the_model_orders_them() -> None:
    assert tuple(vocabulary.RELEASES) == STRICTNESS
