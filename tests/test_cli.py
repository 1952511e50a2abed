"""The command line as its users meet it: data on stdout, the rest on stderr, exit codes, help by example."""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sibkb import checking, evaluating, generations
from sibkb.cli import app, main
from sibkb.model import Query
from sibkb.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (
    "check",
    "build",
    "watch",
    "search",
    "show",
    "export",
    "new",
    "import",
    "accept",
    "schema",
    "eval",
    "doctor",
    "app",
)


def sibkb(settings: Settings, *arguments: str):
    given = ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes)]
    return CliRunner().invoke(app, [*given, *arguments])


def process(
    *arguments: str | bytes, python: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "sibkb", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"sibkb {command}" in result.output


def test_search_prints_data_for_scripts(few):
    result = sibkb(few, "search", "pet project", "--kind", "quote", "--json", "-k", "1")
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
    text = (few.corpus / "interviews/interview-roles-in-government.md").read_text(encoding="utf-8").splitlines()
    first, last = hit["lines"]
    assert hit["text"] in "\n".join(text[first - 1 : last])
    assert isinstance(hit["score"], float)
    assert "near_misses" in answer


HIT = {"id", "kind", "text", "score", "document", "speaker", "speaker_role", "about_role", "themes", "sources", "path",
       "lines"}  # fmt: skip


def test_the_shape_of_an_answer_is_as_documented(few):
    answer = json.loads(sibkb(few, "search", "who leads the work", "--mode", "words", "--json").stdout)
    assert {"query", "mode", "hits", "near_misses"} <= set(answer)
    assert answer["mode"] == "words"
    assert answer["hits"]
    for hit in (*answer["hits"], *answer["near_misses"]):
        assert set(hit) >= HIT
        assert set(hit["document"]) == {"id", "title", "kind"}
        assert set(hit["sources"][0] if hit["sources"] else SOURCE) == SOURCE
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)


SOURCE = {"id", "title", "publisher", "read", "date", "url", "note"}


def test_pages_of_an_answer_join_without_a_gap(few):
    def page(*arguments: str) -> list[str]:
        answer = json.loads(sibkb(few, "search", "investors", "--mode", "words", "--json", *arguments).stdout)
        return [hit["id"] for hit in answer["hits"]]

    assert page("-k", "3") + page("-k", "3", "--offset", "3") == page("-k", "6")


def test_the_end_of_an_answer_and_the_way_on_are_told(few):
    given = ("search", "investors", "--mode", "words", "-k", "2")
    assert re.search(r"^\d+ hits in all; go on with --offset 2$", sibkb(few, *given).stdout, re.MULTILINE)
    assert sibkb(few, *given, "--offset", "900").stdout == "No more hits.\n"


def test_an_answer_says_the_years_it_was_asked_for(few):
    answer = sibkb(few, "search", "Goldman Sachs", "--years", "1990-1991", "--mode", "words")
    assert "Without --years 1990–1991:" in answer.stdout


def test_search_tells_a_person_who_where_and_why(few):
    result = sibkb(few, "search", "Goldman Sachs loss", "-k", "1")
    assert result.exit_code == 0
    assert "Rikers Island ABLE" in result.stdout
    assert "Has your words: Goldman, Sachs, loss" in result.stdout
    assert "cases/rikers-island-able.md:" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_speaker_that_is_not_known_is_said_to_be_unknown(few):
    result = sibkb(few, "show", "interview-roles-in-government.boss-gave-time")
    assert "speaker: speaker not stated" in result.stdout
    assert "about role: senior-champion" in result.stdout


def test_nothing_good_is_said_with_what_comes_closest(few):
    result = sibkb(few, "search", "price of bitcoin")
    assert "No good match." in result.stdout
    assert result.exit_code == 0


def test_a_filter_to_nothing_offers_the_way_out(few):
    result = sibkb(few, "search", "Goldman Sachs", "--country", "AU", "--mode", "words")
    assert "Without --country AU:" in result.stdout


