"""`sibkb audit`: what stands in a corpus, what it lacks, and what says nearly the same; for people and for scripts."""

import json
import re
import shutil
from pathlib import Path

import pytest
from test_cli import process, sibkb
from typer.testing import CliRunner

from sibkb import generations, kb
from sibkb.cli import app, main
from sibkb.settings import Settings
from sibkb.surveying import survey

HEAD = """---
title: Fictional {name} Bond
kind: {kind}
countries: [GB]
sector: employment
stage: complete
release: {release}
people_served:
  - {{what: People planned, figure: "60"{source}}}
parties:
  investors: [Nobody]
sources:
  - {{id: report, title: A fictional report, publisher: Nobody, read: whole}}
  - {{id: record, title: A record of {name}, publisher: Nobody, read: record}}
{more}---

The {name} bond is made up, and so is all that is told of it. [@report; @record]

## Lessons

- Agree early who counts the boats, and how. [@report]
  {{theme=procurement work_stage=procurement audience=commissioner basis=stated}}

## Perspectives

- **A fictional harbour master** {{speaker_role=provider}}: The quay came late. [@report]
- **A fictional fisher** {{speaker_role=service-user}}: There is no {name}. [@report]
"""


def write(folder: Path, name: str, **values: str) -> Path:
    path = folder / "cases" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {"kind": "case", "release": "public", "source": "", "more": ""} | values
    path.write_text(HEAD.format(name=name, **given), encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path) -> Settings:
    """Three files of one pattern, one of them not for everyone, and a broken one."""
    settings = Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")
    write(settings.corpus, "harbour", source=", source: record", more="part_of: fund\nplace: Ashford\nend: 2015\n")
    write(settings.corpus, "fund", kind="programme")
    write(settings.corpus, "lighthouse", release="internal")
    (settings.corpus / "cases" / "broken.md").write_text("nothing", encoding="utf-8")
    return settings


# ---------------------------------------------------------------- what is found


def test_the_file_that_lacks_most_comes_first(small):
    found = survey(small)
    assert (found.total, found.broken, found.hidden) == (4, ("cases/broken.md",), (1, 6))
    assert [file.document.id for file in found.files] == ["fund", "harbour"]
    fund, harbour = found.files
    assert [warning.code for warning in fund.warnings] == ["W005", "W001"]
    assert set(fund.not_recorded) - set(harbour.not_recorded) == {"place", "end"}
    assert (fund.audit.facts.unsourced, harbour.audit.facts.sourced) == (fund.document.passage_ids[:2], 1)
    assert (fund.relations, harbour.relations) == ({"parts": ("harbour",)}, {"part_of": ("fund",)})


def test_the_ceiling_decides_what_is_looked_at(small):
    assert len(survey(Settings(corpus=small.corpus, indexes=small.indexes, ceiling="internal")).files) == 3
    told = sibkb(small, "audit").stderr
    assert told == "1 document and 6 passages left out, as --release public may not see them.\n"


def test_a_file_that_is_named_is_looked_at_alone_with_its_relations(small):
    found = survey(small, [small.corpus / "cases" / "harbour.md"])
    assert (found.total, found.broken, found.hidden) == (1, (), (0, 0))
    assert [file.relations for file in found.files] == [{"part_of": ("fund",)}]
    assert found.audit.passages["lesson"] == 1


def test_without_an_index_nothing_is_built_and_that_is_said(small):
    found = survey(small)
    assert (found.alike, found.encoder) == (None, "nothing is built: run `sibkb build` first")
    assert not small.indexes.exists()


def test_a_damaged_index_is_said(small):
    kb.build(small)
    (generations.folder(small.indexes) / "vectors.faiss").write_bytes(b"")
    found = survey(small)
    assert found.alike is None
    assert str(generations.folder(small.indexes)) in found.encoder


def test_what_says_nearly_the_same_is_found_by_the_vectors_of_the_index(small):
    kb.build(small)
    changed = small.corpus / "cases" / "fund.md"
    text = changed.read_text(encoding="utf-8").replace("The quay came late.", "Nobody expected so many boats.")
    changed.write_text(text, encoding="utf-8")
    found = survey(small)
    assert found.encoder == "all-MiniLM-L6-v2"
    (lessons,) = found.alike.groups
    assert (lessons.cosine, [found.passages[id].text for id in lessons.ids]) == (
        1.0,
        ["Agree early who counts the boats, and how."] * 2,
    )
    assert (found.alike.compared, found.alike.new) == (7, 1), "a summary, a lesson and two perspectives each"
    alone = survey(small, [small.corpus / "cases" / "harbour.md"])
    assert alone.alike.groups == found.alike.groups, "what it is like stands in another file"


# ---------------------------------------------------------------- what is printed


