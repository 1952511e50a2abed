"""Taking something out for good: nothing of its words is left, what is left says so, and a slip changes nothing."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import faiss
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sibkb import checking, engine, generations, kb, withdrawing, withdrawn
from sibkb.cli import app
from sibkb.corpus import Keeping
from sibkb.errors import CorpusError, QueryError, SibkbError
from sibkb.model import Query, Tombstone
from sibkb.parsing import parse
from sibkb.parsing.removing import without
from sibkb.settings import Settings
from tests.conftest import CORPUS, FEW
from tests.test_generations import Counting

WORDS = "The zebra crossed the quay before anybody had signed"
FILE = f"""---
title: Harbour Bond
kind: case
countries: [GB]
sector: other
stage: complete
parties:
  outcome_payers: [The Quay Board]
  providers: [Anchor House, Buoy House, Crane House]
money:
  - {{id: price, what: The price, amount: 5, currency: GBP, source: report}}
results:
  - what: Ships that came
    figure: twelve
    source: report
sources:
  - {{id: report, title: A report, publisher: Nobody, url: null, read: part}}
---

This bond is made up. [@report]

## What happened

It rained. [@report]

It rained. [@report]

It stopped. [@report]

## In their words

> Nobody asked us.
>
> — a master {{#asked speaker_role=provider}} [@report]

> {WORDS}.
>
> — a clerk {{#zebra speaker_role=commissioner}} [@report]

What the clerk said of the day.

It was a Monday.

## Disputes and limits

- The price is doubted. {{touches=price}} [@report]
"""
OTHER = """---
title: Lighthouse
kind: case
countries: [GB]
sector: other
stage: complete
{more}sources:
  - {{id: report, title: A report, publisher: Nobody, url: null, read: part}}
---

This one is made up too. [@report]
"""


@pytest.fixture
def house(tmp_path, monkeypatch) -> Settings:
    """Two files and the tiny encoder in the place of the real one."""
    monkeypatch.setattr(kb, "open_encoder", lambda model: Counting(model or "tiny-1"))
    put(tmp_path / "corpus/cases/harbour.md", FILE)
    put(tmp_path / "corpus/cases/light.md", OTHER.format(more=""))
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def sibkb(house: Settings, *arguments: str):
    return CliRunner().invoke(app, ["--corpus", str(house.corpus), "--indexes", str(house.indexes), *arguments])


def withdraw(house: Settings, id: str) -> withdrawing.Withdrawal:
    plan = withdrawing.prepare(house, id)
    return withdrawing.withdraw(house, plan, reason="The clerk  no longer agrees.", day="2026-11-24", keep=Keeping())


def everything(house: Settings) -> str:
    """All that the folders hold, in plain sight and as their readers read it back."""
    files = [path for folder in (house.corpus, house.indexes) for path in folder.rglob("*") if path.is_file()]
    assert files
    parts = [path.read_bytes().decode("utf-8", "replace") for path in files]
    parts += [str(pq.read_table(path).to_pylist()) for path in files if path.suffix == ".parquet"]
    return "\n".join(parts)


def stems(house: Settings, word: str) -> int:
    """How many passages have the word, as the words of the index are asked."""
    return kb.open_kb(house).search(Query(text=word, mode="words")).total


def test_nothing_of_the_words_is_left(house):
    """The digests of its sentences and its vectors are gone too, and no older index stays to hold them."""
    put(house.corpus / "cases/light.md", OTHER.format(more="place: Dover\n"))
    kb.build(house)
    before = kb.open_kb(house)
    assert stems(house, "zebra") == 1
    digest = engine.digest(f"{WORDS}.")
    assert WORDS in everything(house)
    assert digest in everything(house)
    rows = faiss.read_index(str(house.indexes / before.generation / "vectors.faiss")).ntotal
    put(house.corpus / "cases/light.md", OTHER.format(more="place: Deal\n"))
    kb.build(house)
    assert len(list(house.indexes.glob("*/manifest.json"))) == 2
    done = withdraw(house, "harbour.zebra")
    assert done.tombstones == (Tombstone(id="harbour.zebra", date="2026-11-24", reason="The clerk no longer agrees."),)
    assert (done.uses, done.standing) == ((), ())
    left = everything(house)
    for gone in (WORDS, "zebra crossed", digest, "Monday", "of the day"):
        assert gone not in left
    assert stems(house, "zebra") == 0
    assert [path.parent.name for path in house.indexes.glob("*/manifest.json")] == [done.generation]
    assert faiss.read_index(str(house.indexes / done.generation / "vectors.faiss")).ntotal < rows
    assert (house.corpus / "cases/harbour.md").read_text(encoding="utf-8") == re.sub(
        r"> The zebra.*Monday\.\n\n", "", FILE, flags=re.DOTALL
    )
    assert checking.check(house.corpus)[1] == []


def test_a_whole_document_goes_with_its_file(house):
    kb.build(house)
    done = withdraw(house, "harbour")
    assert not (house.corpus / "cases/harbour.md").exists()
    assert "zebra" not in everything(house)
    assert set(kb.open_kb(house).engine.documents) == {"light"}
    with pytest.raises(QueryError) as caught:
        kb.open_kb(house).document("harbour")
    assert str(caught.value) == "`harbour` was withdrawn on 2026-11-24 — The clerk no longer agrees."
    with pytest.raises(QueryError) as caught:
        kb.open_kb(house).passage("harbour.zebra")
    assert str(caught.value) == "`harbour` was withdrawn on 2026-11-24 — The clerk no longer agrees."
    assert done.generation == generations.current(house.indexes)


def test_the_last_document_leaves_no_index(house):
    (house.corpus / "cases/light.md").unlink()
    kb.build(house)
    assert withdraw(house, "harbour").generation is None
    assert "zebra" not in everything(house)
    assert generations.current(house.indexes) is None


def test_what_a_file_no_longer_has_is_found_in_the_index(house):
    """Taken out by hand, it would stay in the index of before."""
    kb.build(house)
    put(house.corpus / "cases/harbour.md", re.sub(r"> The zebra.*Monday\.\n\n", "", FILE, flags=re.DOTALL))
    kb.build(house)
    assert WORDS in everything(house)
    withdraw(house, "harbour.zebra")
    assert WORDS not in everything(house)


def test_withdrawing_again_finishes_what_was_begun(house):
    """As after a crash between the tombstone and the rest: date and reason are those of then."""
    kb.build(house)
    first = Tombstone(id="harbour.zebra", date="2025-01-01", reason="Asked for.")
    put(house.corpus / "withdrawn.yaml", withdrawn.write(None, (first,)))
    assert withdraw(house, "harbour.zebra").tombstones == (first,)
    assert WORDS not in everything(house)
    assert withdraw(house, "harbour.zebra").tombstones == (first,)


def test_a_file_that_is_copied_back_revives_nothing(house):
    kb.build(house)
    withdraw(house, "harbour.zebra")
    put(house.corpus / "cases/harbour.md", FILE)
    assert [str(each) for each in kb.build(house).reading.problems] == [
        "cases/harbour.md:36:1 X004 `harbour.zebra` was withdrawn on 2026-11-24, and stands here — take it out; "
        "`sibkb withdraw` does that"
    ]
    assert stems(house, "zebra") == 0
    assert stems(house, "rained") > 0  # its last good version is served
    put(house.corpus / "cases/harbour.md", FILE + "\n# Broken\n")
    kb.build(house)
    assert stems(house, "zebra") == 0


def test_a_tombstone_that_comes_by_itself_purges_this_machine_too(house):
    """As by git: file and list come together, and the build that follows keeps no older index with it."""
    kb.build(house)
    put(house.corpus / "withdrawn.yaml", "- {id: harbour, date: 2026-11-24, reason: Asked for.}\n")
    (house.corpus / "cases/harbour.md").unlink()
    kb.build(house)
    assert WORDS not in everything(house)


def test_a_broken_file_never_serves_what_was_withdrawn(house):
    kb.build(house)
    put(house.corpus / "cases/harbour.md", FILE + "\n# Broken\n")
    put(house.corpus / "withdrawn.yaml", "- {id: harbour.zebra, date: 2026-11-24, reason: Asked for.}\n")
    built = kb.build(house)
    assert built.published.kept == ("cases/harbour.md",)
    assert WORDS not in "".join(str(pq.read_table(each).to_pylist()) for each in house.indexes.rglob("*.parquet"))
    assert stems(house, "rained") > 0


def test_nothing_is_built_while_the_list_cannot_be_read(house):
    name = kb.build(house).published.manifest.name
    put(house.corpus / "withdrawn.yaml", "- [")
    with pytest.raises(CorpusError, match=r"cannot be read from .*withdrawn\.yaml, so nothing is built and the"):
        kb.build(house)
    assert generations.current(house.indexes) == name


@pytest.mark.parametrize(
    ("id", "message", "problems"),
    [
        ("harbour.price", "`harbour.price` cannot be taken out of cases/harbour.md with nothing else changed — "
         "take it out by hand so that `sibkb check` finds nothing wrong, then withdraw it again; or "
         "withdraw harbour as a whole", ["B015"]),
        ("light", "without `light` other files would be wrong, so nothing was changed — mend these first", ["R001"]),
        ("harbour.nothing", "there is no document or passage `harbour.nothing`, in the files or in the index — "
         "`sibkb search` finds ids", []),
    ],
)  # fmt: skip
def test_what_cannot_be_withdrawn_changes_nothing(house, id, message, problems):
    put(house.corpus / "cases/boat.md", OTHER.format(more="follows: [light]\n"))
    before = {path: path.read_bytes() for path in house.corpus.rglob("*") if path.is_file()}
    with pytest.raises(SibkbError) as caught:
        withdraw(house, id)
    assert str(caught.value) == message
    assert [problem.code for problem in getattr(caught.value, "problems", ())] == problems
    assert {path: path.read_bytes() for path in house.corpus.rglob("*") if path.is_file()} == before


def test_uses_and_words_that_are_left_are_told(house):
    kb.build(house)
    put(
        house.corpus / "queries.yaml",
        "- {id: q1, text: who crossed, about: roles, split: tune, answers: {harbour.zebra: 3}}\n",
    )
    put(house.corpus / "packs/one.yaml", "items:\n  - harbour.asked\n  - harbour.zebra\n")
    put(house.corpus / "drafts/old.md", f"Once more:\n\n“{WORDS.replace(' the', chr(10) + 'the')}.”\n")
    result = sibkb(house, "withdraw", "harbour.zebra", "--reason", "Asked for.", "--yes")
    today = datetime.now(UTC).date().isoformat()
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        f"harbour.zebra is withdrawn: {today}, Asked for.", f"{house.corpus}/cases/harbour.md no longer has it",
    ]  # fmt: skip
    assert result.stderr.splitlines()[:4] == [
        f"{house.corpus}/packs/one.yaml:3:5 X005 `harbour.zebra` was withdrawn on {today} — remove it here",
        f"{house.corpus}/queries.yaml:1:68 X005 `harbour.zebra` was withdrawn on {today} — remove it here",
        f"{house.corpus}/drafts/old.md:3 still has words of it — take them out by hand",
        "3 places left to mend",
    ]
    assert "git filter-repo" in result.stderr
    assert [(each.path, each.code) for each in checking.check(house.corpus)[1]] == [
        ("packs/one.yaml", "X005"), ("queries.yaml", "X005"),
    ]  # fmt: skip


def test_without_yes_nothing_is_done(house):
    kb.build(house)
    shown = sibkb(house, "withdraw", "harbour.zebra", "--reason", "Asked for.")
    assert (shown.exit_code, shown.stdout) == (
        0, f"  {WORDS}.\n{house.corpus}/cases/harbour.md would no longer have it\n",
    )  # fmt: skip
    assert shown.stderr == "Nothing is withdrawn yet; withdraw harbour.zebra with --yes. There is no undo.\n"
    data = json.loads(sibkb(house, "withdraw", "harbour", "--reason", "Asked for.", "--json").stdout)
    assert (data["withdrawn"], data["files"]) == (False, [{"path": "cases/harbour.md", "removed": True}])
    assert sibkb(house, "withdraw", "harbour", "--reason", " ").exit_code == 2
    assert (house.corpus / "cases/harbour.md").read_text(encoding="utf-8") == FILE
    assert not (house.corpus / "withdrawn.yaml").exists()


def test_an_entry_is_told_as_openly_as_what_it_names_was(house):
    put(house.corpus / "cases/light.md", OTHER.format(more="release: internal\n"))
    kb.build(house)
    withdraw(house, "light")
    assert "release: internal" in (house.corpus / "withdrawn.yaml").read_text(encoding="utf-8")
    assert kb.open_kb(house).withdrawn("light") is None
    with pytest.raises(QueryError, match="there is no document `light`"):
        kb.open_kb(house).document("light")


EDITS = {
    "harbour.fact-": ("  outcome_payers: [The Quay Board]\n", ""),
    "Provider: Anchor House": ("[Anchor House, Buoy House, Crane House]", "[Buoy House, Crane House]"),
    "Provider: Buoy House": ("[Anchor House, Buoy House, Crane House]", "[Anchor House, Crane House]"),
    "Provider: Crane House": ("[Anchor House, Buoy House, Crane House]", "[Anchor House, Buoy House]"),
    "Ships that came: twelve":
        ("  - what: Ships that came\n    figure: twelve\n    source: report\n", ""),
    "It rained.": ("It rained. [@report]\n\nIt rained. [@report]\n\n", ""),
    "It stopped.": ("It stopped. [@report]\n\n", ""),
    "Nobody asked us.":
        ("> Nobody asked us.\n>\n> — a master {#asked speaker_role=provider} [@report]\n\n", ""),
}  # fmt: skip
"""The beginning of an id or of a text -> what of the file goes, and what comes in its place."""


@pytest.mark.parametrize("start", EDITS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_smallest_edit(start, end):
    text = FILE.replace("\n", end)
    passages = parse("cases/harbour.md", text.encode()).passages
    passage = next(each for each in passages if each.id.startswith(start) or each.text.startswith(start))
    after, removed = without("cases/harbour.md", text.encode(), passage.id)
    gone, instead = (each.replace("\n", end) for each in EDITS[start])
    assert after.decode() == text.replace(gone, instead, 1)
    assert {each.text for each in removed} == {passage.text}


@pytest.mark.parametrize("name", FEW[2:])
def test_what_is_taken_out_of_a_real_file_leaves_the_rest(name):
    """A fact that a dispute touches, and the only summary, cannot go alone."""
    data = (CORPUS / name).read_bytes()
    passages = parse(name, data).passages
    refused = []
    for passage in passages[::4]:
        try:
            after, removed = without(name, data, passage.id)
        except CorpusError as error:
            refused.append((passage.kind, {problem.code for problem in error.problems}))
            continue
        assert [each.id for each in parse(name, after).passages] == [
            each.id for each in passages if each not in removed
        ]
    assert all(each in (("fact", {"B015"}), ("summary", {"B001"})) for each in refused)
    assert len(refused) * 3 < len(passages[::4])


LIST = """- {id: a, date: 2026-11-24, reason: Asked for.}
- {id: a.one, date: 2026-02-30, reason: '', release: secret, more: x}
- {id: a, date: 2026-11-25, reason: Asked for.}
- one
- {date: 2026-11-24, reason: Asked for.}
"""


def test_the_list_is_read_strictly_and_every_id_counts():
    found, problems = withdrawn.read("withdrawn.yaml", LIST)
    assert {id: (each.reason, each.release) for id, each in found.items()} == {
        "a": ("Asked for.", "public"), "a.one": ("", "internal"),
    }  # fmt: skip
    assert [str(each) for each in problems] == [
        "withdrawn.yaml:2:62 X002 unknown key `more` — use id, date, reason, and release where it had one",
        "withdrawn.yaml:2:21 X002 `date` is not what is wanted — write the day as 2026-11-24",
        "withdrawn.yaml:2:41 X002 `reason` is not what is wanted — say why in a sentence, without the words that were "
        "withdrawn",
        "withdrawn.yaml:2:54 X002 `release` is not what is wanted — use one of: public, workshop, internal",
        "withdrawn.yaml:3:8 X003 `a` was withdrawn already — keep one of them",
        "withdrawn.yaml:4:3 X002 this does not say what was withdrawn — begin each with "
        "`- id: my-case.lesson-1a2b3c4d`, then date and reason",
        "withdrawn.yaml:5:3 X002 `id` is missing — add `id: …`",
    ]


def test_what_is_written_is_read_back():
    stones = (
        Tombstone(id="a.one", date="2026-11-24", reason='She said: "no" — #1 \\ {x}'),
        Tombstone(id="b", date="2026-11-25", reason="Asked for.", release="workshop"),
    )
    text = withdrawn.write(None, stones[:1])
    again = withdrawn.write(text, stones[1:])
    assert again.startswith(text)
    found, problems = withdrawn.read("withdrawn.yaml", again)
    assert (tuple(found.values()), problems) == (stones, [])
