"""What a file says -> the text of a draft in the corpus format.

The text is kept whole. The front matter holds what the text seems to say, each guess with the words it rests on, and a
TODO wherever a person must decide. A file that is in the corpus format already is its own draft.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

from sibkb import vocabulary
from sibkb.importing.candidates import Candidate, Suggest, candidates, listed, no_theme
from sibkb.importing.extract import Extract, Lost, Turn
from sibkb.importing.front import CONSENT, comment, quoted
from sibkb.importing.guessing import Guess, guesses
from sibkb.importing.plain import escaped
from sibkb.strict_yaml import StrictYamlError, load

KINDS: Final = ("case", "interview")
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])")
"""Names that Windows keeps for itself."""
_LONGEST_ID: Final = 60
_LONGEST_TITLE: Final = 150
_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_FRONT: Final = re.compile(r"---\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_SUMMARY: Final = "TODO: one paragraph that says what this is and why it matters. [@document]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file of the corpus to be, and what a person should know before looking into it."""

    id: str
    title: str
    kind: str
    text: str
    """The whole file."""
    guesses: tuple[Guess, ...] = ()
    lost: tuple[Lost, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    columns: tuple[tuple[str, str | None], ...] = ()
    """Of a table: each column, and what it was taken for; None where it was not used."""


def drafted(
    extract: Extract, name: str, kind: str | None, known: Mapping[str, str], suggest: Suggest = no_theme
) -> Draft:
    """Make the draft of a file of that name; `known` is the name of each party of the corpus, and its role there.

    Without a kind, a text that several people speak in is an interview, and any other a case.
    """
    id = id_of(name)
    if told := _in_our_format(extract.markdown):
        return Draft(id=id, title=told[0], kind=told[1], text=extract.markdown.rstrip("\n") + "\n", lost=extract.lost)
    title, body = _title_and_body(extract, name)
    kind = kind or ("interview" if len(extract.turns) > 1 else "case")
    found = guesses([part for part in re.split(r"\n\s*\n", body) if part.strip()], known)
    draft = Draft(id=id, title=title, kind=kind, text="", guesses=found, lost=extract.lost)
    said = "\n\n".join(map(_said, extract.turns))
    text = "\n\n".join(filter(None, (body, said)))
    offered = candidates(text, extract.turns, suggest)
    front = f"---\n{''.join(_front(draft, name))}"
    above = front.count("\n") + listed(offered).count("\n") + 2
    offered = tuple(replace(each, line=each.line + above) for each in offered)
    return replace(draft, text=f"{front}{listed(offered)}---\n\n{text}\n", candidates=offered)


def _said(turn: Turn) -> str:
    """A paragraph: who speaks, from when on, and the words."""
    return f"**{escaped(turn.speaker or 'Not named')}** ({turn.where}): {escaped(' '.join(turn.text.split()))}"


def id_of(name: str) -> str:
    """An id made of a file's name: what is left of it in lower case, digits and hyphens."""
    stem = PurePath(name.replace("\\", "/")).stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    id = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_ID].strip("-") or "draft"
    return f"{id}-file" if _RESERVED.fullmatch(id) else id


def _in_our_format(text: str) -> tuple[str, str] | None:
    """Title and kind of a text that has our front matter."""
    front = _FRONT.match(text)
    try:
        value = load(front[1]).value if front else None
    except StrictYamlError:
        return None
    if not isinstance(value, dict) or not {"kind", "sources"} <= value.keys():
        return None
    return str(value.get("title") or ""), str(value["kind"])


def _title_and_body(extract: Extract, name: str) -> tuple[str, str]:
    """The title, and the text with its headings below it; of a title that leads the text, the heading goes."""
    lines = _without_front(extract.markdown).split("\n")
    headings = dict(_headings(lines))
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    leads = headings.get(first)
    title = extract.title or (leads[1] if leads and leads[0] == 1 else None) or _short(lines[first])
    if leads and leads[0] == 1 and _words(leads[1]) == _words(title or ""):
        lines[first] = ""
        del headings[first]
    if any(level == 1 for level, _ in headings.values()):
        for number, (level, words) in headings.items():
            lines[number] = f"{'#' * min(level + 1, 6)} {words}"
    body = "\n".join(lines).strip()
    if body.startswith("#") or not body:
        body = f"{_SUMMARY}\n\n{body}".strip()
    return title or f"TODO a title for {name}", body


