"""Markdown -> blocks: what each paragraph, list item and block quote says, where it stands, and what hangs on it.

The only owner of markdown-it. Raw HTML is text. Under a reserved heading only that heading's form makes entries;
paragraphs there are introductions, or the context of the quote before them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
_FORMS: Final[Mapping[str, str]] = {"lesson": "bullet_list", "perspective": "bullet_list", "quote": "blockquote"}
_OPENING_MARKS: Final = "“\"‘«„'"

Report = Callable[[int, str, str, str, str], None]
"""line, text to find the column by, code, message, fix"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One entry or paragraph, before its attributes are checked."""

    kind: str
    text: str
    lines: tuple[int, int]
    heading: tuple[str, ...] = ()
    speaker: str | None = None
    context: str = ""
    attributes: marks.Attributes = marks.Attributes()
    citations: tuple[str, ...] = ()


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
                found[-1] = replace(found[-1], context=f"{found[-1].context} {block.text}".strip())
            else:
                found.append(block)
    return found


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
        return RESERVED.get(self.trail[0]) if self.trail else None

    def enter(self, node: SyntaxTreeNode) -> None:
        level, title = int(node.tag[1]), plain(node)
        line, _ = self.place(node)
        if level == 1:
            self.report(
                line, title, "B017", "a heading of the first level", "the title stands in the front matter: use ##"
            )
        if level == 2 and title in RESERVED and title in self.seen:
            self.report(line, title, "B018", f"the heading `{title}` stands twice", "move its entries under the first")
        keep = sum(1 for each in self.levels if each < level)
        self.trail, self.levels = (*self.trail[:keep], title), (*self.levels[:keep], level)
        self.seen |= {title}
        self.after_quote = False

    def place(self, node: SyntaxTreeNode) -> tuple[int, int]:
        """First and last line in the file, trailing blank lines left off."""
        first, last = node.map or (0, 1)
        while last - 1 > first and not self.lines[last - 1].strip(" >"):
            last -= 1
        return first + self.first_line, last + self.first_line - 1

    def read(self, node: SyntaxTreeNode) -> Iterator[Block]:
        form = _FORMS.get(self.reserved or "", "bullet_list" if self.reserved else None)
        if self.reserved and node.type == form:
            yield from self.entries(node)
        elif self.reserved and node.type != "paragraph":
            line, _ = self.place(node)
            name = {"bullet_list": "list items", "blockquote": "block quotes"}[form or ""]
            self.report(
                line, "", "B009", f"`{self.trail[0]}` takes {name} alone", "change its form or move it to a section"
            )
        else:
            yield from self.prose(node)

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
        kind = "section" if self.trail else "summary"
        if block := self.plain_block(node, "context" if self.after_quote and node.type == "paragraph" else kind):
            yield block

    def plain_block(self, node: SyntaxTreeNode, kind: str) -> Block | None:
        text, inside = marks.without_block(plain(node))
        return self.finish(node, kind, text, inside)

    def finish(
        self, node: SyntaxTreeNode, kind: str, text: str, inside: str | None, speaker: str | None = None
    ) -> Block | None:
        text, citations = marks.without_citations(text)
        place = self.place(node)
        if not text.strip():
            self.report(place[0], "", "B016", "there is no text here", "write the entry or remove it")
            return None
        return Block(
            kind=kind,
            text=" ".join(text.split()),
            lines=place,
            heading=self.trail,
            speaker=speaker,
            attributes=marks.attributes(inside or ""),
            citations=citations,
        )

    def perspective(self, item: SyntaxTreeNode) -> Block | None:
        line, _ = self.place(item)
        who, said = _speaker_and_rest(item)
        if not who:
            self.report(line, "", "B010", "a perspective begins with its speaker", "write - **Who**: what they said")
            return None
        said, inside = marks.leading_block(said)
        if inside is None:
            said, inside = marks.without_block(said)
        said = said.lstrip().removeprefix(":").strip()
        if said[:1] and said[0] in _OPENING_MARKS:
            self.report(line, said[0], "B011", "a perspective is our summary, not a quotation",
                        "reword it without marks, or move the exact words to `In their words`")  # fmt: skip
        return self.finish(item, "perspective", said, inside, speaker=who)

    def quote(self, node: SyntaxTreeNode) -> Iterator[Block]:
        self.after_quote = True
        line, _ = self.place(node)
        *words, last = [plain(child) for child in node.children] or [""]
        if not last.startswith(("—", "–", "--")):
            self.report(
                line, "", "B012", "a quote without its attribution", "add a blank quote line and `> — who said it`"
            )
            return
        attribution, inside = marks.without_block(last)
        attribution, citations = marks.without_citations(attribution)
        speaker = attribution.lstrip("—–- ").strip()
        block = self.finish(node, "quote", "\n".join(words), inside, speaker=None if speaker == NOT_STATED else speaker)
        if block:
            yield replace(block, text=" ".join(" ".join(words).split()), citations=citations)


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
    return plain(inline[start]).strip().removesuffix(":"), f"{rest} {more}".rstrip()