def test_what_a_question_was_searched_as_besides_is_told(built):
    result = sibkb(built, "search", "SPV", "-k", "1")
    assert result.stdout.startswith("SPV also searched as: special purpose vehicle, special purpose company.\n\n")
    assert "Has words of another name: special, purpose, company" in result.stdout
    data = json.loads(sibkb(built, "search", "SPV", "-k", "1", "--json").stdout)
    assert data["expanded"] == {"SPV": ["special purpose vehicle", "special purpose company"]}
    assert (data["hits"][0]["matched"], data["hits"][0]["also"]) == ([], ["special", "purpose", "company"])
    plain = json.loads(sibkb(built, "search", "lawyers", "-k", "1", "--json").stdout)
    assert (plain["expanded"], plain["hits"][0]["also"]) == ({}, [])


ABBREVIATIONS = {
    "SPV": "special purpose company",
    "PbR": "payment by results",
    "pay by results": "payment by results",
    "RCT": "randomised",
    "RCTs": "randomised",
    "TA": "technical assistance",
    "NEETs": "education, employment or training",
    "VfM": "value for money",
    "CCG": "clinical commissioning group",
    "LCF": "life chances fund",
    "SROI": "social return on investment",
    "MoJ": "ministry of justice",
}


def test_abbreviations_and_other_names_find_what_they_mean(base):
    """Among the first three hits; most of these abbreviations stand in no text."""
    first = {text: base.search(Query(text=text, limit=3)).hits for text in ABBREVIATIONS}
    told = {text: " ".join(f"{hit.document.title} {hit.passage.heading} {hit.passage.text}" for hit in hits).lower()
            for text, hits in first.items()}  # fmt: skip
    assert [text for text, meant in ABBREVIATIONS.items() if meant not in told[text]] == []


def test_a_corrected_word_is_told(few):
    assert "instead of recidvism" in sibkb(few, "search", "recidvism").stdout
    assert "commissioner" in sibkb(few, "search", "comissioner").stdout


def test_show_prints_a_whole_document(few):
    result = sibkb(few, "show", "rikers-island-able")
    assert "Vera Institute of Justice" in result.stdout
    assert "Read in part, as a hosted copy" in result.stdout
    data = json.loads(sibkb(few, "show", "rikers-island-able", "--json").stdout)
    assert data["stage"] == "ended-early"
    assert len(data["passages"]) == len(data["passage_ids"])


def test_a_document_reads_well(few):
    """A fact without a source used to end with `[]`, and a quote without a speaker looked like our words."""
    shown = sibkb(few, "show", "interview-roles-in-government").stdout
    assert "[]" not in shown + sibkb(few, "show", "newpin-nsw").stdout
    assert "“My boss allowing me to have time to work on it was absolutely key” — speaker not stated  [seed]" in shown


def test_a_passage_reads_well(few):
    shown = sibkb(few, "show", "interview-roles-in-government.own-job").stdout.splitlines()
    assert shown[0] == "“I almost created my own job”"
    assert {"speaker: someone who did the legwork", "speaker role: worker", "status: reported"} <= set(shown)
    assert shown[-1].startswith("source: Who do you need in government to get a SIB off the ground? Emma Tomkinson")


def test_show_of_a_passage_for_scripts(few):
    data = json.loads(sibkb(few, "show", "interview-roles-in-government.square-peg", "--json").stdout)
    assert data["speaker_role"] == "worker"


def test_how_to_cite_a_document_and_a_passage(few):
    cited = sibkb(few, "show", "interview-roles-in-government.own-job", "--cite", "plain")
    words, where, source = cited.stdout.splitlines()
    assert (cited.exit_code, cited.stderr) == (0, "")
    assert words == "“I almost created my own job” — someone who did the legwork (role: People who did the work)."
    assert where.startswith(
        "Emma Tomkinson. “Who drives a SIB inside government: the worker and the senior champion”. "
    )
    assert source.startswith(
        "Source: Who do you need in government to get a SIB off the ground? Emma Tomkinson (blog)."
    )
    text = sibkb(few, "show", "newpin-nsw", "--cite", "bibtex").stdout
    assert text.startswith("@misc{sibkb.newpin-nsw,\n")
    assert "\n\n@dataset{source.newpin-nsw.indigo,\n" in text


