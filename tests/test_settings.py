"""Settings from the environment and the settings file, the addresses they give, and a team's own words."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_app import visited, words
from tiny import TinyEncoder
from typer.testing import CliRunner

from sibkb import checking, generations, kb, vocabulary
from sibkb.cli import app
from sibkb.errors import SettingsError
from sibkb.parsing import json_schema
from sibkb.settings import Settings
from sibkb.vocabulary import Term

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
OWN = """\
# What our team keeps for itself.
corpus = "cases"
indexes = "built/index"
model = "all-MiniLM-L6-v2"
release = "internal"
repository = "https://code.example/us/bonds/"

[vocabulary.themes]
housing-first = {label = "Housing first", meaning = "A home before anything else."}

[vocabulary.roles.peer]
label = "Peers"
meaning = "Those who were served, and now serve."

[vocabulary.countries]
EE = "Estonia"
"""
TERM = Term("Housing first", "A home before anything else.")


def repository(address: str | None) -> Settings:
    return Settings.from_environment({} if address is None else {"SIBKB_REPOSITORY": address})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sibkb.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_nothing_is_set():
    given = Settings.from_environment({})
    assert given == Settings()
    assert given.edit_address("cases/a.md") is None
    assert given.page_address("CONTRIBUTING.md") is None


@pytest.mark.parametrize("address", ["https://code.example/us/sibkb", " https://code.example/us/sibkb/ "])
def test_where_a_file_is_changed_and_read(address):
    given = repository(address)
    assert given.edit_address("cases/a b.md") == "https://code.example/us/sibkb/edit/main/corpus/cases/a%20b.md"
    assert given.page_address("docs/search.md") == "https://code.example/us/sibkb/blob/main/docs/search.md"


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "code.example/us", "file:///etc"])
def test_what_is_no_address_on_the_web_is_none(address):
    assert repository(address).repository is None


def test_a_settings_file(file, tmp_path):
    assert Settings.from_environment({"SIBKB_SETTINGS": str(file)}) == Settings(
        corpus=tmp_path / "cases",
        indexes=tmp_path / "built/index",
        model="all-MiniLM-L6-v2",
        ceiling="internal",
        repository="https://code.example/us/bonds",
        words={
            "themes": {"housing-first": TERM},
            "roles": {"peer": Term("Peers", "Those who were served, and now serve.")},
            "countries": {"EE": "Estonia"},
        },
        file=file,
    )


def test_the_file_that_the_docs_show_is_good(tmp_path):
    docs = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    listed, shown = re.findall(r"```toml\n(.*?)```", docs, re.DOTALL)
    (tmp_path / "sibkb.toml").write_text(listed, encoding="utf-8")
    access = Settings.from_environment({"SIBKB_SETTINGS": str(tmp_path / "sibkb.toml")}).access
    assert access.role({"email": "ann@example.org"}) == access.role({"groups": ["sib-editors"]}) == "editor"
    assert access.role({"email": "joe@example.org"}) == "reader"
    assert access.open
    (tmp_path / "sibkb.toml").write_text(shown, encoding="utf-8")
    given = Settings.from_environment({"SIBKB_SETTINGS": str(tmp_path / "sibkb.toml")})
    assert {name: list(words) for name, words in given.words.items()} == {
        "themes": ["housing-first"],
        "roles": ["peer"],
        "countries": ["EE"],
    }
    for key in ("corpus", "indexes", "model", "release", "repository", "[vocabulary]", "[access]"):
        assert f"| `{key}` |" in docs


def test_the_file_of_the_working_folder_is_read_and_the_environment_goes_before_it(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = Settings.from_environment({"SIBKB_CORPUS": "elsewhere", "SIBKB_RELEASE": "workshop", "SIBKB_MODEL": ""})
    assert (given.corpus, given.ceiling, given.file) == (Path("elsewhere"), "workshop", file)
    assert (given.indexes, given.model) == (tmp_path / "built/index", "all-MiniLM-L6-v2")


def test_an_option_goes_before_both(file, tmp_path, own_words, monkeypatch):
    monkeypatch.setenv("SIBKB_SETTINGS", str(file))
    for environment, options, folder in (
        ({}, (), "cases"),
        ({"SIBKB_CORPUS": str(tmp_path / "more")}, (), "more"),
        ({"SIBKB_CORPUS": str(tmp_path / "more")}, ("--corpus", str(tmp_path / "most")), "most"),
    ):
        told = CliRunner(env=environment).invoke(app, [*options, "check"])
        assert str(told.exception).startswith(f"there is no corpus folder at {tmp_path / folder} — ")
    assert f"ok  Settings: {file}, 3 words of your own\n" in CliRunner().invoke(app, ["doctor"]).stdout


def test_there_may_be_no_settings_file_whatever_stands_in_the_working_folder(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"SIBKB_SETTINGS": os.devnull}) == Settings()
    assert Settings.from_environment({}).file == file


def test_a_model_may_be_a_folder_beside_the_file(tmp_path):
    (tmp_path / "encoder").mkdir()
    path = tmp_path / "ours.toml"
    path.write_text('model = "encoder"\n', encoding="utf-8")
    assert Settings.from_environment({"SIBKB_SETTINGS": str(path)}).model == str(tmp_path / "encoder")


ADD = 'write `key = "text"`, a line each, below its [table]'
KNOWN = "corpus, indexes, model, release, repository, vocabulary, access"
REFUSED = {
    "no toml": ('corpus = "a"\nindexes\n', [
        f"2:8 this is not TOML: Expected '=' after a key in a key/value pair — {ADD}",
    ]),
    "ends too early": ('corpus = """a\n', [f"2 this is not TOML: Unterminated string — {ADD}"]),
    "twice": ('corpus = "a"\ncorpus = "b"\n', [f"2:13 this is not TOML: Cannot overwrite a value — {ADD}"]),
    "an unknown key": ('# corpse = 1\n\ncorpse = "a"\n', [f"3 unknown key `corpse` — use one of: {KNOWN}"]),
    "no text": ("corpus = 3\nmodel = ''\n", [
        '1 `corpus` is no text — write corpus = "…"',
        '2 `model` is no text — write model = "…"',
    ]),
    "a release": ('release = "secret"\n', ["1 unknown release `secret` — use one of: public, workshop, internal"]),
    "an address": ('repository = "code.example"\n', ["1 `code.example` is no web address — begin with https://"]),
    "no table": ("vocabulary = 3\n", ["1 `vocabulary` is no table — write [vocabulary] and below it its keys"]),
    "closed words": ("[vocabulary.stages]\npaused = 1\n", [
        "1 unknown key `stages` — use one of: themes, work_stages, audiences, sectors, roles, countries",
    ]),
    "no words": ("[vocabulary]\nthemes = []\n", [
        "2 `themes` is no table — write [vocabulary.themes] and below it its keys",
    ]),
    "a word of ours": ('[vocabulary.themes]\nprocurement = {label = "Buying", meaning = "Buying it."}\n', [
        "2 `procurement` is one of the themes already — remove it; words can be added, not changed",
    ]),
    "no word": ('[vocabulary.themes]\n"Housing First" = {label = "Homes", meaning = "A home."}\n', [
        "2 `Housing First` is no word for themes — use lower case, digits and hyphens",
    ]),
    "no country": ('[vocabulary.countries]\nuk = "United Kingdom"\n', [
        "2 `uk` is no word for countries — write two capitals",
    ]),
    "a label of ours": ('[vocabulary.themes]\nbuying = {label = "procurement", meaning = "Buying it."}\n', [
        "2 `procurement` is the label of `procurement` — give it another",
    ]),
    "one label twice": (
        '[vocabulary.themes]\nx = {label = "Buying", meaning = "A."}\ny = {label = "Buying", meaning = "B."}\n',
        ["3 `Buying` is the label of `x` — give it another"],
    ),
    "half a word": ('[vocabulary.themes.homes]\nlabel = "Homes"\n', [
        '1 `homes` has no meaning — write {label = "…", meaning = "…."}',
    ]),
    "more than a word": ('[vocabulary.themes]\nhomes = {label = "Homes", meaning = "A home.", icon = "x"}\n', [
        "2 unknown key `icon` — use one of: label, meaning",
    ]),
    "marks": ('[vocabulary.themes.homes]\nlabel = "<b>Homes</b>"\nmeaning = "A :red[home]"\n', [
        "2 `<` in a label — write words alone",
        "3 `[` in a meaning — write words alone",
        "3 a meaning is a sentence — end it with a full stop",
    ]),
    "nobody's access": ("access = 3\n", ["1 `access` is no table — write [access] and below it its keys"]),
    "open to whom": ('[access]\nopen = "yes"\n', ["2 `open` is neither true nor false — write open = false"]),
    "an unknown role": ('[access]\n\n[access.admins]\nemails = []\n', [
        "3 unknown key `admins` — use one of: open, group_claim, editors, readers",
    ]),
    "one address": ('[access.editors]\nemails = "ann@example.org"\n', [
        '2 `emails` is no list of texts — write emails = ["…"]',
    ]),
    "no address": ('[access.editors]\ngroups = ["x"]\nemails = ["ann"]\n[access.readers]\ndomains = ["@x.org"]\n', [
        "3 `ann` is no e-mail address — write one such as ann@example.org",
        "5 `@x.org` is no domain — write what stands behind the @, such as example.org",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_everything_that_is_wrong_in_a_settings_file_is_told(name, tmp_path):
    text, told = REFUSED[name]
    path = tmp_path / "sibkb.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"SIBKB_SETTINGS": str(path)})
    assert str(caught.value).splitlines() == [f"{path}:{each}" for each in told]


def test_a_settings_file_that_cannot_be_read(tmp_path):
    path = tmp_path / "sibkb.toml"
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"SIBKB_SETTINGS": str(path)})
    fix = "name another with SIBKB_SETTINGS, or see to its rights"
    assert str(caught.value) == f"{path} cannot be read: No such file or directory — {fix}"
    path.write_bytes(b'corpus = "\xff"')
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"SIBKB_SETTINGS": str(path)})
    assert str(caught.value) == f"{path} is not UTF-8 text — save it as UTF-8"


