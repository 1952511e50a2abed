"""Values -> a Word file about a document, in Word's own styles: its navigation and a reader's own template work on it.

Somebody's own words stand in the style Intense Quote and in quotation marks; our summary of what somebody said stands
in neither, and is called that.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sibkb import vocabulary
from sibkb.exporting import citing, wording
from sibkb.exporting.facts import ALL_PARTIES, Fact, Facts, Row
from sibkb.exporting.sheet import LICENCE
from sibkb.model import NOT_RECORDED, Document, Passage, Source, strictest

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.text.paragraph import Paragraph

LANGUAGE: Final = "en-GB"
_NOT_IN_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEEPEST: Final = 3
"""Levels of headings that are drawn apart."""
_HYPERLINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_BLUE: Final = "1F497D"
_A4: Final = (21.0, 29.7)
_NARROW, _WIDE = 4.2, 12.3
"""Centimetres across the columns of a table."""


def word(document: Document, passages: Sequence[Passage], *, url: str | None = None, made: date) -> bytes:
    """A Word file of a document, told from these of its passages alone; `url` is where it is read."""
    return _Writer(document, passages).written(url, made)


class _Writer:
    """One document while it is written."""

    def __init__(self, document: Document, passages: Sequence[Passage]) -> None:
        import docx

        self.document, self.passages = document, passages
        self.numbers, self.facts = document.numbers, Facts(document, passages)
        self.file: Docx = docx.Document()

    def written(self, url: str | None, made: date) -> bytes:
        self._prepare(made)
        self._add(self.document.title, "Title")
        self._add(" · ".join(self._about()), "Subtitle")
        for passage in self.passages:
            if passage.kind == "summary":
                self._cited(passage.text, passage.source_ids)
        self._glance()
        self._body()
        self._timeline()
        self._sources()
        self._end(url, made)
        file = io.BytesIO()
        self.file.save(file)
        return file.getvalue()

    def _about(self) -> Iterator[str]:
        document = self.document
        yield vocabulary.DOCUMENT_KINDS[document.kind].label
        yield from (wording.places(document), wording.sector(document), wording.dates(document))
        yield from filter(None, [wording.ending(document)])

    def _add(self, text: str, style: str) -> "Paragraph":
        return self.file.add_paragraph(_clean(text), style)

    def _cited(self, text: str, sources: Iterable[str], style: str = "Normal") -> "Paragraph":
        paragraph = self._add(text, style)
        self._refer(paragraph, sources)
        return paragraph

    def _refer(self, paragraph: "Paragraph", sources: Iterable[str]) -> None:
        """The numbers of sources, as they stand in the list at the end."""
        if numbers := ",\u00a0".join(str(self.numbers[id]) for id in sources):
            paragraph.add_run(f" [{numbers}]").font.superscript = True

    # The file

    def _prepare(self, made: date) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml.ns import qn
        from docx.shared import Cm, RGBColor

        about, stamp = self.file.core_properties, datetime.combine(made, datetime.min.time())
        about.title, about.language, about.author = _clean(self.document.title), LANGUAGE, "sibkb"
        about.subject, about.comments = wording.HOUSE, ""
        about.created = about.modified = stamp
        (language,) = self.file.styles.element.iter(qn("w:lang"))
        language.set(qn("w:val"), LANGUAGE)
        for name in ("Subtitle", "Intense Quote"):  # their own blue is too light to be read by everybody
            self.file.styles[name].font.color.rgb = RGBColor.from_string(_BLUE)
        self.file.styles["Intense Quote"].paragraph_format.keep_with_next = True
        page = self.file.sections[0]
        page.page_width, page.page_height = map(Cm, _A4)
        page.left_margin = page.right_margin = Cm((_A4[0] - _NARROW - _WIDE) / 2)
        foot = page.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")

    # Facts

    def _glance(self) -> None:
        self._add("At a glance", "Heading 1")
        table = self._table("What", "What is on record")
        for row in self.facts.rows():
            _, cell = self._line(table, row.label)
            self._fill(cell, row)

    def _fill(self, cell: Any, row: Row) -> None:
        for fact in row.facts:
            self._fact(_next(cell), fact)
            self._disputed(cell, fact.disputes)
        if not row.facts and row.name != ALL_PARTIES:
            _next(cell).add_run(NOT_RECORDED)
        self._disputed(cell, row.disputes)

    def _fact(self, paragraph: "Paragraph", fact: Fact, *, dated: bool = False) -> None:
        paragraph.add_run(_clean(f"{fact.text}: " if fact.figure and not dated else fact.text))
        if fact.figure and not dated:
            paragraph.add_run(_clean(wording.unbroken(fact.figure))).bold = True
        if fact.note:
            paragraph.add_run(_clean(f" ({fact.note})"))
        self._refer(paragraph, fact.sources)

    def _disputed(self, cell: Any, disputes: Iterable[Passage]) -> None:
        for each in disputes:
            paragraph = _next(cell)
            paragraph.add_run("Disputed: ").bold = True
            paragraph.add_run(_clean(each.text))
            self._refer(paragraph, each.source_ids)

    def _timeline(self) -> None:
        facts = self.facts.entries("timeline")
        if not facts:
            return
        self._add("Dates", "Heading 1")
        table = self._table("When", "What happened")
        for fact in facts:
            _, cell = self._line(table, wording.date_in_words(fact.figure or ""))
            self._fact(_next(cell), fact, dated=True)
            self._disputed(cell, fact.disputes)

    def _table(self, *names: str) -> Any:
        """A table of two columns, whose head is repeated on every page."""
        from docx.oxml import OxmlElement
        from docx.shared import Cm

        table = self.file.add_table(rows=1, cols=2, style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, (_NARROW, _WIDE), strict=True):
            column.width = Cm(width)
        for cell, name in zip(table.rows[0].cells, names, strict=True):
            cell.paragraphs[0].add_run(name).bold = True
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        return table

    @staticmethod
    def _line(table: Any, name: str) -> Any:
        row = table.add_row()
        row.cells[0].text = _clean(name)
        return row.cells

    # What is told

    def _body(self) -> None:
        above: tuple[str, ...] = ()
        for passage in self.passages:
            if passage.kind in ("fact", "summary"):
                continue
            shared = sum(1 for _ in _shared(above, passage.heading))
            for level, heading in enumerate(passage.heading[shared:], shared + 1):
                self._add(heading, f"Heading {min(level, _DEEPEST)}")
            above = passage.heading
            self._passage(passage)

    def _passage(self, passage: Passage) -> None:
        if passage.kind == "quote":
            self._add(wording.quoted(passage.text), "Intense Quote")
            self._cited(f"— {wording.said_by(passage)}", passage.source_ids)
            self._labels(passage)
            if passage.context:
                self._add(passage.context, "Normal")
        elif passage.kind == "perspective":
            paragraph = self._add("", "List Bullet")
            paragraph.add_run(_clean(f"{wording.said_by(passage)} ({wording.SUMMARISED}): ")).bold = True
            paragraph.add_run(_clean(passage.text))
            self._refer(paragraph, passage.source_ids)
            self._labels(passage)
        else:
            style = "List Bullet" if passage.kind in ("lesson", "dispute") else "Normal"
            self._cited(passage.text, passage.source_ids, style)
            self._labels(passage)

    def _labels(self, passage: Passage) -> None:
        """What a passage is about and whom it is for, in a line below it."""
        if labels := " · ".join(wording.labels(passage)):
            style = "Normal" if passage.kind in ("quote", "section") else "List Continue"
            self._add("", style).add_run(_clean(labels)).italic = True

    # The end

    def _sources(self) -> None:
        self._add("Sources", "Heading 1")
        for source in self.document.sources:
            self._source(source)

    def _source(self, source: Source) -> None:
        read = f"{wording.read_in_words(source)}: {vocabulary.READS[source.read].meaning}"
        told = wording.sentences(source.title, source.publisher, source.date or "no date", read, source.note)
        paragraph = self._add(told, "List Number")
        if source.url and wording.is_web(source.url):
            paragraph.add_run(" ")
            self._link(paragraph, source.url)

    def _link(self, paragraph: "Paragraph", url: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), self.file.part.relate_to(_clean(url), _HYPERLINK, is_external=True))
        run = paragraph.add_run(_clean(url))
        run.font.underline = True
        link.append(run._r)
        paragraph._p.append(link)

    def _end(self, url: str | None, made: date) -> None:
        self._add("How to cite this", "Heading 1")
        lines = citing.plain(self.document, url=url, accessed=made).split("\n")
        self._add(lines[0], "Normal")
        release = strictest([self.document.release, *(each.release for each in self.passages)])
        if release != "public":
            term = vocabulary.RELEASES[release]
            self._add("", "Normal").add_run(f"{term.label}: {term.meaning}").bold = True
        self._add(LICENCE, "Normal")


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _shared(above: Sequence[str], here: Sequence[str]) -> Iterator[str]:
    for one, other in zip(above, here, strict=False):
        if one != other:
            return
        yield one


def _next(cell: Any) -> "Paragraph":
    """The paragraph of a cell that is still empty, or another."""
    first: Paragraph = cell.paragraphs[0]
    return first if len(cell.paragraphs) == 1 and not first.runs else cell.add_paragraph()


def _field(paragraph: "Paragraph", code: str) -> None:
    """A field that Word fills in, such as the number of the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    attributes: Sequence[tuple[str, Mapping[str, str], str]] = (
        ("w:fldChar", {"w:fldCharType": "begin"}, ""),
        ("w:instrText", {}, code),
        ("w:fldChar", {"w:fldCharType": "end"}, ""),
    )
    for tag, given, text in attributes:
        element = OxmlElement(tag)
        for name, value in given.items():
            element.set(qn(name), value)
        element.text = text or None
        paragraph.add_run()._r.append(element)