def test_similar_cases_come_with_their_reason(built):
    first, *_ = json.loads(sibkb(built, "show", "denver-supportive-housing", "--similar", "--json").stdout)
    assert first["document"]["id"] == "santa-clara-project-welcome-home"
    assert first["shared"]["sector"] == ["homelessness"]
    assert first["lessons"][0]["there"]["id"] == "santa-clara-project-welcome-home.fair-lottery"
    plain = sibkb(built, "show", "denver-supportive-housing", "--similar").stdout
    assert plain.startswith("Project Welcome Home, Santa Clara County  santa-clara-project-welcome-home\n")
    assert first["why"] in plain


def test_a_passage_is_followed_by_those_of_other_cases_that_say_so(built):
    id = "denver-supportive-housing.fair-lottery"
    (found,) = json.loads(sibkb(built, "show", id, "--similar", "--json").stdout)
    assert found["document"]["id"] == "santa-clara-project-welcome-home"
    plain = sibkb(built, "show", id, "--similar").stdout
    assert plain.startswith(
        "A lottery is an ethical way to share scarce homes and also lets you evaluate.\n  Lesson — "
    )
    none = sibkb(built, "show", "interview-roles-in-government.own-job", "--similar")
    assert (none.exit_code, none.stdout) == (0, "Nothing in another case comes close to it.\n")


def test_a_page_is_written_and_nothing_is_overwritten(few, tmp_path, capsys):
    path = tmp_path / "newpin.pdf"
    done = sibkb(few, "show", "newpin-nsw", "--brief", str(path))
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{path}\n", "")
    assert path.read_bytes().startswith(b"%PDF")
    path.write_text("mine", encoding="utf-8")
    nowhere = tmp_path / "nowhere" / "newpin.pdf"
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes), "show", "newpin-nsw", "--brief"]
    refusals = {
        path: f"sibkb: {path} is there already — choose another name, or remove that file\n",
        nowhere: f"sibkb: {nowhere} cannot be written: No such file or directory — check the folder and its rights\n",
    }
    for target, message in refusals.items():
        with pytest.raises(SystemExit) as ended:
            main([*given, str(target)])
        assert ended.value.code == 2
        assert capsys.readouterr().err == message
    assert path.read_text(encoding="utf-8") == "mine"


