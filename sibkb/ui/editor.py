"""A text of the corpus while it is worked on: its lines, what is wrong in which of them, and its page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote

import streamlit as st

from sibkb.model import Problem
from sibkb.parsing import Fixed, Parsed
from sibkb.ui import cards, incoming, reading, session
from sibkb.ui.incoming import Work
from sibkb.ui.reading import Reader

SCRIPT: Final = Path(__file__).with_name("editor.js").read_text(encoding="utf-8")
"""What brings a line of the text into view."""
_BACKTICKS: Final = re.compile("`([^`]*)`")
_ROW: Final = 20
"""Height of a line, in pixels, as in style.css."""
_NUMBERED: Final = 3000
"""So many lines have their number beside them."""
_LONGEST: Final = 160
"""Characters of a line that are shown with what is wrong in it."""


def text(work: Work) -> None:
    """The text, to be changed, with the numbers of its lines beside it."""
    key = f"add-text-{work.key}"
    session.set_widget(key, work.text)
    st.html(f"<script>{SCRIPT}</script>", unsafe_allow_javascript=True)
    st.html(
        f"<style>.st-key-add-text textarea {{ background-image: {_numbers(work.text.count(chr(10)) + 1)} }}</style>"
    )
    with st.container(key="add-text"):
        st.text_area("The file", key=key, height=460, on_change=_changed, args=(work, key),
                     help="Ctrl+Enter, or a click outside, looks at it again.")  # fmt: skip


def _changed(work: Work, key: str) -> None:
    incoming.keep(replace(work, text=st.session_state[key]))


def _numbers(lines: int) -> str:
    """The numbers of the lines as a picture for CSS; it moves with the text."""
    count = min(lines, _NUMBERED)
    rows = "".join(f'<text x="34" y="{number * _ROW - 5}">{number}</text>' for number in range(1, count + 1))
    style = 'font-family="monospace" font-size="12" text-anchor="end" fill="#7b7b76"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="{count * _ROW}"><g {style}>{rows}</g></svg>'
    return f'url("data:image/svg+xml,{quote(svg)}")'


def problems(found: Sequence[Problem], lines: Sequence[str]) -> str:
    """What is wrong, a line of the text after the other."""
    rows = (_line(number, list(group), lines) for number, group in groupby(found, key=lambda each: each.line))
    return f'<ol class="kb-problems">{"".join(rows)}</ol>'


def _line(number: int, found: Sequence[Problem], lines: Sequence[str]) -> str:
    if not 1 <= number <= len(lines):
        return f"<li><b>The file as a whole</b>{''.join(_told(found))}</li>"
    way = f'<button type="button" data-kb-line="{number}">Line {number}</button>'
    return f"<li>{way}<pre>{_marked(lines[number - 1], found[0].column)}</pre>{''.join(_told(found))}</li>"


def _marked(line: str, column: int) -> str:
    """A line with the word marked in which something is wrong; of a long one what stands around it."""
    at = min(max(column - 1, 0), len(line))
    end = next((i for i in range(at, len(line)) if line[i] in " ,:]})"), len(line))
    first = 0 if end <= _LONGEST else max(0, at - _LONGEST // 2)
    last = first + _LONGEST
    before, after = "…" if first else "", "…" if last < len(line) else ""
    return before + cards.marked(line[first:last], [(at - first, min(end, last) - first)]) + after


def _told(found: Sequence[Problem]) -> Iterator[str]:
    for each in found:
        what = f"{each.message[:1].upper()}{each.message[1:]}"
        yield f'<p>{_code(what)} <span class="kb-place">{escape(each.code)}</span></p>'
        yield f"<p><b>What to do:</b> {_code(each.fix)}{'' if each.fix.endswith('?') else '.'}</p>"


def _code(text: str) -> str:
    """Words in backticks as code."""
    return _BACKTICKS.sub(r"<code>\1</code>", escape(text))


def put_right(work: Work, fixed: Fixed | None) -> None:
    """What can be put right without a doubt, and a button that does it."""
    if not fixed:
        return
    count = len(fixed.changes)
    told = "".join(f"<li>Line {change.line}: {_code(str(change).partition(' ')[2])}</li>" for change in fixed.changes)
    st.html(f'<p class="kb-facts">This can be put right without a doubt:</p><ul class="kb-bullets">{told}</ul>')
    st.button(
        f"Put {'this' if count == 1 else f'these {count}'} right",
        icon=":material/auto_fix_high:",
        on_click=incoming.keep,
        args=(replace(work, text=fixed.after),),
    )


def preview(parsed: Parsed) -> str:
    """The page of the case as readers will see it."""
    document = parsed.document
    if document is None:
        return cards.note("The page can be shown once nothing is wrong.")
    document = replace(document, passage_ids=tuple(each.id for each in parsed.passages))
    facts = " · ".join(map(escape, cards.about(document)))
    head = f'<h3>{escape(document.title)}</h3><p class="kb-facts">{facts}</p>'
    parts = reading.sections(document, parsed.passages, Reader())
    body = "".join(f'<h3>{escape(part.heading)}</h3><div class="kb-reading">{part.html}</div>' for part in parts)
    return f'<div class="kb-preview">{head}{reading.summary(document, parsed.passages, Reader())}{body}</div>'
