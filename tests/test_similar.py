"""What is like what: equal to the plainest way to work it out, told with its reason, and only what may be seen."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st

from sibkb import similar
from sibkb.engine import EmbeddedEngine
from sibkb.model import STRICTNESS, Document, Filters, Party, Passage
from sibkb.similar import ALIKE, KINDS, WEIGHTS, Likeness
from sibkb.words import analyse

WORDS = ("legal", "contract", "money", "price", "data", "people", "school", "home", "jail", "nurse", "loan", "ask")


# ---------------------------------------------------------------- the plainest way


class Brute:
    """The same answers, one pair at a time."""

    def __init__(
        self, documents: Sequence[Document], passages: Sequence[Passage], sentences: np.ndarray, wholes: np.ndarray
    ) -> None:
        self.documents = {each.id: each for each in documents}
        self.passages = {each.id: each for each in passages}
        self.said, self.whole = self.apart(sentences), self.apart(wholes)

    def apart(self, vectors: np.ndarray) -> Mapping[str, list[float]]:
        common = [sum(column) / len(self.passages) for column in vectors.T.tolist()] if len(self.passages) else []
        rows = zip(self.passages, vectors.tolist(), strict=True)
        return {id: unit([a - b for a, b in zip(row, common, strict=True)]) for id, row in rows}

    def near(self, id: str) -> list[tuple[str, float]]:
        own = self.passages[id].document_id
        scores = {o: self.alike(id, o) for o in self.passages if self.passages[o].document_id != own}
        found = [o for o in scores if scores[o] >= similar.PASSAGE_FLOOR]
        return [(o, scores[o]) for o in sorted(found, key=lambda o: (-scores[o], o))][:3]

    def alike(self, one: str, other: str) -> float:
        meaning = ALIKE["sentences"] * dot(self.said[one], self.said[other])
        meaning += ALIKE["whole"] * dot(self.whole[one], self.whole[other])
        if meaning < 0.2:
            return round(meaning, 4)
        words, others = ({word.stem for word in analyse(self.passages[id].text).words} for id in (one, other))
        both = self.telling(words & others)
        cosine = both / math.sqrt(self.telling(words) * self.telling(others)) if both else 0.0
        theme = bool(set(self.passages[one].themes) & set(self.passages[other].themes))
        return round(meaning + ALIKE["words"] * cosine + ALIKE["theme"] * theme, 4)

    def telling(self, words: set[str]) -> float:
        every = [{word.stem for word in analyse(each.text).words} for each in self.passages.values()]
        return sum(rarity(sum(word in each for each in every), len(every)) for word in words)

    def score(self, one: str, other: str) -> float:
        shared = self.have(one) & self.have(other)
        parts = {field: min(1.0, self.weight(shared, field)) for field in ("sector", "country", "party")}
        both = self.weight(shared, "theme")
        whole = self.weight(self.have(one), "theme") * self.weight(self.have(other), "theme")
        parts["theme"] = both / math.sqrt(whole) if both else 0.0
        parts["told"] = max(0.0, dot(self.told(one), self.told(other)))
        parts["lessons"] = sum(min(1.0, max(0.0, score)) for score in self.pairs(one, other)) / 2
        return sum(WEIGHTS[name] * part for name, part in parts.items())

    def pairs(self, one: str, other: str) -> list[float]:
        """How alike the two closest pairs are, without using a lesson twice."""
        here, there = self.of(one, "lesson"), self.of(other, "lesson")
        each = sorted(((a, b, self.alike(a, b)) for a, b in product(here, there)), key=lambda pair: -pair[2])
        chosen: list[tuple[str, str, float]] = []
        for a, b, score in each:
            if len(chosen) < 2 and all(a != c and b != d for c, d, _ in chosen):
                chosen.append((a, b, score))
        return [score for *_, score in chosen]

    def told(self, id: str) -> list[float]:
        rows = [self.said[each] for each in self.of(id, *KINDS)]
        return unit([sum(column) for column in zip(*rows, strict=True)]) if rows else [0.0]

    def of(self, id: str, *kinds: str) -> list[str]:
        return [p.id for p in self.passages.values() if p.document_id == id and p.kind in kinds]

    def have(self, id: str) -> set[tuple[str, str]]:
        document = self.documents[id]
        have = {("country", each) for each in document.countries}
        have |= {("party", p.name.casefold()) for p in document.parties if p.role not in ("authors", "interviewees")}
        have |= {("theme", theme) for each in self.of(id, "lesson") for theme in self.passages[each].themes}
        return have if document.sector == "other" else have | {("sector", document.sector)}

    def weight(self, have: set[tuple[str, str]], field: str) -> float:
        counts = Counter(each for id in self.documents for each in self.have(id))
        return sum(rarity(counts[each], len(self.documents)) for each in have if each[0] == field)


def rarity(count: int, total: int) -> float:
    return 1 - math.log(count) / math.log(total) if total > 1 else 0.0


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=False))


def unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(dot(vector, vector))
    return [each / length if length > 1e-6 else each for each in vector]


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Document], list[Passage]]:
    documents = [
        tiny.document(
            f"d{number}",
            sector=draw(st.sampled_from(("health", "education", "other"))),
            countries=tuple(draw(st.lists(st.sampled_from(("GB", "US", "AU")), max_size=2, unique=True))),
            parties=tuple(
                Party(role=role, name=name)
                for role, name in draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from(("investors", "authors")), st.sampled_from(("Bridges", "bridges", "CSH"))
                        ),
                        max_size=2,
                    )
                )
            ),
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(
        lambda words: " ".join(words).capitalize() + "."
    )
    passages = [
        tiny.passage(
            f"{document.id}.p{number}",
            draw(text),
            kind=draw(st.sampled_from(("lesson", "lesson", "quote", "section"))),
            themes=tuple(draw(st.lists(st.sampled_from(("scaling", "procurement")), max_size=2, unique=True))),
        )
        for document in documents
        for number in range(draw(st.integers(0, 4)))
    ]
    return documents, passages


def vectors(passages: Sequence[Passage]) -> tuple[np.ndarray, np.ndarray]:
    """Of the texts, and of the texts with their ids for a context."""

    def rows(texts: Sequence[str]) -> np.ndarray:
        return np.stack([np.zeros(tiny.TinyEncoder.dimension), *map(tiny.vector, texts)])[1:].astype(np.float32)

    return rows([each.text for each in passages]), rows([f"{each.document_id} {each.text}" for each in passages])


@given(corpora())
def test_any_corpus_equals_the_plainest_way(corpus: tuple[list[Document], list[Passage]]) -> None:
    documents, passages = corpus
    fast, plain = Likeness(documents, passages, *vectors(passages)), Brute(documents, passages, *vectors(passages))
    near = fast.passages([each.id for each in passages])
    for passage in passages:
        found = [(other.id, score) for other, score in near.get(passage.id, ())]
        assert [score for _, score in found] == pytest.approx([s for _, s in plain.near(passage.id)], abs=2e-4)
        assert found == sorted(found, key=lambda each: (-each[1], each[0]))
        assert all(other.document_id != passage.document_id for other, _ in near.get(passage.id, ()))
    for document in documents:
        scores = {other: plain.score(document.id, other) for other in plain.documents if other != document.id}
        found = fast.documents(document.id, limit=9)
        sure = {id for id, score in scores.items() if score > similar.DOCUMENT_FLOOR + 1e-3}
        assert {each.document.id for each in found} >= sure
        assert [each.score for each in found] == pytest.approx([scores[each.document.id] for each in found], abs=1e-3)
        assert list(found) == sorted(found, key=lambda each: (-each.score, each.document.id))
        assert fast.documents(document.id, limit=1) == found[:1]


# ---------------------------------------------------------------- what is told

DOCUMENTS = (
    tiny.document("alpha", sector="homelessness", parties=(Party(role="investors", name="Bridges"),
                  Party(role="authors", name="A. Writer"))),
    tiny.document("beta", sector="homelessness", parties=(Party(role="providers", name="BRIDGES"),
                  Party(role="authors", name="A. Writer"))),
    tiny.document("gamma", sector="other", countries=("AU",)),
    tiny.document("delta", sector="health", countries=("US",)),
)  # fmt: skip
PASSAGES = (
    tiny.passage("alpha.fee", "Publish the fee of every lawyer.", kind="lesson", themes=("legal-and-contracting",)),
    tiny.passage("alpha.van", "The van broke down.", kind="section"),
    tiny.passage("beta.fee", "Publish the fee of every solicitor.", kind="lesson", themes=("legal-and-contracting",)),
    tiny.passage("beta.own", "Publish the fee of every lawyer.", kind="fact"),
    tiny.passage("gamma.rain", "It rained all week.", kind="section"),
    tiny.passage("delta.nurse", "Nurses wrote letters at night.", kind="quote"),
)
SAID = tuple(each for each in PASSAGES if each.kind in KINDS)


def likeness() -> Likeness:
    return Likeness(DOCUMENTS, SAID, *vectors(SAID))


def test_a_document_is_told_with_what_it_shares_and_its_closest_lessons() -> None:
    (found,) = likeness().documents("alpha")
    assert found.document.id == "beta"
    assert found.shared == {
        "sector": ("homelessness",),
        "country": ("GB",),
        "party": ("BRIDGES",),
        "theme": ("legal-and-contracting",),
    }, "authors are no party, and a name is the same however it is written"
    assert [(here.id, there.id) for here, there in found.pairs] == [("alpha.fee", "beta.fee")]


def test_a_related_document_is_left_out() -> None:
    assert likeness().documents("alpha", without={"beta"}) == ()


def test_what_is_like_nothing_shows_nothing() -> None:
    assert likeness().documents("gamma") == ()
    assert likeness().passages(["gamma.rain", "beta.own"]) == {}, "and a figure is not compared"


def test_a_passage_is_like_those_of_other_documents_alone() -> None:
    near = likeness().passages(["alpha.fee", "alpha.van"])
    assert {id: [each.id for each, _ in found] for id, found in near.items()} == {"alpha.fee": ["beta.fee"]}


def test_equal_ones_are_ordered_by_id() -> None:
    twins = ("c", "b", "a", "own")
    documents = [*map(tiny.document, twins), *(tiny.document(f"z{n}", sector="health") for n in range(9))]
    said = [tiny.passage(f"{name}.x", "The same words.", kind="lesson") for name in twins]
    said += [tiny.passage(f"z{n}.x", f"{word} {word}.", kind="lesson") for n, word in enumerate(WORDS[:9])]
    alike = Likeness(documents, said, *[vectors(said)[0]] * 2)
    assert [each.document.id for each in alike.documents("own")] == ["a", "b", "c"]
    assert [each.id for each, _ in alike.passages(["own.x"])["own.x"]] == ["a.x", "b.x", "c.x"]
    assert [each.id for each, _ in alike.passages(["own.x"], limit=1)["own.x"]] == ["a.x"]


def test_nothing_at_all_is_no_error() -> None:
    none = np.empty((0, 4), dtype=np.float32)
    empty = Likeness([tiny.document("a")], [], none, none)
    assert (empty.documents("a"), empty.passages(["a.x"])) == ((), {})


@pytest.mark.parametrize("ceiling", STRICTNESS)
def test_what_may_not_be_seen_is_like_nothing(tmp_path, ceiling) -> None:
    hidden = {"beta.fee": "workshop"}
    passages = [replace(each, release=hidden.get(each.id, "public")) for each in PASSAGES]
    documents = tiny.bound(
        [replace(each, release="internal") if each.id == "delta" else each for each in DOCUMENTS], passages
    )
    tiny.write(tmp_path, documents, passages)
    engine = EmbeddedEngine(tmp_path, ceiling)
    ids = engine.allowed(Filters(kind=KINDS))
    vectors = engine.vectors(ids, "sentence"), engine.vectors(ids, "whole")
    seen = Likeness(engine.documents.values(), engine.passages(ids), *vectors)
    assert ("alpha.fee" in seen.passages(["alpha.fee"])) == (ceiling != "public")
    assert all(each.document.id in engine.documents for id in engine.documents for each in seen.documents(id))
    assert seen.passages(["delta.nurse"]) == {}
