"""Values -> what leaves the house: JSON for scripts; citations, lists, documents for people."""

from sibkb.exporting.annotating import annotation
from sibkb.exporting.brief import brief
from sibkb.exporting.citing import bibtex, plain
from sibkb.exporting.csl import csl_json
from sibkb.exporting.lists import FORMATS, Taken
from sibkb.exporting.values import document_json, hit_json, passage_json, results_json
from sibkb.exporting.word import word
from sibkb.exporting.wording import cited, date_in_words, quoted, read_in_words
from sibkb.model import Hit

__all__ = (
    "FORMATS",
    "Taken",
    "annotation",
    "bibtex",
    "brief",
    "cited",
    "csl_json",
    "date_in_words",
    "document_json",
    "hit_json",
    "passage_json",
    "plain",
    "quoted",
    "read_in_words",
    "results_json",
    "why",
    "word",
)


def why(hit: Hit) -> str:
    """Why it was found, in plain words."""
    words = [f"your words: {', '.join(hit.matched)}"] if hit.matched else []
    words += [f"words of another name: {', '.join(hit.also)}"] if hit.also else []
    if words:
        return f"Has {'; and '.join(words)}{'; close in meaning too' if 'meaning' in hit.ranks else ''}."
    if "meaning" in hit.ranks:
        return "None of your words stand here; it was found because it means something close."
    return "Passes your filters."
