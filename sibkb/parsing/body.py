"""Markdown -> blocks: what each paragraph, list item and block quote says, where it stands, and what hangs on it.

The only owner of markdown-it. Raw HTML is text. Under a reserved heading only that heading's form makes entries;
paragraphs there are introductions, or the context of the quote before them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from sibkb.parsing import marks

RESERVED: Final[Mapping[str, str]] = {
    "Lessons": "lesson",
    "Perspectives": "perspective",
    "In their words": "quote",
    "Disputes and limits": "dispute",
}
NOT_STATED: Final = "speaker not stated"
_FORMS: Final[Mapping[str, tuple[str, str, str]]] = {
    **dict.fromkeys(
        ("lesson", "perspective", "dispute"), ("bullet_list", "list items", "begin each entry with `- `, or")
    ),
    "quote": ("blockquote", "block quotes", "begin each line with `> `, or"),
}
"""Kind -> the node its entries are, what to call them, how to begin them."""
_CODE: Final = frozenset({"fence", "code_block"})
"""Braces and brackets in these mean what they mean in that code."""
_OPENING_MARKS: Final = ("“", '"', "‘", "«", "„", "'")
_BULLETS: Final = ("–", "—", "•", "·", "▪", "●")

Lines = tuple[int, int]
"""First and last, counted from 1."""
Report = Callable[[Lines, tuple[str, ...], str, str, str], None]
"""lines, words that stand one after another before the place meant, code, message, fix"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One entry or paragraph, before its attributes are checked."""

    kind: str
    text: str
    lines: Lines
    heading: tuple[str, ...] = ()
    speaker: str | None = None
    context: str = ""
    attributes: marks.Attributes = field(default_factory=marks.Attributes)
    citations: tuple[str, ...] = ()
    context_citations: tuple[str, ...] = ()
    end: int = 0
    """Last line of what belongs to it, the context of a quote among it; 0 where that is its own last line."""


def blocks(text: str, first_line: int, report: Report) -> list[Block]:
    """Every block of the body in its order; what cannot be read is reported and left out."""
    root = SyntaxTreeNode(_markdown().parse(text))
    reader = _Reader(lines=text.split("\n"), first_line=first_line, report=report)
    found: list[Block] = []
    for node in root.children:
        if node.type == "heading":
            reader.enter(node)
            continue
        for block in reader.read(node):
            if block.kind == "context":
                found[-1] = _with_context(found[-1], block)
            else:
                found.append(block)
    return found