def test_new_then_check(copy, capsys):
    made = sibkb(copy, "new", "case", "fictional-bond")
    assert made.stdout.strip().endswith("cases/fictional-bond.md")
    checked = sibkb(copy, "check", made.stdout.strip())
    assert checked.exit_code == 1
    assert "fictional-bond.md:2:9 D006 something is left to do here — fill it in, or remove it" in checked.stdout
    with pytest.raises(SystemExit) as ended:
        main(["--corpus", str(copy.corpus), "new", "case", "fictional-bond"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err == (
        f"sibkb: {copy.corpus}/cases/fictional-bond.md is there already — choose another id, or edit that file\n"
    )


def test_check_for_scripts(copy):
    (copy.corpus / "cases/broken.md").write_text("nothing", encoding="utf-8")
    result = sibkb(copy, "check", "--json")
    (problem,) = json.loads(result.stdout)
    assert (problem["path"], problem["code"], problem["line"]) == ("cases/broken.md", "D003", 1)
    assert result.exit_code == 1


def test_the_check_of_one_file_speaks_of_that_file_alone(copy):
    one, other = copy.corpus / "cases/newpin-nsw.md", copy.corpus / "cases/broken.md"
    other.write_text("nothing", encoding="utf-8")
    good = sibkb(copy, "check", str(one))
    assert (good.exit_code, good.stdout, good.stderr) == (0, "", "0 errors\n")
    bad = sibkb(copy, "check", str(other))
    assert (bad.exit_code, bad.stderr) == (1, "1 error\n")
    assert bad.stdout.startswith(f"{other}:1:1 D003 ")
    assert sibkb(copy, "check", str(copy.corpus / "queries.yaml")).exit_code == 0
    files = len(list(copy.corpus.rglob("*.md"))) - 1
    told = rf"{files} files, \d{{3,}} passages, 1 error(, \d+ warnings \(--warnings lists them\))?\n"
    assert re.fullmatch(told, sibkb(copy, "check").stderr)


@pytest.mark.parametrize("name", ["elsewhere.md", "corpus/drafts/a.md", "corpus/notes.txt"])
def test_a_file_that_is_not_read_is_never_called_good(copy, capsys, name):
    """The check of a draft, or of any file elsewhere, used to print `0 errors` without having read it."""
    path = copy.corpus.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["--corpus", str(copy.corpus), "check", str(path)])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err == (
        f"sibkb: {path} is no part of the corpus in {copy.corpus}: drafts, hidden files and what is not Markdown "
        "are not read — name a file that is\n"
    )


@pytest.fixture
def warned(tmp_path) -> Settings:
    """A corpus of a broken file and one with a warning."""
    (tmp_path / "corpus/cases").mkdir(parents=True)
    shutil.copy(ROOT / "tests/warned/W003-no-lesson.md", tmp_path / "corpus/cases/no-lesson.md")
    (tmp_path / "corpus/cases/broken.md").write_text("nothing", encoding="utf-8")
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


def test_warnings_are_counted_and_are_no_errors(warned):
    whole = sibkb(warned, "check")
    assert (whole.exit_code, whole.stdout.count("\n")) == (1, 1)
    assert whole.stderr == "2 files, 3 passages, 1 error, 1 warning (--warnings lists it)\n"
    (warned.corpus / "cases/broken.md").unlink()
    good = sibkb(warned, "check", str(warned.corpus / "cases"))
    assert (good.exit_code, good.stdout, good.stderr) == (0, "", "0 errors, 1 warning (--warnings lists it)\n")


def test_warnings_come_after_errors_where_they_are_listed(warned):
    missed = "W003 there is no lesson — add one with basis=stated, where a source makes a point itself"
    listed = sibkb(warned, "check", "--warnings")
    first, last = listed.stdout.splitlines()
    assert " D003 " in first
    assert last == f"{warned.corpus}/cases/no-lesson.md:3:7 {missed}"
    assert (listed.exit_code, listed.stderr) == (1, "2 files, 3 passages, 1 error, 1 warning\n")
    data = json.loads(sibkb(warned, "check", "--warnings", "--json").stdout)
    assert [(each["code"], each["severity"]) for each in data] == [("D003", "error"), ("W003", "warning")]


def test_warnings_of_a_file_that_is_named_are_listed(warned):
    path = str(warned.corpus / "cases/no-lesson.md")
    named = sibkb(warned, "check", path)
    assert (named.exit_code, named.stdout.count(" W003 "), named.stderr) == (0, 1, "0 errors, 1 warning\n")
    hidden = sibkb(warned, "check", path, "--no-warnings")
    assert (hidden.exit_code, hidden.stdout) == (0, "")
    assert hidden.stderr == "0 errors, 1 warning (--warnings lists it)\n"


def test_warnings_stop_neither_build_nor_doctor(warned):
    (warned.corpus / "cases/broken.md").unlink()
    built = sibkb(warned, "build", "--json")
    assert (built.exit_code, json.loads(built.stdout)["problems"]) == (0, 0)
    assert sibkb(warned, "doctor").exit_code == 0


def test_build_says_what_it_did(copy):
    assert "nothing to do" in sibkb(copy, "build").stdout
    (copy.corpus / "cases/rikers-island-able.md").unlink()
    left = len(list(copy.corpus.rglob("*.md"))) - 1
    told = rf"\w+: {left} documents, \d+ passages; 0 texts encoded, \d+ reused\n"
    assert re.fullmatch(told, sibkb(copy, "build").stdout)
    path = copy.corpus / "cases/newpin-nsw.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne line more. [@nothing]\n", encoding="utf-8")
    result = sibkb(copy, "build", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["kept"], data["problems"]) == (1, ["cases/newpin-nsw.md"], 1)
    assert set(data) == {"generation", "changed", "documents", "passages", "encoded", "reused", "kept", "problems"}
    assert "cases/newpin-nsw.md is broken: its last good version is served" in result.stderr


def test_a_stale_index_is_told(copy):
    (copy.corpus / "cases/newpin-nsw.md").unlink()
    result = sibkb(copy, "search", "Peterborough", "-k", "1")
    assert "The corpus has changed since the index was built: run `sibkb build`." in result.stderr


