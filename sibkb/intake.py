"""Files in: a file of another format -> a draft that knows the corpus it is meant for, and what it is like there."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sibkb import corpus
from sibkb.corpus import Keeping
from sibkb.encoder import FloatArray
from sibkb.errors import RefusedFileError
from sibkb.importing import indigo
from sibkb.importing.candidates import Settled, Suggest, no_theme, settled
from sibkb.importing.columns import Columns, read_mapping
from sibkb.importing.converting import convert, convert_sent
from sibkb.importing.drafting import Draft, drafted, id_of
from sibkb.importing.extract import Extract, Sheet
from sibkb.importing.rows import tables
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Filters, Hit, Problem, Query
from sibkb.parsing import Parsed
from sibkb.words import tokens

_SHORTEST: Final = 4
"""Letters of a party's name; a shorter one stands in other words' places."""
_SPOKEN: Final = ("lesson", "quote", "perspective")
"""Kinds of passage whose themes are asked for that of a candidate."""
_NEAR: Final = 5
_BY_COPY: Final = Keeping()
_NOT_IN_CASES: Final = frozenset({"authors", "interviewees", "chair"})
"""Roles in which people wrote or were asked; a text that names them does not make them so."""
SAME: Final = 0.8
"""Share of their words that two texts have in common from which on they say the same in nearly the same words."""
_ASKED: Final = 6
"""So many parts of a text are looked for, from its beginning."""
_LONG: Final = 60
"""Characters that a paragraph has at least, to be looked for where the file cannot be read."""
_OURS: Final = re.compile(r"---\n(?=.*?^(?:kind|sources):).*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
_SHOWN: Final = 1000
"""Characters of a text that are asked."""


def drafts(
    folder: Path, paths: Iterable[Path], kind: str | None, mapping: Path | None = None, suggest: Suggest = no_theme
) -> list[tuple[Path, Draft]]:
    """The drafts of each file, made with the names that the corpus in the folder knows; nothing is written.

    A table gives as many as it has documents; `mapping` says what its columns are, `suggest` the themes of
    candidates for quotations.
    """
    known = parties(corpus.read(folder).documents)
    columns = _mapping(mapping) if mapping else None
    return [(path, draft) for path in paths for draft in _drafts(path, kind, known, columns, suggest)]


def _drafts(
    path: Path, kind: str | None, known: Mapping[str, str], columns: Columns | None, suggest: Suggest
) -> list[Draft]:
    extract = convert(path)
    try:
        return _of(extract, path.name, kind, known, columns, suggest)
    except RefusedFileError as error:
        raise RefusedFileError(f"{path}: {error}") from error


def _of(  # noqa: PLR0913, each is told by the contributor or by the corpus
    extract: Extract,
    name: str,
    kind: str | None,
    known: Mapping[str, str],
    columns: Columns | None = None,
    suggest: Suggest = no_theme,
) -> list[Draft]:
    """The drafts of what was read from a file: one of a text, as many of a table as it has documents."""
    if not extract.sheets:
        return [drafted(extract, name, kind, known, suggest)]
    if sheet := _indigo(extract):
        if columns:
            raise RefusedFileError("an INDIGO export has a mapping of its own, which obeys what is private — "
                                   "leave --map out")  # fmt: skip
        return indigo.drafts(sheet, name)
    return tables(extract, name, kind, columns)


def _indigo(extract: Extract) -> Sheet | None:
    return next((sheet for sheet in extract.sheets if indigo.is_indigo(sheet)), None)


def peers(path: Path, id: str) -> list[dict[str, str | None]]:
    """Facts of the records of an INDIGO export that share country and sector with one of them; nothing is kept."""
    sheet = _indigo(convert(path))
    if sheet is None:
        raise RefusedFileError(f"{path}: this is no export of INDIGO projects — its columns would be `ID` and "
                               "`Impact Bond Name - (Value)`")  # fmt: skip
    found = indigo.peers(sheet, id)
    if found is None:
        raise RefusedFileError(f"{path}: there is no record `{id}` — write an id such as INDIGO-POJ-0001")
    return found


def _mapping(path: Path) -> Columns:
    try:
        return read_mapping(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedFileError(f"{path} cannot be read — name a mapping file that is UTF-8 text") from error


def parties(documents: Iterable[Document]) -> dict[str, str]:
    """Name of each party -> the role that it has most often."""
    roles: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for party in document.parties:
            if len(party.name) >= _SHORTEST and party.role not in _NOT_IN_CASES:
                roles[party.name][party.role] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in sorted(roles.items())}


def suggester(base: KnowledgeBase) -> Suggest:
    """Suggests the theme that the nearest passages have most, and names the nearest of them that has it."""

    def suggest(texts: Sequence[str]) -> list[tuple[str, str] | None]:
        return [_theme(base, vector) for vector in base.encoder.encode_queries(list(texts))]

    return suggest


def _theme(base: KnowledgeBase, vector: FloatArray) -> tuple[str, str] | None:
    near = base.engine.nearest(vector, Filters(kind=_SPOKEN), _NEAR)
    themes = {each.id: each.themes for each in base.engine.passages([scored.id for scored in near])}
    votes: defaultdict[str, float] = defaultdict(float)
    for scored in near:
        for theme in themes[scored.id]:
            votes[theme] += scored.score
    if not votes:
        return None
    best = min(votes, key=lambda theme: (-votes[theme], theme))
    return best, next(scored.id for scored in near if best in themes[scored.id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What accepting a draft came to."""

    path: Path
    """Where it stands now."""
    problems: tuple[Problem, ...]
    """Nothing was moved where there are any; their lines are those of the draft."""
    taken: int
    """Candidates that became quotations."""
    left: tuple[str, ...]
    """The words of candidates that nobody ticked, which are left out."""


