"""What `sibkb new` writes: files that pass the check once their TODOs are filled."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_BODY: Final = """
TODO: one paragraph that says what this is and why it matters. [@source-1]

## Context

TODO: where, when and why it began. [@source-1]

## What happened

TODO: what was done, by whom, and what came of it. [@source-1]

## Lessons

- TODO: one thing that others can learn from it. [@source-1]
  {theme=roles-and-resourcing work_stage=delivery audience=all basis=stated}

## Disputes and limits

- TODO: where sources disagree, or what they cannot show. [@source-1]
"""

_SOURCES: Final = """sources:
  - id: source-1
    title: "TODO as published"
    publisher: "TODO the original publisher"
    date: null
    url: null
    read: part
---
"""

_CASE: Final = f"""---
title: "TODO short name"
kind: case
countries: [GB]
place: "TODO where the service runs"
sector: other
stage: delivering
start: null
end: null
parties:
  outcome_payers: ["TODO who pays for outcomes"]
  investors: []
  intermediaries: []
  providers: ["TODO who delivers"]
  evaluators: []
money: []
outcome_metrics: []
results: []
people_served: []
timeline: []
{_SOURCES}{_BODY}"""

_INTERVIEW: Final = f"""---
title: "TODO who was asked about what"
kind: interview
countries: [GB]
sector: other
consent: {{who: "TODO who agreed", date: 2026-01-01, scope: "TODO to what", url: null}}
{_SOURCES}{_BODY}
## In their words

> TODO: exactly what was said
>
> — TODO who said it {{speaker_role=worker theme=roles-and-resourcing}} [@source-1]

TODO: what was going on when it was said.
"""

TEMPLATES: Final[Mapping[str, str]] = MappingProxyType({"case": _CASE, "interview": _INTERVIEW})
