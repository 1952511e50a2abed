"""A small fictional corpus with all that a handbook tells of: cases, a hidden one, a theme, a glossary."""

from pathlib import Path

from sibkb import corpus, kb
from sibkb.settings import Settings
from tests.tiny import TinyEncoder

SCRIPT = "<script>window.hurt = 1</script>"
ELM_ROW = f"""\
---
title: "Elm Row homes {SCRIPT}"
kind: case
countries: [GB]
place: Elm Row & Sons
sector: homelessness
stage: complete
start: 2012-04
end: 2015
parties:
  investors: [{{name: "Bridge {SCRIPT}", note: "lead <b>", source: report}}]
money:
  - {{id: investment, what: Investment, amount: 30000000, currency: GBP, source: report}}
timeline:
  - {{id: begins, date: 2012-04, event: "Service begins <i>", source: report}}
sources:
  - {{id: report, title: "A report {SCRIPT}", publisher: "A ministry </li>", read: part, url: "https://example.org/?a=1&b=<2>"}}
---

Elm Row paid for homes with £30m. [@report] {{#summary}}

## Getting ready {SCRIPT}

The lawyers came round when the commissioner asked early. {SCRIPT} [@report] {{#lawyers}}

## Lessons

- Agree on data access before the contract. [@report]
  {{#early theme=data-access work_stage=contracting audience=commissioner basis=stated}}
- The negotiated fee was secret. [@report]
  {{#secret theme=data-access work_stage=contracting audience=all basis=stated release=internal}}

## Perspectives

- **Jo {SCRIPT}** {{#jo speaker_role=provider theme=data-access}}: The records came late. [@report]

## In their words

> I made my own job
>
> — a worker {SCRIPT} {{#own speaker_role=worker theme=roles-and-resourcing}} [@report]

Said to a newcomer {SCRIPT}.

## Disputes and limits

- The sum may be too high {SCRIPT}. {{#high touches=investment}} [@report]
"""
ASH_LANE = """\
---
title: Ash Lane nurses
kind: case
countries: [AU]
sector: health
stage: delivering
part_of: oak
sources:
  - {id: report, title: A report, publisher: A ministry, read: whole}
---

Ash Lane trained nurses for the night. [@report] {#summary}

## Lessons

- Nurses need access to data on the first day. [@report]
  {#first-day theme=data-access work_stage=delivery audience=provider basis=inferred}
"""
OAK = """\
---
title: Oak programme
kind: programme
countries: [AU]
sector: health
sources:
  - {id: report, title: A report, publisher: A ministry, read: whole}
---

Oak pays for nurses. [@report] {#summary}
"""
HIDDEN = OAK.replace("Oak programme", "Yew xylophone").replace("sources:", "release: internal\nsources:")
THEME = """\
paragraph:
  - says: Data must be agreed on early.
    rests_on: [elm-row.early, ash-lane.first-day]
  - says: Fees are hidden.
    rests_on: [elm-row.secret]
points:
  - says: Ask for data before you need it.
    agree: [elm-row.early, ash-lane.first-day]
    differ: [elm-row.jo]
    turns_on: whether there are records <i>
"""
GLOSSARY = """\
- term: outcome payer
  meaning: Whoever pays <b>.
  abbreviations: [OP]
  also: [commissioner]
- term: investor
  meaning: Whoever puts money in.
  see: [outcome payer]
"""


def written(folder: Path) -> Settings:
    """The corpus and its index, in a folder of their own."""
    given = Settings(corpus=folder / "corpus", indexes=folder / "indexes")
    for path, text in {
        "cases/elm-row.md": ELM_ROW,
        "cases/ash-lane.md": ASH_LANE,
        "cases/oak.md": OAK,
        "cases/yew.md": HIDDEN,
        "themes/data-access.yaml": THEME,
        "glossary.yaml": GLOSSARY,
    }.items():
        corpus.add(given.corpus, path, text)
    assert kb.build(given, TinyEncoder()).reading.problems == ()
    return given