def _with_context(quote: Block, context: Block) -> Block:
    return replace(
        quote,
        context=f"{quote.context} {context.text}".strip(),
        context_citations=(*quote.context_citations, *context.citations),
        end=context.lines[1],
    )


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Where in the body we are."""

    lines: Sequence[str]
    first_line: int
    report: Report
    trail: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    seen: frozenset[str] = frozenset()
    after_quote: bool = False

    @property
    def reserved(self) -> str | None:
        return RESERVED.get(self.trail[0]) if self.levels[:1] == (2,) else None

    def enter(self, node: SyntaxTreeNode) -> None:
        level, lines = int(node.tag[1]), self.place(node)
        written, inside = marks.without_block(plain(node))
        title = " ".join(written.split())
        self.after_quote = False
        if inside is not None:
            self.report(lines, ("{",), "B013", "a heading takes no attributes", "remove the braces")
        if not title:
            self.report(lines, (), "B016", "there is no text here", "write the heading or remove it")
        if level == 1:
            self.report(lines, (), "B017", "a heading of the first level",
                        "use ##, or remove it: the title stands in the front matter")  # fmt: skip
            return
        if level == 2:
            self.check_reserved(lines, title)
        keep = sum(1 for each in self.levels if each < level)
        self.trail, self.levels = (*self.trail[:keep], title), (*self.levels[:keep], level)

    def check_reserved(self, lines: Lines, title: str) -> None:
        meant = None if title in RESERVED else _reserved_by(title)
        if meant:
            self.report(lines, (title,), "B020", f"`{title}` is nearly `{meant}`", f"write `## {meant}`")
        if title in RESERVED and title in self.seen:
            self.report(lines, (title,), "B018", f"the heading `{title}` stands twice",
                        "move its entries under the first")  # fmt: skip
        self.seen |= {title}

    def place(self, node: SyntaxTreeNode) -> Lines:
        """First and last line in the file, trailing blank lines left off."""
        first, last = node.map or (0, 1)
        while last - 1 > first and not self.lines[last - 1].strip(" \t>"):
            last -= 1
        return first + self.first_line, last + self.first_line - 1

    def read(self, node: SyntaxTreeNode) -> Iterator[Block]:
        form, name, fix = _FORMS.get(self.reserved or "", ("", "", ""))
        if self.reserved and node.type == form:
            yield from self.entries(node)
        elif self.reserved and (node.type != "paragraph" or self.begun_otherwise(node)):
            self.report(
                self.place(node), (), "B009", f"`{self.trail[0]}` takes {name} alone", f"{fix} move this to a section"
            )
        else:
            yield from self.prose(node)

    def begun_otherwise(self, node: SyntaxTreeNode) -> bool:
        """Whether a paragraph is an entry that begins with another sign than ours."""
        return plain(node).startswith(_OPENING_MARKS if self.reserved == "quote" else _BULLETS)

    def entries(self, node: SyntaxTreeNode) -> Iterator[Block]:
        if node.type == "blockquote":
            yield from self.quote(node)
            return
        for item in node.children:
            block = (
                self.perspective(item)
                if self.reserved == "perspective"
                else self.plain_block(item, self.reserved or "")
            )
            if block:
                yield block

    def prose(self, node: SyntaxTreeNode) -> Iterator[Block]:
        if node.type == "hr":
            return
        self.check_heading(node)
        kind = "section" if self.trail else "summary"
        block = self.plain_block(node, "context" if self.after_quote and node.type == "paragraph" else kind)
        if block and block.kind == "context" and block.attributes != marks.Attributes():
            self.report(block.lines, ("{",), "B013", "the context of a quote takes no attributes",
                        "move them to the line of who said it")  # fmt: skip
        if block:
            yield block

    def check_heading(self, node: SyntaxTreeNode) -> None:
        """Report a line that was meant to be a heading, and is a paragraph."""
        written = plain(node).strip()
        title = written.lstrip("#")
        meant = title if title in RESERVED else _reserved_by(title) if title != written else None
        if node.type == "paragraph" and meant:
            self.report(self.place(node), (written,), "B020", f"`{written}` is no heading", f"write `## {meant}`")

    def plain_block(self, node: SyntaxTreeNode, kind: str) -> Block | None:
        text, inside = (plain(node), None) if node.type in _CODE else marks.without_block(plain(node))
        return self.finish(node, kind, text, inside)

    def finish(
        self, node: SyntaxTreeNode, kind: str, text: str, inside: str | None, speaker: str | None = None
    ) -> Block | None:
        text, citations = (text, ()) if node.type in _CODE else marks.without_citations(text)
        place = self.place(node)
        if not text.strip():
            self.report(place, (), "B016", "there is no text here", "write the entry or remove it")
            return None
        if node.type not in _CODE:
            self.check_left(place, text)
        return Block(
            kind=kind,
            text=" ".join(text.split()),
            lines=place,
            heading=self.trail,
            speaker=speaker,
            attributes=marks.attributes(inside or ""),
            citations=citations,
        )

    def check_left(self, lines: Lines, text: str) -> None:
        if unread := marks.unread_citation(text):
            self.report(lines, (unread.split()[0],), "B019", f"`{unread}` cannot be read",
                        "write [@id] or [@id; @id], and a page number in the text")  # fmt: skip
        if unclosed := marks.open_block(text):
            self.report(lines, (unclosed.split()[0],), "B004", f"`{unclosed}` is not closed", "end it with }")
        if misplaced := marks.misplaced_block(text):
            self.report(lines, (misplaced.split()[0],), "B004", f"`{misplaced}` stands inside the text",
                        "put all attributes in one block at the end")  # fmt: skip

    def perspective(self, item: SyntaxTreeNode) -> Block | None:
        lines = self.place(item)
        who, said = _speaker_and_rest(item)
        said, inside = marks.leading_block(said)
        if inside is None:
            said, inside = marks.without_block(said)
        colon = who.endswith(":") or said.lstrip().startswith(":")
        who, said = who.rstrip(": "), said.lstrip().removeprefix(":").strip()
        if not who or not colon:
            self.report(lines, (), "B010", "a perspective begins with its speaker and a colon",
                        "write `- **Who, their role**: what they said`")  # fmt: skip
            return None
        if said[:1] and said[0] in _OPENING_MARKS:
            self.report(lines, (who, said[0]), "B011", "a perspective is our summary, not a quotation",
                        "reword it without marks, or move the exact words to `In their words`")  # fmt: skip
        return self.finish(item, "perspective", said, inside, speaker=who)

    def quote(self, node: SyntaxTreeNode) -> Iterator[Block]:
        self.after_quote = False
        *words, last = [plain(child) for child in node.children] or [""]
        attribution, inside = marks.without_block(last)
        attribution, citations = marks.without_citations(attribution)
        speaker = attribution.lstrip("—–- ").strip()
        if not last.startswith(("—", "–", "--")):
            self.report(self.place(node), (), "B012", "a quote without its attribution",
                        "add a blank quote line and `> — who said it`")  # fmt: skip
        elif not speaker:
            self.report(self.place(node), (last[0],), "B012", "a quote without its attribution",
                        f"write `> — {NOT_STATED}` where the source does not say")  # fmt: skip
        elif block := self.finish(
            node, "quote", "\n".join(words), inside, speaker=None if speaker == NOT_STATED else speaker
        ):
            self.after_quote = True
            yield replace(block, citations=tuple(dict.fromkeys((*block.citations, *citations))))


def _reserved_by(title: str) -> str | None:
    """The reserved heading that a title was probably meant to be."""
    bare = re.sub(r"^[\d.)\s]+|[:\s]+$", "", title).lower()
    close = get_close_matches(bare, [each.lower() for each in RESERVED], n=1, cutoff=0.85)
    return next((each for each in RESERVED if [each.lower()] == close), None)


def plain(node: SyntaxTreeNode) -> str:
    """The words of a node: emphasis and links leave their text, line breaks become spaces, blocks stand apart."""
    if node.type in ("text", "code_inline", "code_block", "fence", "html_inline", "html_block"):
        return node.content
    if node.type in ("softbreak", "hardbreak"):
        return " "
    if node.type == "image":
        return node.content
    between = {"tr": " · ", "list_item": " ", "bullet_list": "; ", "ordered_list": "; ", "table": "; ", "tbody": "; "}
    apart = between.get(
        node.type, "" if node.type in ("inline", "paragraph", "strong", "em", "link", "th", "td") else " "
    )
    return apart.join(plain(child) for child in node.children)


def _speaker_and_rest(item: SyntaxTreeNode) -> tuple[str, str]:
    first = item.children[0] if item.children else None
    inline = first.children[0].children if first is not None and first.type == "paragraph" and first.children else []
    start = next((i for i, child in enumerate(inline) if child.type == "strong"), None)
    if start is None or any(plain(child).strip() for child in inline[:start]):
        return "", ""
    rest = "".join(plain(child) for child in inline[start + 1 :])
    more = " ".join(plain(child) for child in item.children[1:])
    return plain(inline[start]).strip(), f"{rest} {more}".rstrip()
