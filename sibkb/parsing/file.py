"""One whole file: front matter and body joined into a document with its passages, and what is wrong with either."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final

from sibkb import vocabulary
from sibkb.model import Document, Passage, Problem, strictest
from sibkb.parsing import attributes, body, front_matter
from sibkb.parsing.front_matter import FrontMatter
from sibkb.parsing.missed import missed
from sibkb.parsing.nearest import did_you_mean
from sibkb.strict_yaml import Located, Path, StrictYamlError, load
from sibkb.words import fingerprint

MAX_BYTES: Final = 1_000_000
"""A larger file is no case study; it would stall the check and the reader."""

_TODO: Final = re.compile(r"\bTODO\b")
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\u202d\u202e\ufeff\ufffd]")
"""What is shown as nothing and parts a word, turns its letters round, or stands where a letter was lost."""
_RELEASE: Final = re.compile(r"\{[^{}]*?\brelease\b\W*(\w*)")
_PARTY_LABELS: Final[Mapping[str, str]] = {
    "outcome_payers": "Outcome payer",
    "investors": "Investor",
    "intermediaries": "Intermediary",
    "providers": "Provider",
    "evaluators": "Evaluator",
    "technical_assistance": "Technical assistance",
    "funders": "Funder",
    "chair": "Chair",
    "authors": "Author",
    "interviewees": "Interviewees",
}
_ENTRY_LABELS: Final[Mapping[str, str]] = {
    "money": "Money",
    "outcome_metrics": "Outcome metric",
    "results": "Result",
    "people_served": "People served",
    "timeline": "Timeline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a file gave: a document and its passages if nothing in it is an error, and all its problems."""

    document: Document | None
    passages: tuple[Passage, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    """What a reader would miss, where there is a document."""
    releases: Mapping[str, str] | None = None
    """Id -> release, of the document and its passages, read also where something else is an error; None where the front
    matter does not tell the document's."""
    places: Mapping[str, tuple[int, int]] | None = None
    """Front matter key -> line and column, for what is checked across files."""
    ends: Mapping[str, int] = field(default_factory=dict)
    """Id of each passage of the body -> last line of what belongs to it, the context of a quote among it."""


def parse(path: str, data: bytes) -> Parsed:
    """Read one file; `path` is relative to the corpus folder and gives the document its id."""
    file = _File(path=path, digest=hashlib.sha256(data).hexdigest())
    if not (file.decode(data) and file.divide()):
        return Parsed(document=None, passages=(), problems=file.sorted())
    located, front = file.front()
    facts = file.facts(front, located) if front and located else []
    release = front.release if front else _release(located)
    passages = file.named([*facts, *file.passages(front)], release or "public")
    told = passages[len(facts) :]
    broken = front is None or any(problem.severity == "error" for problem in file.problems)
    return Parsed(
        document=None if broken or front is None else file.document(front, passages),
        passages=() if broken else tuple(passages),
        problems=file.sorted(),
        warnings=() if broken or front is None or located is None else missed(path, front, located, passages),
        releases=file.releases(release, passages) if release else None,
        places={str(path[0]): place for path, place in located.places.items() if len(path) == 1} if located else None,
        ends={passage.id: end for passage, end in zip(told, file.ends, strict=True)},
    )


def divide(lines: Sequence[str]) -> int | None:
    """How many lines stand before the body; None where no front matter stands there, or it does not end."""
    if lines[0].removeprefix("\ufeff").rstrip() != "---":
        return None
    return next((i + 1 for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)


def _release(located: Located | None) -> str | None:
    value = located.value if located else None
    release = value.get("release") if isinstance(value, dict) else None
    return release if isinstance(release, str) and release in vocabulary.RELEASES else None


class _File:
    """One file while it is read: its text and the problems found so far."""

    def __init__(self, path: str, digest: str) -> None:
        self.path, self.digest = path, digest
        self.id = PurePosixPath(path).stem
        self.lines: list[str] = []
        self.body_line = 1
        self.ends: list[int] = []
        """Last line of each block of the body and what belongs to it."""
        self.problems: list[Problem] = []

    def report(self, line: int, column: int, code: str, message: str, fix: str) -> None:
        self.problems.append(Problem(path=self.path, line=line, column=column, code=code, message=message, fix=fix))

    def report_at(self, lines: body.Lines, needles: tuple[str, ...], code: str, message: str, fix: str) -> None:
        """Report where the last needle stands, found after the others; at the beginning of the lines without one."""
        first, last = lines
        text = "\n".join(self.lines[first - 1 : last])
        start, end = len(text) - len(text.lstrip()), 0
        for needle in needles:
            if match := re.compile(_whole_word(needle)).search(text, end):
                start, end = match.span()
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        self.report(first + text.count("\n", 0, start), column, code, message, fix)

    def sorted(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.problems, key=lambda problem: (problem.line, problem.column, problem.code)))

    # The file as a whole

    def decode(self, data: bytes) -> bool:
        """Fill `lines`; False where the data are no text that we read."""
        if not front_matter.ID.fullmatch(self.id):
            self.report(
                0, 0, "D005", f"`{self.id}` is no document id", "name the file in lower case, digits and hyphens"
            )
        if len(data) > MAX_BYTES:
            size = f"{len(data) / 1e6:.1f} MB"
            self.report(0, 0, "D002", f"the file has {size}", f"keep a case under {MAX_BYTES // 10**6} MB: split it")
            return False
        try:
            self.lines = _lines(data)
        except UnicodeDecodeError as error:
            before = _lines(data[: error.start])
            byte = f"byte 0x{data[error.start]:02x}"
            self.report(len(before), len(before[-1]) + 1, "D001", f"{byte} is not UTF-8", "save the file as UTF-8")
            return False
        for number, written in enumerate(self.lines, 1):
            if match := _TODO.search(written):
                self.report(number, match.start() + 1, "D006", "something is left to do here",
                            "fill it in, or remove it")  # fmt: skip
        return True

    def _check_seen(self, number: int, written: str) -> None:
        if match := _UNSEEN.search(written):
            sign = f"U+{ord(match[0]):04X}"
            if match[0] == "\ufffd":
                self.report(number, match.start() + 1, "D008", f"a letter was lost here, {sign}", "write it anew")
            else:
                self.report(number, match.start() + 1, "D008", f"a character that nobody sees, {sign}", "remove it")

    def divide(self) -> bool:
        """Find where the front matter ends and the body begins; False where that cannot be told."""
        if self.lines[0].rstrip() != "---":
            self.report(1, 1, "D003", "there is no front matter",
                        "begin the file with a line `---`, as `sibkb new` does")  # fmt: skip
            return False
        start = divide(self.lines)
        if start is None:
            self.report(1, 1, "D004", "the front matter is not closed", "end it with a line `---`")
            return False
        self.body_line = start + 1
        for number, written in enumerate(self.lines[start:], self.body_line):
            self._check_seen(number, written)
            if (at := written.find("<!--")) >= 0:
                self.report(number, at + 1, "D006", "a comment stands here, and would be published",
                            "remove it; in the front matter, what follows # is for you alone")  # fmt: skip
        return True

    # The front matter

    def front(self) -> tuple[Located | None, FrontMatter | None]:
        try:
            located = load("\n".join(self.lines[1 : self.body_line - 2]) + "\n", first_line=2)
        except StrictYamlError as error:
            self.report(*error.place, "F001", str(error), error.fix)
            return None, None
        front, findings = front_matter.read({} if located.value is None else located.value)
        for path, code, message, fix in findings:
            self.report(*located.place(path), code, message, fix)
        if front:
            self._check_front(front, located)
        return located, front

    def _check_front(self, front: FrontMatter, located: Located) -> None:
        rows = list(_rows(front))
        self._check_ids([(("sources", i), row) for i, row in enumerate(front.sources)], located)
        self._check_ids(rows, located)
        for path, row in rows:
            self._check_cited(row.source, front, located, path)
        self._check_money(front, located)
        self._check_whole(front, located)

    def _check_ids(self, rows: Iterable[tuple[Path, Any]], located: Located) -> None:
        seen: set[str] = set()
        for path, row in rows:
            if row.id in seen:
                place = located.place((*path, "id"))
                self.report(*place, "F018", f"the id `{row.id}` is given twice", "give this one another")
            if row.id:
                seen.add(row.id)

    def _check_cited(self, ids: Iterable[str], front: FrontMatter, located: Located, path: Path) -> None:
        read = {row.id: row.read for row in front.sources}
        for i, id in enumerate(ids):
            place = located.place((*path, "source", i))
            if id not in read:
                self.report(*place, "F020", f"there is no source `{id}`", did_you_mean(id, read))
            elif read[id] == "not":
                self.report(*place, "F021", f"the source `{id}` was not read", "read it, or rest the fact on another")

    def _check_money(self, front: FrontMatter, located: Located) -> None:
        for i, row in enumerate(front.money):
            if (row.amount is None) == (row.figure is None):
                self.report(*located.place(("money", i)), "F022", "money needs an amount or a figure, one of them",
                            "write amount: 7200000, currency: USD, or figure: just over 3%")  # fmt: skip
            elif row.amount is not None and row.currency is None:
                self.report(*located.place(("money", i, "amount")), "F022", "an amount needs its currency",
                            "add currency: GBP, or write a figure in words")  # fmt: skip

    def _check_whole(self, front: FrontMatter, located: Located) -> None:
        if front.start and front.end and front.end[: len(front.start)] < front.start[: len(front.end)]:
            self.report(*located.place(("end",)), "F019", f"the end {front.end} is before the start {front.start}",
                        "correct one of them")  # fmt: skip
        if front.kind == "case" and not front.stage:
            self.report(*located.place(("kind",)), "F024", "a case needs its stage",
                        f"add stage: one of {', '.join(vocabulary.STAGES)}")  # fmt: skip
        if front.kind == "interview" and not front.consent and front.release == "public":
            self.report(*located.place(("kind",)), "F023", "an interview without consent is not public",
                        "add consent: {who, date, scope}, with url where it is published already, "
                        "or release: internal")  # fmt: skip

    def facts(self, front: FrontMatter, located: Located) -> list[Passage]:
        """The front matter's parties and entries as passages, so that a name or a figure is found."""
        found: list[Passage] = []
        for role, label in _PARTY_LABELS.items():
            for i, row in enumerate(getattr(front.parties, role)):
                text = f"{label}: {row.name}" + (f" ({row.note})" if row.note else "")
                found.append(self._fact(text, located, ("parties", role, i), row, "Parties"))
        rows = iter(front_matter.entries(front))
        for name, label in _ENTRY_LABELS.items():
            for i, row in enumerate(getattr(front, name)):
                entry = next(rows)
                lead = f"{entry.figure}: {entry.what}" if name == "timeline" else f"{entry.what}: {entry.figure}"
                text = (entry.what if entry.figure is None else lead) + (f" ({entry.note})" if entry.note else "")
                found.append(self._fact(text, located, (name, i), row, label))
        return found

    def _fact(self, text: str, located: Located, path: Path, row: Any, label: str) -> Passage:
        return Passage(
            id=f"{self.id}.{row.id}" if row.id else "",
            document_id=self.id,
            kind="fact",
            text=text,
            lines=(located.place(path)[0], located.ends[path]),
            heading=(label,),
            source_ids=tuple(row.source),
        )

    # The body

    def passages(self, front: FrontMatter | None) -> list[Passage]:
        """What the body holds; without a front matter, what it says of sources and entries is not checked."""
        text = "\n".join(self.lines[self.body_line - 1 :])
        found = body.blocks(text, self.body_line, self.report_at)
        if not any(block.kind == "summary" for block in found):
            self.report(min(self.body_line, len(self.lines)), 1, "B001", "there is no summary before the first heading",
                        "say in one paragraph what this is and why it matters")  # fmt: skip
        self.ends = [block.end or block.lines[1] for block in found]
        return [self._passage(block, front) for block in found]

    def _passage(self, block: body.Block, front: FrontMatter | None) -> Passage:
        self._check_attributes(block)
        words = {word: value for word, value in block.attributes.words if word in attributes.ATTRIBUTES}
        if front:
            self._check_citations(block, front)
            self._check_touches(block, words.get("touches", "").split(), front)
        return Passage(
            id=f"{self.id}.{block.attributes.name}" if block.attributes.name else "",
            document_id=self.id,
            kind=block.kind,
            text=block.text,
            lines=block.lines,
            heading=block.heading,
            context=block.context,
            themes=tuple(words.get("theme", "").split()),
            work_stage=words.get("work_stage"),
            audiences=tuple(words.get("audience", "").split()),
            basis=words.get("basis"),
            speaker=block.speaker,
            speaker_role=words.get("speaker_role"),
            about_role=words.get("about_role"),
            status=words.get("status", "reported") if block.kind == "quote" else None,
            key="key" in block.attributes.flags,
            release=words["release"] if words.get("release") in vocabulary.RELEASES else "public",
            touches=tuple(words.get("touches", "").split()),
            source_ids=tuple(dict.fromkeys((*block.citations, *block.context_citations))),
        )

    def _check_attributes(self, block: body.Block) -> None:
        given, takes = block.attributes, attributes.TAKES.get(block.kind, attributes.ANY)
        if given.unread:
            self.report_at(block.lines, ("{", given.unread.split()[0]), "B004", f"`{given.unread}` cannot be read",
                           'write {#name .key word=value list="one two"}')  # fmt: skip
        self._check_flags(block)
        for word, value in given.words:
            at = ("{", f"{word}=")
            if word not in attributes.ATTRIBUTES:
                self.report_at(
                    block.lines, at, "B002", f"unknown attribute `{word}`", did_you_mean(word, sorted(takes))
                )
            elif word not in takes:
                self.report_at(
                    block.lines, at, "B013", f"a {block.kind} takes no `{word}`", f"it takes {_and(sorted(takes))}"
                )
            else:
                self._check_values(block, word, value)
        for word, times in Counter(word for word, _ in given.words).items():
            if times > 1:
                self.report_at(block.lines, ("{", *[f"{word}="] * times), "B004", f"`{word}` is given twice",
                               f'keep one; a list is {word}="one two"')  # fmt: skip
        missing = [need for need in attributes.NEEDS.get(block.kind, ()) if need not in dict(given.words)]
        if missing and not given.unread:
            wanted = " ".join(f"{need}=…" for need in missing)
            fix = f"add {wanted} to its braces" if given.words else f"add {{{wanted}}} at its end"
            self.report_at(block.lines, (), "B005", f"this {block.kind} lacks {_and(missing)}", fix)

    def _check_flags(self, block: body.Block) -> None:
        for flag in block.attributes.flags:
            at, fix = ("{", f".{flag}"), "use `.key`, on a quote, lesson or perspective"
            if flag != "key":
                self.report_at(block.lines, at, "B002", f"unknown mark `.{flag}`", fix)
            elif block.kind not in attributes.KEYS:
                self.report_at(block.lines, at, "B013", f"a {block.kind} takes no `.key`", fix)

    def _check_values(self, block: body.Block, word: str, value: str) -> None:
        words = attributes.ATTRIBUTES[word]
        for each in (value.split() or [""]) if word in attributes.LISTS else [value]:
            if words is not None and each not in words:
                at = ("{", f"{word}=", each)
                message = f"unknown {word} `{each}`" if each else f"`{word}` is empty"
                listed = "," in each and word in attributes.LISTS
                fix = f'write a list without commas, {word}="one two"' if listed else did_you_mean(each, words)
                self.report_at(block.lines, at, "B003", message, fix)

    def _check_citations(self, block: body.Block, front: FrontMatter) -> None:
        read = {row.id: row.read for row in front.sources}
        if block.kind in body.RESERVED.values() and not block.citations:
            fix = f"add [@{next(iter(read))}], or whichever source it rests on"
            self.report_at(block.lines, (), "B006", f"this {block.kind} cites no source", fix)
        for id in (*block.citations, *block.context_citations):
            lines = block.lines if id in block.citations else (block.lines[0], len(self.lines))
            if id not in read:
                self.report_at(lines, (f"@{id}",), "B007", f"there is no source `{id}`", did_you_mean(id, read))
            elif read[id] == "not":
                self.report_at(
                    lines, (f"@{id}",), "B008", f"the source `{id}` was not read", "read it, or cite another"
                )

    def _check_touches(self, block: body.Block, touched: Iterable[str], front: FrontMatter) -> None:
        fields = [*front_matter.ENTRY_FIELDS, "parties", "start", "end", "stage"]
        rows = [row.id for _, row in _rows(front) if row.id]
        for each in touched:
            if each not in fields and each not in rows:
                self.report_at(block.lines, ("{", "touches=", each), "B015", f"there is nothing named `{each}` here",
                               did_you_mean(each, [*rows, *fields]))  # fmt: skip

    def named(self, passages: Iterable[Passage], release: str) -> list[Passage]:
        """Give every passage its id: the author's name, or kind and digest of the text, `-2` for an exact repeat."""
        seen: Counter[str] = Counter()
        found = []
        for passage in passages:
            id = passage.id or f"{self.id}.{passage.kind}-{fingerprint(passage.text)}"
            seen[id] += 1
            if seen[id] > 1:
                if passage.id and passage.kind != "fact":  # of two equal ids in the front matter F018 speaks
                    name = id.rpartition(".")[2]
                    self.report_at(passage.lines, ("{", f"#{name}"), "B014", f"the name `{name}` is given twice",
                                   "give this one another; ids of front matter entries are names too")  # fmt: skip
                id = f"{id}-{seen[id]}"
            found.append(replace(passage, id=id, release=strictest([release, passage.release])))
        return found

    def releases(self, release: str, passages: Iterable[Passage]) -> dict[str, str]:
        """Id -> release; a passage whose braces may mean a stricter one, but are not understood, counts as internal."""
        return {self.id: release, **{each.id: strictest([each.release, self._meant(each)]) for each in passages}}

    def _meant(self, passage: Passage) -> str:
        first, last = passage.lines
        odd = any(first <= each.line <= last and each.code in ("B002", "B004") for each in self.problems)
        words = _RELEASE.findall("\n".join(self.lines[first - 1 : last])) if first >= self.body_line else []
        known = [word if word in vocabulary.RELEASES else "internal" for word in words]
        return strictest([*known, "internal" if odd else "public"])

    def document(self, front: FrontMatter, passages: Sequence[Passage]) -> Document:
        return Document(
            id=self.id,
            kind=front.kind,
            title=front.title,
            path=self.path,
            digest=self.digest,
            countries=tuple(front.countries),
            sector=front.sector,
            summary=next((passage.text for passage in passages if passage.kind == "summary"), ""),
            sources=front_matter.sources(front),
            place=front.place,
            stage=front.stage,
            start=front.start,
            end=front.end,
            parties=front_matter.parties(front),
            entries=front_matter.entries(front),
            part_of=front.part_of,
            supported_by=tuple(front.supported_by),
            follows=tuple(front.follows),
            indigo_ids=tuple(front.indigo_ids),
            consent=front_matter.consent(front),
            release=front.release,
            passage_ids=tuple(passage.id for passage in passages),
        )


def _rows(front: FrontMatter) -> Iterator[tuple[Path, Any]]:
    for name in front_matter.ENTRY_FIELDS:
        yield from (((name, i), row) for i, row in enumerate(getattr(front, name)))
    for role in front_matter.PartyRows.model_fields:
        yield from ((("parties", role, i), row) for i, row in enumerate(getattr(front.parties, role)))


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _whole_word(needle: str) -> str:
    before, after = (r"(?<![\w-])" * needle[:1].isalnum(), r"(?![\w-])" * needle[-1:].isalnum())
    return before + re.escape(needle) + after


def _and(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