def test_eval_prints_figures_and_rows(few):
    result = sibkb(few, "eval", "--split", "tune", "--mode", "words", "--queries")
    header, first, *rows = result.stdout.splitlines()
    assert header.split() == ["split", "mode", "n", "S@1", "S@3", "MRR@10", "nDCG@10", "R@20", "none", "refused"]
    assert first.split()[:2] == ["tune", "words"]
    judged, _ = evaluating.read_queries("queries.yaml", (few.corpus / "queries.yaml").read_text(encoding="utf-8"))
    assert all(any(query.text in row for row in rows) for query in judged if query.split == "tune")
    data = json.loads(sibkb(few, "eval", "--split", "tune", "--mode", "words", "--json").stdout)
    assert 0 < data[0]["figures"]["ndcg_10"] < 1


def test_eval_for_scripts_has_a_row_a_query(few):
    data = json.loads(sibkb(few, "eval", "--split", "held-out", "--mode", "words", "--queries", "--json").stdout)
    (row,) = data
    assert {"mode", "split", "figures", "rows"} == set(row)
    assert {"query", "text", "ranking", "ndcg_10", "success_3"} <= set(row["rows"][0])
    assert row["figures"]["queries"] + row["figures"]["unanswerable"] <= len(row["rows"])


FEW = """\
- {id: q1, text: what does a senior champion do, about: roles, split: held-out,
   answers: {interview-roles-in-government.what-a-champion-does: 3}}
- {id: q2, text: penguins on the moon, about: nothing, split: held-out, answers: {}}
"""


def test_eval_records_the_figures_it_prints(copy):
    (copy.corpus / "queries.yaml").write_text(FEW, encoding="utf-8")
    result = sibkb(copy, "eval", "--save", "--json")
    assert result.exit_code == 0, result.output
    assert "evaluation.yaml, which the About page shows." in result.stderr
    text = (copy.corpus / "evaluation.yaml").read_text(encoding="utf-8")
    recorded, problems = evaluating.read_evaluation("evaluation.yaml", text)
    assert problems == []
    assert recorded
    assert recorded.generation == generations.current(copy.indexes)
    assert recorded.documents == len(list((copy.corpus).rglob("*.md"))) - 1, "all but the licence"
    printed = json.loads(result.stdout)
    assert [(row["split"], row["mode"]) for row in printed] == [(each.split, each.mode) for each in recorded.measured]
    assert [row["figures"] for row in printed] == [
        pytest.approx(asdict(each.figures), abs=0.0001) for each in recorded.measured
    ]
    assert recorded.of("held-out", "hybrid").unanswerable == 1
    assert sibkb(copy, "check").exit_code == 0