def test_what_needs_attention_comes_first(small):
    result = sibkb(small, "audit")
    assert result.exit_code == 0, result.output
    head, _, heading, *lines = result.stdout.splitlines()
    assert (head, heading) == ("4 files, 12 passages", "Needs attention")
    assert [re.sub(" +", " ", line).strip() for line in lines[:6]] == [
        "files that cannot be used 1 of 4 cases/broken.md",
        "warnings 3 in 2 files: sibkb check --warnings",
        "facts without a source 3 of 4 Parties 2, People served 1",
        "sources not read in full 2 of 3 record 2",
        "fields not recorded 20 of 28 see below",
        "",
    ]
    order = ["Not recorded", "Says nearly the same", "Relations", "Stands here", "Files"]
    assert [line for line in lines if line in order] == order
    assert "  This was not looked for: nothing is built: run `sibkb build` first" in lines


def test_gaps_are_told_of_the_whole_corpus_alone(small):
    assert re.search(r"^ +none: .*health", sibkb(small, "audit").stdout, re.MULTILINE)
    one = sibkb(small, "audit", str(small.corpus / "cases" / "fund.md")).stdout
    assert "none: " not in one
    assert re.search(r"^  parts +1  harbour$", one, re.MULTILINE)


def test_the_real_corpus_fits_on_a_terminal(built):
    result = sibkb(built, "audit")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    files = [line.split()[0] for line in lines if re.match(r"  (cases|interviews)/\S+\.md", line)]
    assert sorted(files) == sorted(f"{path.parent.name}/{path.name}" for path in built.corpus.glob("*/*.md"))
    assert any(re.match(r"  1\.00  \d+ passages, such as: ", line) for line in lines)


def test_a_long_name_has_a_line_of_its_own(tmp_path):
    settings = Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")
    write(settings.corpus, "a" * 80)
    lines = sibkb(settings, "audit").stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[lines.index(f"  cases/{'a' * 80}.md") + 1].split() == [
        "0/2",
        "1/",
        "0/",
        "1/",
        "0",
        "1/",
        "0",
        "0/",
        "2",
        "2",
    ]


def test_data_for_scripts(small):
    kb.build(small)
    result = sibkb(small, "audit", "--json")
    assert (result.exit_code, set(json.loads(result.stdout))) == (
        0,
        {"files", "broken", "hidden", "all", "alike", "not_looked_for", "without_relations", "each"},
    )
    data = json.loads(result.stdout)
    fund, harbour = data["each"]
    assert (data["files"], data["broken"], data["hidden"]) == (4, ["cases/broken.md"], {"documents": 1, "passages": 6})
    assert data["all"]["facts"] == {
        "total": 4,
        "sourced": 1,
        "unsourced": [*fund["facts"]["unsourced"], *harbour["facts"]["unsourced"]],
        "without": {"Parties": 2, "People served": 1},
    }
    assert data["all"]["fields"]["place"] == {"asked": 2, "recorded": 1, "missing": ["fund"]}
    assert (fund["id"], fund["path"], fund["warnings"]) == ("fund", "cases/fund.md", ["W005", "W001"])
    assert (harbour["relations"], data["without_relations"]) == ({"part_of": ["fund"]}, [])
    assert harbour["sources"]["read"] == {"whole": 1, "part": 0, "record": 1, "not": 0}
    assert {key: data["alike"][key] for key in ("threshold", "compared", "not_compared")} == {
        "threshold": 0.9,
        "compared": 8,
        "not_compared": 0,
    }
    assert {passage["path"] for group in data["alike"]["groups"] for passage in group["passages"]} == {
        "cases/fund.md",
        "cases/harbour.md",
    }


def test_every_key_is_explained(small):
    """The documentation of `--json` names all that comes, and nothing else."""
    kb.build(small)
    data = json.loads(sibkb(small, "audit", "--json").stdout)
    docs = (Path(__file__).parent.parent / "docs" / "audit.md").read_text(encoding="utf-8")
    named = {key for row in re.findall(r"^\| (`.*?) \|", docs, re.MULTILINE) for key in re.findall(r"`([a-z_]+)`", row)}
    assert named == {*data, *data["all"], *data["each"][0], *data["alike"]}


WRONG = {
    "nowhere.md": (2, "there is no nowhere.md"),
    __file__: (2, "is no part of the corpus in"),
}


@pytest.mark.parametrize("path", WRONG)
def test_wrong_use(small, path, capsys):
    code, message = WRONG[path]
    with pytest.raises(SystemExit) as ended:
        main(["--corpus", str(small.corpus), "audit", path])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (code, "")
    assert message in " ".join(told.err.split())


def test_no_model_is_loaded(small):
    shutil.rmtree(small.indexes, ignore_errors=True)
    given = ["--corpus", str(small.corpus), "--indexes", str(small.indexes), "audit"]
    done = process(*given, python=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-500:]
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert not modules & {"torch", "sentence_transformers", "transformers", "tokenizers"}


def test_an_empty_corpus(tmp_path):
    (tmp_path / "corpus").mkdir()
    result = CliRunner().invoke(app, ["--corpus", str(tmp_path / "corpus"), "--indexes", str(tmp_path), "audit"])
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "0 files, 0 passages")