def test_a_release_of_the_environment_is_checked():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"SIBKB_RELEASE": "secret"})
    assert str(caught.value) == (
        "SIBKB_RELEASE is `secret`, which is no release — use one of: public, workshop, internal"
    )


def test_a_command_tells_what_is_wrong_with_the_settings(tmp_path):
    (tmp_path / "sibkb.toml").write_text("corpse = 1\n", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("SIBKB_SETTINGS", None)
    told = subprocess.run([sys.executable, "-m", "sibkb", "check"], cwd=tmp_path, env=environment, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"sibkb: {tmp_path}/sibkb.toml:1 unknown key `corpse` — use one of: {KNOWN}\n"


# A team's own words


@pytest.fixture
def team(tmp_path: Path, own_words: None) -> Settings:
    """A team's own folder, with a case that uses words of its own, and the settings that add them."""
    (tmp_path / "sibkb.toml").write_text(OWN.partition("model =")[0] + OWN[OWN.index("[") :], encoding="utf-8")
    text = (CORPUS / "cases/newpin-nsw.md").read_text(encoding="utf-8")
    text = text.replace("theme=", 'theme="housing-first ', 1).replace(" work_stage=", '" work_stage=', 1)
    text = re.sub(r"speaker_role=[a-z-]+", "speaker_role=peer", text, count=1)
    (tmp_path / "cases/cases").mkdir(parents=True)
    (tmp_path / "cases/cases/homes.md").write_text(text.replace("[AU]", "[AU, EE]"), encoding="utf-8")
    return Settings.from_environment({"SIBKB_SETTINGS": str(tmp_path / "sibkb.toml")})


def test_own_words_stand_behind_ours_and_go_when_others_come(own_words):
    shipped = list(vocabulary.THEMES)
    vocabulary.adopt({"themes": {"housing-first": TERM}, "sectors": {"homes": TERM}, "countries": {"EE": "Estonia"}})
    assert list(vocabulary.THEMES) == [*shipped, "housing-first"]
    assert len(vocabulary.THEMES) == len(shipped) + 1
    assert (vocabulary.THEMES["housing-first"], vocabulary.country("EE")) == (TERM, "Estonia")
    assert json_schema()["properties"]["sector"]["enum"][-1] == "homes"
    assert vocabulary.ours("themes").keys() == set(shipped)
    digest = vocabulary.own()
    vocabulary.adopt({"themes": {"peers": TERM}})
    assert list(vocabulary.THEMES) == [*shipped, "peers"]
    assert vocabulary.country("EE") == "EE"
    assert vocabulary.own() not in ("", digest)
    vocabulary.adopt({})
    assert (list(vocabulary.THEMES), vocabulary.own()) == (shipped, "")


def test_own_words_are_words_for_the_check(team):
    _, problems = checking.check(team.corpus)
    assert [(each.code, each.message) for each in problems] == [
        ("B003", "unknown theme `housing-first`"),
        ("B003", "unknown speaker_role `peer`"),
    ]
    vocabulary.adopt(team.words)
    assert checking.check(team.corpus)[1] == []


def test_an_index_with_other_words_is_made_anew_of_the_same_vectors(team):
    """A file with words that are gone is broken, and no last good version of it is served: they have no label."""
    vocabulary.adopt(team.words)
    base = kb.open_kb(team, encoder=TinyEncoder())
    assert base.engine.manifest.words == vocabulary.own()
    shutil.copy(CORPUS / "cases/rikers-island-able.md", team.corpus / "cases")
    more = {**team.words, "sectors": {"homes": TERM}}
    vocabulary.adopt(more)
    told: list[str] = []
    base = kb.open_kb(team, encoder=TinyEncoder(), say=told.append)
    assert told == [
        "The index was made with other words than your settings have: building the index first. This takes a minute or "
        "two, once."
    ]
    assert base.engine.manifest.reused > 0
    vocabulary.adopt({})
    assert list(kb.open_kb(team, encoder=TinyEncoder()).engine.documents) == ["rikers-island-able"]
    assert generations.current(team.indexes) != base.generation


def test_a_page_tells_what_is_wrong_with_the_settings(afresh, monkeypatch, tmp_path):
    (tmp_path / "sibkb.toml").write_text("corpse = 1\nmodel = 2\n", encoding="utf-8")
    monkeypatch.setenv("SIBKB_SETTINGS", str(tmp_path / "sibkb.toml"))
    app = visited("sibkb/ui/search.py")
    assert not app.exception
    assert f"{tmp_path}/sibkb.toml:2 `model` is no text — write model = &quot;…&quot;." in words(app)


def test_own_words_are_on_the_pages(team, afresh, monkeypatch):
    monkeypatch.delenv("SIBKB_CORPUS")
    monkeypatch.delenv("SIBKB_INDEXES")
    monkeypatch.setenv("SIBKB_SETTINGS", str(team.file))
    monkeypatch.setattr("sibkb.ui.session.open_encoder", lambda _: TinyEncoder())
    pages = {
        "search": ({"theme": "housing-first"}, "Housing first"),
        "browse": ({"country": "EE"}, "Estonia"),
        "document": ({"id": "homes"}, "Housing first"),
        "lessons": ({"theme": "housing-first"}, "A home before anything else."),
        "coverage": ({}, "Housing first"),
        "voices": ({}, "Peers"),
        "about": ({}, "Estonia"),
    }
    for page, (asked, shown) in pages.items():
        app = visited(f"sibkb/ui/{page}.py", **asked)
        assert not app.exception, page
        assert shown in words(app), page