def _without_front(text: str) -> str:
    """The text with front matter that is not ours kept as code at its end."""
    if not (front := _FRONT.match(text)):
        return text
    return f"{text[front.end() :].strip()}\n\n## Front matter of the file\n\n```yaml\n{front[1]}```"


def _headings(lines: list[str]) -> Iterator[tuple[int, tuple[int, str]]]:
    """Line, level and words of each heading outside code; one that is underlined becomes one that begins with `#`."""
    fenced = False
    for number, line in enumerate(lines):
        fenced ^= bool(_FENCE.match(line))
        if fenced:
            continue
        if match := _HEADING.fullmatch(line.strip()):
            yield number, (len(match[1]), match[2])
        elif _underlines(lines, number):
            level, words = (1 if line.strip()[0] == "=" else 2), lines[number - 1].strip()
            lines[number - 1], lines[number] = f"{'#' * level} {words}", ""
            yield number - 1, (level, words)


def _underlines(lines: list[str], number: int) -> bool:
    """Whether a line makes a heading of the single line above it."""
    above = lines[max(0, number - 2) : number]
    alone = bool(above) and bool(above[-1].strip()) and (len(above) == 1 or not above[0].strip())
    return alone and "|" not in above[-1] and bool(re.fullmatch(r"=+|-{2,}", lines[number].strip()))


def _short(line: str) -> str | None:
    plain = line.strip().strip("*_# ").replace("\\", "")
    return plain if plain and len(plain) <= _LONGEST_TITLE else None


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _because(guess: Guess) -> str:
    return comment(f"guess from paragraph {guess.paragraph}: “{guess.words}”")


def _front(draft: Draft, name: str) -> Iterator[str]:
    found, kind = draft.guesses, draft.kind
    yield comment(f"A draft made from {name}. Look at every guess, fill in what is to do: sibkb accept {draft.id}")
    yield "\n# Not kept from the file:\n" if draft.lost else "\n# Everything in the file was kept.\n"
    yield from (comment(f"- {each.where}: {each.what}") + "\n" for each in draft.lost)
    yield f"title: {quoted(draft.title)}\nkind: {kind}\n"
    yield from _countries([each for each in found if each.key == "countries"])
    yield f"sector: TODO  # one of: {', '.join(vocabulary.SECTORS)}\n"
    if kind == "case":
        yield f"stage: TODO  # one of: {', '.join(vocabulary.STAGES)}\n"
    for key in ("start", "end"):
        guess = next((each for each in found if each.key == key), None)
        yield f"{key}: {guess.value}  {_because(guess)}\n" if guess else f"{key}: null\n"
    yield from _parties([each for each in found if each.key not in ("countries", "start", "end", "money")])
    yield from _money([each for each in found if each.key == "money"])
    yield (CONSENT if kind == "interview" else "") + "release: internal\n"
    yield f"sources:\n  - id: document\n    title: {quoted(draft.title)}\n"
    yield '    publisher: "TODO who published it, or whose file it is"\n    date: null\n'
    yield "    url: null\n    read: whole\n"
    yield f"    note: {quoted('Imported from ' + name)}\n"


def _countries(found: list[Guess]) -> Iterator[str]:
    if not found:
        yield "countries: [TODO]  # two capitals, such as GB, the lead country first\n"
        return
    yield "countries:\n"
    yield from (f"  - {each.value}  {_because(each)}\n" for each in found)


def _parties(found: list[Guess]) -> Iterator[str]:
    if not found:
        yield "parties: {}\n"
        return
    yield "# Parties that other files of the corpus name; they may have another part here.\nparties:\n"
    for role in dict.fromkeys(each.key for each in found):
        yield f"  {role}:\n"
        yield from (f"    - {quoted(each.value)}  {_because(each)}\n" for each in found if each.key == role)


def _money(found: list[Guess]) -> Iterator[str]:
    if not found:
        yield "money: []\n"
        return
    yield "# Sums that the text names: say what each is, or remove it.\nmoney:\n"
    for each in found:
        value = f"amount: {each.value}, currency: {each.currency}" if each.currency else f"figure: {quoted(each.value)}"
        yield f'  - {{what: "TODO what is it", {value}, source: document}}  {_because(each)}\n'