def test_eval_without_judged_queries_says_where_they_stand(copy, capsys):
    (copy.corpus / "queries.yaml").write_text("- {id: q1}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["--corpus", str(copy.corpus), "--indexes", str(copy.indexes), "eval"])
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "queries.yaml:1:3 Q002 this is no judged query" in told
    assert "sibkb: there are no judged queries to run — see corpus/queries.yaml and `sibkb check`" in told


def test_doctor_finds_an_index_of_another_encoder(copy):
    path = copy.indexes / generations.current(copy.indexes) / "manifest.json"
    path.write_text(re.sub('"encoder_digest": "..', '"encoder_digest": "zz', path.read_text(encoding="utf-8")))
    told = sibkb(copy, "doctor")
    assert told.exit_code == 1
    assert re.search(
        r"^BAD Index: \w{16} was made by another encoder, all-MiniLM-L6-v2 — run `sibkb build`$",
        told.stdout,
        re.MULTILINE,
    )


def test_doctor_finds_a_stale_index_and_a_missing_package(copy, monkeypatch):
    (copy.corpus / "cases/newpin-nsw.md").unlink()
    monkeypatch.setattr(checking, "_PACKAGES", ("typer", "no-such-package"))
    told = sibkb(copy, "doctor")
    assert told.exit_code == 1
    assert "BAD Packages: missing: no-such-package — run `make setup`\n" in told.stdout
    assert re.search(r"^BAD Index: \w{16} is older than the corpus — run `sibkb build`$", told.stdout, re.MULTILINE)


def test_doctor_without_weights_blames_the_weights_alone(few, tmp_path):
    told = CliRunner().invoke(app, ["--corpus", str(few.corpus), "--indexes", str(few.indexes),
                                    "--model", str(tmp_path), "doctor", "--json"])  # fmt: skip
    assert [each["what"] for each in json.loads(told.stdout) if not each["good"]] == ["Weights"]


def test_doctor_tells_what_was_interrupted_and_that_room_is_short(copy, monkeypatch):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = copy.indexes / f".{'0' * 16}.{gone.pid}"
    left.mkdir()
    (copy.corpus / "cases" / f".a.md.{gone.pid}").touch()
    (copy.corpus / "cases" / f".b.md.{os.getpid()}").touch()
    usage = shutil.disk_usage(copy.indexes)
    monkeypatch.setattr(checking.shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    result = sibkb(copy, "doctor")
    told = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert f"BAD Leftovers: 2 of work that was interrupted: {left}, {copy.corpus}/cases/.a.md.{gone.pid} —" in told
    assert "BAD Space: 5 MB are free where" in told
    assert left.is_dir()


def test_doctor_when_all_is_well_and_when_not(few, copy, tmp_path):
    good = sibkb(few, "doctor")
    assert (good.exit_code, good.stdout.count("ok ")) == (0, 9)
    shutil.rmtree(copy.indexes)
    (copy.corpus / "cases/broken.md").write_text("nothing", encoding="utf-8")
    bad = sibkb(copy, "doctor", "--json")
    assert bad.exit_code == 1
    assert {each["what"] for each in json.loads(bad.stdout) if not each["good"]} == {"Corpus", "Index"}


WRONG = {
    "unknown filter value": (["search", "x", "--kind", "quotation"], "`quotation` is none of: quote, lesson"),
    "unknown mode": (["search", "x", "--mode", "magic"], "`magic` is none of: hybrid, words, meaning"),
    "years": (["search", "x", "--years", "soon"], "write 2012 or 2012-2015"),
    "years that end before they begin": (["search", "x", "--years", "2015-2012"], "write 2012 or 2012-2015"),
    "digits that are no number": (["search", "x", "--years", "²"], "write 2012 or 2012-2015"),
    "country in small letters": (["search", "x", "--country", "gb"], "`gb` is no country: write two capitals"),
    "no hits wanted": (["search", "x", "-k", "0"], "Invalid value for '-k' / '--limit'"),
    "split": (["eval", "--split", "foo"], "`foo` is none of: tune, held-out"),
    "mode to measure": (["eval", "--mode", "magic"], "`magic` is none of: hybrid, words, meaning"),
    "figures of a part": (["eval", "--save", "--mode", "words"], "leave out --split and --mode"),
    "figures of a split": (["eval", "--save", "--split", "tune"], "only the figures of all splits and modes together"),
    "figures of what not all see": (
        ["--release", "internal", "eval", "--save"],
        "the figures kept are those of what everyone may see",
    ),
    "too many words": (["search", "x", "y"], "unexpected extra argument"),
    "unknown command": (["serach"], "No such command 'serach'"),
    "release": (["--release", "secret", "check"], "`secret` is none of: public, workshop, internal"),
    "no such path": (["check", "nowhere.md"], "there is no nowhere.md"),
    "template": (["new", "novel", "x"], "use one of: case, interview"),
    "citation": (["show", "newpin-nsw", "--cite", "apa"], "`apa` is none of: plain, bibtex"),
    "two things at once": (
        ["show", "newpin-nsw", "--cite", "plain", "--json"],
        "use one of: --json, --cite, --brief, --similar (which goes with --json)",
    ),
    "two other things at once": (
        ["show", "newpin-nsw", "--similar", "--json", "--brief", "x.pdf"],
        "use one of: --json, --cite, --brief, --similar (which goes with --json)",
    ),
    "page of a passage": (
        ["show", "newpin-nsw.x", "--brief", "x.pdf"],
        "a page is made of a whole document: newpin-nsw",
    ),
    "id": (["new", "case", "My Case"], "`My Case` is no id: use lower case, digits and hyphens"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_exits_with_two(few, name):
    arguments, message = WRONG[name]
    result = sibkb(few, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


LIGHT = (["--help"], ["check"], ["search", "pet project", "-k", "1"], ["show", "newpin-nsw"])


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_no_command_here_imports_torch(few, arguments):
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes)]
    done = process(*given, *arguments, python=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-500:]
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert not modules & {"torch", "sentence_transformers", "transformers"}


def alone(folder: Path, name: str) -> list[str]:
    """The options for a corpus of this file alone, of which nothing is built yet."""
    (folder / "corpus" / name).parent.mkdir(parents=True)
    shutil.copy(ROOT / "corpus" / name, folder / "corpus" / name)
    return ["--corpus", str(folder / "corpus"), "--indexes", str(folder / "indexes")]


def test_a_fresh_clone_builds_first_and_says_so(tmp_path):
    given = alone(tmp_path, "interviews/interview-roles-in-government.md")
    done = process(*given, "search", "square peg", "-k", "1", "--kind", "quote")
    assert done.returncode == 0, done.stderr
    assert "Nothing is built yet: building the index first." in done.stderr
    assert done.stdout.startswith("“I’m a bit of a square peg in a round hole”")


def test_bytes_that_are_no_text_and_a_terminal_without_our_letters(few):
    """Half a character in the question, or a terminal that knows only ASCII, used to end in a stack trace."""
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes), "search"]
    broken = process(*given, b"square peg \xff", "--json", PYTHONIOENCODING="utf-8:strict", PYTHONUTF8="1")
    assert json.loads(broken.stdout)["query"] == "square peg \udcff"
    plain = process(*given, "square peg", "-k", "1", PYTHONIOENCODING="ascii:strict")
    assert (plain.returncode, plain.stdout.splitlines()[0]) == (
        0, "\\u201cI\\u2019m a bit of a square peg in a round hole\\u201d")  # fmt: skip
    data = process(*given, "square peg", "-k", "1", "--json", PYTHONIOENCODING="ascii:strict")
    assert json.loads(data.stdout)["hits"][0]["text"] == "“I’m a bit of a square peg in a round hole”"


def test_a_reader_that_closes_the_pipe_sees_no_stack_trace(few):
    command = [sys.executable, "-m", "sibkb", "--corpus", str(few.corpus), "--indexes", str(few.indexes)]
    shown = subprocess.Popen(
        [*command, "show", "dwp-innovation-fund", "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    shown.stdout.read(10)
    shown.stdout.close()
    with shown.stderr as told:
        assert b"Traceback" not in told.read()
    shown.wait(timeout=60)


def test_watch_tells_each_build_until_it_is_interrupted(copy):
    command = [sys.executable, "-m", "sibkb", "--corpus", str(copy.corpus), "--indexes", str(copy.indexes), "watch"]
    watching = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with watching.stdout as out, watching.stderr as err:
        documents = len(list(copy.corpus.rglob("*.md"))) - 1
        assert f": {documents} documents, " in out.readline()
        (copy.corpus / "cases/newpin-nsw.md").unlink()
        (copy.corpus / "cases/broken.md").write_text("nothing", encoding="utf-8")
        assert "cases/broken.md:1:1 D003 " in err.readline()
        assert f": {documents - 1} documents, " in out.readline()
        watching.send_signal(signal.SIGINT)
        assert (watching.wait(timeout=60), out.read(), err.read()) == (0, "", "")


def test_a_terminal_gets_colours_and_a_bar(tmp_path):
    """All that a person sees on a terminal: what is said, a bar that goes away, and the words that matched in bold."""
    given = alone(tmp_path, "cases/hachioji-cancer-screening.md")
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "sibkb", *given, "search", "cancer screening", "-k", "1", "--mode", "words"]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=end, stderr=end)
    os.close(end)
    seen = b""
    with contextlib.suppress(OSError):  # how Linux says that the other end is closed
        while read := os.read(terminal, 4096):
            seen += read
    os.close(terminal)
    assert running.wait(timeout=60) == 0
    shown = seen.decode()
    assert "Encoding" in shown
    assert re.search(r"\x1b\[1m[Cc]ancer\x1b\[0m", shown)