def accept(folder: Path, draft: str, id: str | None = None, keep: Keeping = _BY_COPY) -> Accepted:
    """Make a draft part of the corpus, its ticked candidates as quotations."""
    made: list[Settled] = []

    def settle(data: bytes) -> bytes:
        try:
            made.append(settled(data.decode("utf-8-sig")))
        except UnicodeDecodeError:
            return data  # told by its place when the file is read
        return made[0].text.encode()

    path, problems = corpus.accept(folder, draft, id, keep, settle=settle)
    result = made[0] if made else Settled(text="", lines=(), taken=0, left=())
    return Accepted(path=path, problems=tuple(placed(problems, result)), taken=result.taken, left=result.left)


def drafts_of(name: str, data: bytes, known: Mapping[str, str], kind: str | None = None) -> list[Draft]:
    """The drafts of a file that somebody sent; one with our front matter is taken as it is, whatever is wrong in it.

    `known` is the name of each party of the corpus, and its role there. A RefusedFileError says what to do.
    """
    extract = convert_sent(name, data)
    if _OURS.match(extract.markdown):
        text = extract.markdown.rstrip("\n") + "\n"
        return [Draft(id=id_of(name), title="", kind="", text=text, lost=extract.lost)]
    return _of(extract, name, kind, known)


def placed(problems: Iterable[Problem], ready: Settled) -> list[Problem]:
    """The problems of such a text, with the lines of the one that it was made of."""
    lines = ready.lines
    return [replace(each, line=lines[each.line - 1]) if 0 < each.line <= len(lines) else each for each in problems]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A part of a text, and what the knowledge base has that is nearest to it."""

    text: str
    hits: tuple[Hit, ...]
    same: bool
    """Whether the first hit says the same in nearly the same words."""


def nearest(base: KnowledgeBase, text: str, parsed: Parsed) -> list[Near]:
    """What is there already of what a text says: the nearest passages to its summary, lessons and quotations."""
    parts = list(dict.fromkeys(_parts(text, parsed)))[:_ASKED]
    found = [(part, base.search(Query(text=part[:_SHOWN], limit=3), wait=False)) for part in parts]
    return [_near(part, (*results.hits, *results.near_misses)[:3]) for part, results in found]


def _near(part: str, hits: tuple[Hit, ...]) -> Near:
    alike = sorted(hits, key=lambda hit: -_share(part, hit.passage.text))
    same = bool(alike) and _share(part, alike[0].passage.text) >= SAME
    return Near(text=part, hits=tuple(alike) if same else hits, same=same)


def _parts(text: str, parsed: Parsed) -> Iterator[str]:
    """What a text says; where it cannot be read yet, its long paragraphs."""
    if parsed.document:
        told = ("summary", "lesson", "quote", "perspective")
        yield from (each.text for kind in told for each in parsed.passages if each.kind == kind)
        return
    body = re.sub(r"\A---\n.*?^---[ \t]*$", "", text, count=1, flags=re.DOTALL | re.MULTILINE)
    for part in re.split(r"\n\s*\n", body):
        plain = " ".join(re.sub(r"\[@[^\]]*\]|\{[^{}]*\}|\\", "", part).split()).lstrip("->* ")
        if len(plain) >= _LONG and not plain.startswith(("#", "TODO", "|")):
            yield plain


def _share(one: str, other: str) -> float:
    """The share of their words, as stems, that two texts have in common, from 0 to 1."""
    first, second = (Counter(token.stem for token in tokens(text)) for text in (one, other))
    return 2 * (first & second).total() / max(1, first.total() + second.total())
