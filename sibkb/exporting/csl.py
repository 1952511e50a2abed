"""Values -> CSL-JSON: citations as Zotero and other reference managers read them.

The form is that of the CSL data schema, version 1.0.2: `id` and `type` stand in every item, names that we do not take
apart are `literal`, dates are `date-parts` as far as they go.
"""

import json
from collections.abc import Iterable
from datetime import date

from sibkb.exporting import citing, wording
from sibkb.model import Document, Json, Passage, Source


def items(
    document: Document, passage: Passage | None = None, *, url: str | None = None, accessed: date | None = None
) -> dict[str, Json]:
    """Id -> item: one for the document or the passage, then one for each source it rests on; ids are BibTeX's keys."""
    own = _own(document, passage, url, accessed)
    sources = (_source(citing.key(document, source), source) for source in citing.rests_on(document, passage))
    return {item["id"]: item for item in (own, *sources)}


def _own(document: Document, passage: Passage | None, url: str | None, accessed: date | None) -> Json:
    return _filled(
        id=citing.key(passage or document),
        type="entry",
        title=document.title,
        author=_literal(citing.authors(document)),
        **{"container-title": wording.HOUSE},
        URL=url,
        accessed=_date(accessed.isoformat()) if accessed else None,
        note=wording.sentences(citing.said(passage) if passage else None, *citing.not_for_all(document, passage)),
    )


def _source(key: str, source: Source) -> Json:
    return _filled(
        id=key,
        type="dataset" if source.read == "record" else "webpage" if source.url else "document",
        title=source.title,
        publisher=source.publisher,
        issued=_date(source.date) if source.date else None,
        URL=source.url,
        note=wording.sentences(wording.read_in_words(source), source.note),
    )


def _filled(**fields: object) -> Json:
    return {field: value for field, value in fields.items() if value}


def _literal(names: Iterable[str]) -> list[Json]:
    return [{"literal": name} for name in names]


def _date(text: str) -> Json:
    """`2013-06` -> its parts; what is no date of numbers is told as it is written."""
    parts = text.split("-")
    if all(part.isdigit() for part in parts):
        return {"date-parts": [[int(part) for part in parts]]}
    return {"literal": text}


def csl_json(
    document: Document, passage: Passage | None = None, *, url: str | None = None, accessed: date | None = None
) -> str:
    """A list of the same items."""
    return json.dumps(list(items(document, passage, url=url, accessed=accessed).values()), indent=1, ensure_ascii=False)
