"""The command line as its users meet it: data on stdout, the rest on stderr, exit codes, help by example."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sibkb.cli import app
from sibkb.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("check", "build", "watch", "search", "show", "new", "eval", "doctor", "app")


def sibkb(settings: Settings, *arguments: str):
    given = ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes)]
    return CliRunner().invoke(app, [*given, *arguments])


def process(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "sibkb", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture
def copy(built, tmp_path) -> Settings:
    """A copy of the corpus that a test may change, with the index of the original."""
    shutil.copytree(built.corpus, tmp_path / "corpus")
    shutil.copytree(built.indexes, tmp_path / "indexes")
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"sibkb {command}" in result.output


def test_search_prints_data_for_scripts(built):
    result = sibkb(built, "search", "pet project", "--kind", "quote", "--json", "-k", "1")
    answer = json.loads(result.stdout)
    (hit,) = answer["hits"]
    assert (answer["query"], answer["mode"]) == ("pet project", "hybrid")
    assert hit["id"] == "interview-roles-in-government.pet-project"
    assert hit["text"] == "“Having them state this was their pet project opened doors.”"
    assert (hit["speaker"], hit["speaker_role"], hit["about_role"]) == (None, None, "senior-champion")
    assert hit["document"]["kind"] == "interview"
    assert hit["themes"] == ["senior-sponsorship"]
    assert hit["sources"][0]["publisher"] == "Emma Tomkinson (blog)"
    assert hit["path"].endswith("interviews/interview-roles-in-government.md")
    text = (built.corpus / "interviews/interview-roles-in-government.md").read_text(encoding="utf-8").splitlines()
    first, last = hit["lines"]
    assert hit["text"] in "\n".join(text[first - 1 : last])
    assert isinstance(hit["score"], float)
    assert "near_misses" in answer


def test_search_tells_a_person_who_where_and_why(built):
    result = sibkb(built, "search", "Goldman Sachs loss", "-k", "1")
    assert result.exit_code == 0
    assert "Rikers Island ABLE" in result.stdout
    assert "Has your words: Goldman, Sachs, loss" in result.stdout
    assert "cases/rikers-island-able.md:" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_speaker_that_is_not_known_is_said_to_be_unknown(built):
    result = sibkb(built, "show", "interview-roles-in-government.boss-gave-time")
    assert "speaker: speaker not stated" in result.stdout
    assert "about role: senior-champion" in result.stdout


def test_nothing_good_is_said_with_what_comes_closest(built):
    result = sibkb(built, "search", "price of bitcoin")
    assert "No good match." in result.stdout
    assert result.exit_code == 0


def test_a_filter_to_nothing_offers_the_way_out(built):
    result = sibkb(built, "search", "Goldman Sachs", "--country", "AU", "--mode", "words")
    assert "Without --country AU:" in result.stdout


def test_a_corrected_word_is_told(built):
    assert "instead of recidvism" in sibkb(built, "search", "recidvism").stdout
    assert "commissioner" in sibkb(built, "search", "comissioner").stdout


def test_show_prints_a_whole_document(built):
    result = sibkb(built, "show", "rikers-island-able")
    assert "Vera Institute of Justice" in result.stdout
    assert "Read in part, as a hosted copy" in result.stdout
    data = json.loads(sibkb(built, "show", "rikers-island-able", "--json").stdout)
    assert data["stage"] == "ended-early"
    assert len(data["passages"]) == len(data["passage_ids"])


def test_show_of_a_passage_for_scripts(built):
    data = json.loads(sibkb(built, "show", "interview-roles-in-government.square-peg", "--json").stdout)
    assert data["speaker_role"] == "worker"


def test_new_then_check(copy):
    made = sibkb(copy, "new", "case", "fictional-bond")
    assert made.stdout.strip().endswith("cases/fictional-bond.md")
    checked = sibkb(copy, "check", made.stdout.strip())
    assert checked.exit_code == 1
    assert "fictional-bond.md:2:9 D006 something is left to do here — fill it in, or remove it" in checked.stdout
    again = process("--corpus", str(copy.corpus), "new", "case", "fictional-bond")
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already — choose another id, or edit that file" in again.stderr


def test_check_for_scripts(copy):
    (copy.corpus / "cases/broken.md").write_text("nothing", encoding="utf-8")
    result = sibkb(copy, "check", "--json")
    (problem,) = json.loads(result.stdout)
    assert (problem["path"], problem["code"], problem["line"]) == ("cases/broken.md", "D003", 1)
    assert result.exit_code == 1


def test_build_says_what_it_did(copy):
    assert "nothing to do" in sibkb(copy, "build").stdout
    path = copy.corpus / "cases/newpin-nsw.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne line more. [@nothing]\n", encoding="utf-8")
    result = sibkb(copy, "build", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["kept"], data["problems"]) == (1, ["cases/newpin-nsw.md"], 1)


def test_a_stale_index_is_told(copy):
    (copy.corpus / "cases/newpin-nsw.md").unlink()
    result = sibkb(copy, "search", "Peterborough", "-k", "1")
    assert "The corpus has changed since the index was built: run `sibkb build`." in result.stderr


def test_eval_prints_figures_and_rows(built):
    result = sibkb(built, "eval", "--split", "tune", "--mode", "words", "--queries")
    header, first, *rows = result.stdout.splitlines()
    assert header.split() == ["split", "mode", "n", "S@1", "S@3", "MRR@10", "nDCG@10", "R@20", "none", "refused"]
    assert first.split()[:2] == ["tune", "words"]
    assert any("who should lead the work inside government" in row for row in rows)
    data = json.loads(sibkb(built, "eval", "--split", "tune", "--mode", "words", "--json").stdout)
    assert 0 < data[0]["figures"]["ndcg_10"] < 1


def test_hybrid_is_above_both_legs(built):
    data = json.loads(sibkb(built, "eval", "--split", "tune", "--json").stdout)
    ndcg = {row["mode"]: row["figures"]["ndcg_10"] for row in data}
    assert ndcg["hybrid"] > max(ndcg["words"], ndcg["meaning"])
    assert ndcg["hybrid"] > 0.47, "a change to ranking shows its figures: see docs/search.md"


def test_doctor_when_all_is_well_and_when_not(built, copy, tmp_path):
    good = sibkb(built, "doctor")
    assert (good.exit_code, good.stdout.count("ok ")) == (0, 5)
    shutil.rmtree(copy.indexes)
    (copy.corpus / "cases/broken.md").write_text("nothing", encoding="utf-8")
    bad = sibkb(copy, "doctor", "--json")
    assert bad.exit_code == 1
    assert {each["what"] for each in json.loads(bad.stdout) if not each["good"]} == {"Corpus", "Index"}


WRONG = {
    "unknown filter value": (["search", "x", "--kind", "quotation"], "`quotation` is none of: quote, lesson"),
    "unknown mode": (["search", "x", "--mode", "magic"], "use one of: hybrid, words, meaning"),
    "years": (["search", "x", "--years", "soon"], "write 2012 or 2012-2015"),
    "unknown command": (["serach"], "No such command 'serach'"),
    "release": (["--release", "secret", "check"], "use one of: public, workshop, internal"),
    "no such path": (["check", "nowhere.md"], "there is no nowhere.md"),
    "template": (["new", "novel", "x"], "use one of: case, interview"),
    "id": (["new", "case", "My Case"], "`My Case` is no id: use lower case, digits and hyphens"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_exits_with_two(built, name):
    arguments, message = WRONG[name]
    result = sibkb(built, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


LIGHT = (["--help"], ["check"], ["search", "pet project", "-k", "1"], ["show", "newpin-nsw"])


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_no_command_here_imports_torch(built, arguments):
    given = ["--corpus", str(built.corpus), "--indexes", str(built.indexes)]
    done = process(*given, *arguments, python=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-500:]
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert not modules & {"torch", "sentence_transformers", "transformers"}


def test_a_fresh_clone_builds_first_and_says_so(tmp_path):
    (tmp_path / "corpus/cases").mkdir(parents=True)
    shutil.copy(ROOT / "corpus/cases/dwp-innovation-fund.md", tmp_path / "corpus/cases")
    shutil.copytree(ROOT / "corpus/interviews", tmp_path / "corpus/interviews")
    given = ["--corpus", str(tmp_path / "corpus"), "--indexes", str(tmp_path / "indexes")]
    done = process(*given, "search", "square peg", "-k", "1", "--kind", "quote")
    assert done.returncode == 0, done.stderr
    assert "Nothing is built yet: building the index first." in done.stderr
    assert done.stdout.startswith("“I’m a bit of a square peg in a round hole”")
