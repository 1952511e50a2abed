"""A made-up corpus in which something of every kind is public, for workshops, and internal, each told by a word."""

from pathlib import Path
from typing import Final

WORDS: Final = {"public": "zebra", "workshop": "yakherd", "internal": "xenolith"}
"""Release -> the word that stands in all that is so released, and nowhere else."""
ACCESS: Final = """
[access]
group_claim = "roles"

[access.editors]
emails = ["Ed@Example.org"]
groups = ["sib-editors"]

[access.readers]
domains = ["example.org"]
"""
_FRONT: Final = """---
title: {title}
kind: case
countries: [GB]
sector: {sector}
stage: complete
release: {release}
parties:
  providers: [{word} providers]
sources:
  - {{id: a, title: A {word} report, publisher: Nobody, read: whole}}
---

A {word} bond that paid for homes found. [@a]
"""
_BODY: Final = """
## Lessons

- A {word} lesson of the lawyers who were asked early. [@a]
  {{theme=legal-and-contracting work_stage=contracting audience=commissioner basis=stated release={release}}}

## Perspectives

- **A {word} provider** {{speaker_role=provider theme=data-access release={release}}}: Data came late. [@a]

## In their words

> I am a {word} worker
>
> — a {word} worker {{speaker_role=worker theme=roles-and-resourcing release={release}}} [@a]
"""
SECTORS: Final = {"public": "health", "workshop": "education", "internal": "homelessness"}


def write(folder: Path) -> None:
    """A case of each release, the public one with something of every release in it."""
    (folder / "cases").mkdir(parents=True)
    for release, word in WORDS.items():
        text = _FRONT.format(title=f"The {word} bond", word=word, release=release, sector=SECTORS[release])
        inside = WORDS if release == "public" else {release: word}
        text += _BODY.format(word=word, release=release)
        for other in inside.keys() - {release}:
            lesson, *_ = _BODY.split("## Perspectives")
            text = text.replace("## Perspectives", _lesson(lesson, other) + "\n## Perspectives")
        (folder / f"cases/{release}.md").write_text(text, encoding="utf-8")


def _lesson(text: str, release: str) -> str:
    return text.partition("## Lessons\n\n")[2].format(word=WORDS[release], release=release)
