"""The folder of files -> documents, and what lies beside them."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sibkb import withdrawn
from sibkb.errors import CorpusError
from sibkb.model import STRICTNESS, Document, Problem, Reading, Tombstone
from sibkb.parsing import Fixed, Parsed, fix, parse

FOLDERS: Final[Mapping[str, str]] = {"case": "cases", "interview": "interviews"}
"""What `sibkb new` can begin -> the folder it goes to."""
QUERIES: Final = "queries.yaml"
"""The judged queries, which live with the texts they judge."""
EVALUATION: Final = "evaluation.yaml"
"""How well search answered them."""
THEMES: Final = "themes"
"""The folder of what the cases together say, a file a theme."""
GLOSSARY: Final = "glossary.yaml"
"""The field's terms in plain words."""
WITHDRAWN: Final = "withdrawn.yaml"
"""What was taken out for good: ids, no words."""
DRAFTS: Final = "drafts"
"""Where files wait until they are accepted; nothing there is read."""
UNREAD: Final = "D007"
"""The code of a file that cannot be read."""
_ASIDE: Final = re.compile(r"\..+\.[0-9]+")
_NO_TIME: Final = (0, -1)
"""The time and size of a file that does not even tell these."""
_NOT_DOCUMENTS: Final = frozenset({"README.md", "LICENSE.md"})


def paths(folder: Path) -> list[Path]:
    """Every corpus file, sorted; drafts and dot-folders are left out."""
    if not folder.is_dir():
        raise CorpusError(f"there is no corpus folder at {folder} — name one with --corpus or SIBKB_CORPUS")
    return sorted(path for path in _walk(folder) if _counts(path.name) and _is_file(path))


def _walk(folder: Path) -> Iterator[Path]:
    """All files but drafts and what lies in dot-folders; a folder that cannot be read is no empty one."""
    for root, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and name != DRAFTS]
        yield from (Path(root, name) for name in names)


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # deleted meanwhile
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror} — see to its rights") from error


def _counts(name: str) -> bool:
    return name.endswith(".md") and not name.startswith(".") and name not in _NOT_DOCUMENTS


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # it does not tell: reading says why
        return True


def leftovers(folder: Path) -> list[Path]:
    """What writers of ours have aside, named by their process."""
    return sorted(path for path in folder.rglob(".*.*") if _ASIDE.fullmatch(path.name))


def times(folder: Path) -> dict[str, tuple[int, int]]:
    """Path -> (modification time in ns, size): what tells cheaply whether an index is stale."""
    found = {}
    for path in paths(folder):
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            found[path.relative_to(folder).as_posix()] = _time(path)
    return found


def _time(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise
    except OSError:
        return _NO_TIME
    return status.st_mtime_ns, status.st_size


def read_queries(folder: Path) -> str:
    """The text of the judged queries; an empty list where the corpus has none."""
    text = _text(folder / QUERIES)
    return "[]" if text is None else text


def read_evaluation(folder: Path) -> str | None:
    """The text that keeps how well search answered the judged queries; None where that was not recorded."""
    return _text(folder / EVALUATION)


def read_themes(folder: Path) -> dict[str, str]:
    """Path -> text of what the cases together say, a file a theme; empty where the corpus has none."""
    texts = {path.relative_to(folder).as_posix(): _text(path) for path in _themes(folder)}
    return {path: text for path, text in texts.items() if text is not None}


def _themes(folder: Path) -> list[Path]:
    """The files of themes, sorted; one that is called .yml is among them, so that it is told and not left out."""
    return sorted(path for path in (folder / THEMES).glob("[!.]*.y*ml") if path.suffix in (".yaml", ".yml"))


def read_glossary(folder: Path) -> str | None:
    """The text of the glossary; None where the corpus has none."""
    return _text(folder / GLOSSARY)


def read_withdrawn(folder: Path) -> str | None:
    """The text of the list of what was withdrawn; None where nothing was."""
    return _text(folder / WITHDRAWN)


def read_lists(folder: Path) -> dict[str, str]:
    """Path -> text of every YAML file but that list: what may name passages. Drafts and dot-folders are left out."""
    found = (path for path in _walk(folder) if path.suffix in (".yaml", ".yml") and not path.name.startswith("."))
    texts = {path.relative_to(folder).as_posix(): _text(path) for path in found}
    return {path: text for path, text in sorted(texts.items()) if text is not None and path != WITHDRAWN}


def read_file(folder: Path, path: str) -> bytes | None:
    """The bytes of a document's file; None where it cannot be read."""
    try:
        return (folder / path).read_bytes()
    except OSError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror} — see to its rights") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not UTF-8 text — save it as UTF-8") from error


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def read(folder: Path, more: Mapping[str, bytes | None] = MappingProxyType({})) -> Reading:
    """Read every file; what is wrong is said, and the rest is read all the same.

    `more` are files that are not as they will be, path -> bytes, read as if they were; None for one that will be gone.
    """
    files: dict[str, tuple[str, int, int]] = {}
    parsed: dict[str, Parsed] = {}
    for path in paths(folder):
        name = path.relative_to(folder).as_posix()
        with contextlib.suppress(FileNotFoundError):  # deleted while we were reading
            if name not in more:
                files[name], parsed[name] = _read_one(path, name)
    for name, data in more.items():
        if data is not None:
            files[name], parsed[name] = (hashlib.sha256(data).hexdigest(), *_NO_TIME), parse(name, data)
    tombstones, problems = withdrawn.read(WITHDRAWN, read_withdrawn(folder))
    return _joined(parsed, files, tombstones, problems)


def _read_one(path: Path, name: str) -> tuple[tuple[str, int, int], Parsed]:
    """Digest, time and size of a file, and what it gave."""
    time = _time(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        return ("", *time), _unread(name, error)
    return (hashlib.sha256(data).hexdigest(), *time), parse(name, data)


def problems(folder: Path, path: str) -> tuple[Problem, ...]:
    """What is wrong in one file by itself, as it stands now; what it says of other files is not asked."""
    return _read_one(folder / path, path)[1].problems


def _unread(name: str, error: OSError) -> Parsed:
    """What a file that cannot be read gave: a problem, and the strictest release, for its own cannot be known."""
    problem = Problem(path=name, line=0, column=0, code=UNREAD, message=f"the file cannot be read: {error.strerror}",
                      fix="see to its rights and its disk")  # fmt: skip
    return Parsed(document=None, passages=(), problems=(problem,), releases={Path(name).stem: STRICTNESS[-1]})


def _joined(
    parsed: Mapping[str, Parsed],
    files: Mapping[str, tuple[str, int, int]],
    tombstones: Mapping[str, Tombstone],
    listed: Iterable[Problem],
) -> Reading:
    problems = [*listed, *(problem for each in parsed.values() for problem in each.problems)]
    back = list(_check_withdrawn(parsed, tombstones))
    gone = {problem.path for problem in back}
    whole = {path: each for path, each in parsed.items() if each.document and path not in gone}
    relations = [*back, *_check_relations(whole, {Path(path).stem for path in parsed})]
    refused = {problem.path for problem in relations}
    good = [each for path, each in whole.items() if path not in refused]
    return Reading(
        documents=tuple(each.document for each in good if each.document),
        passages=tuple(passage for each in good for passage in each.passages),
        problems=tuple(sorted([*problems, *relations], key=lambda p: (p.path, p.line, p.column, p.code))),
        warnings=tuple(warning for each in good for warning in each.warnings),
        files=files,
        broken={
            path: each.releases
            for path, each in parsed.items()
            if each.releases and (each.document is None or path in refused)
        },
        withdrawn=tombstones,
    )


def _check_withdrawn(parsed: Mapping[str, Parsed], tombstones: Mapping[str, Tombstone]) -> Iterator[Problem]:
    for path, each in parsed.items():
        if found := tombstones.get(Path(path).stem):
            fix = "remove the file; `sibkb withdraw` does that"
            yield _back(path, (0, 0), found, fix)
            continue
        for passage in each.passages:
            if found := tombstones.get(passage.id):
                yield _back(path, (passage.lines[0], 1), found, "take it out; `sibkb withdraw` does that")


def _back(path: str, place: tuple[int, int], found: Tombstone, fix: str) -> Problem:
    message = f"`{found.id}` was withdrawn on {found.date}, and stands here"
    return Problem(path=path, line=place[0], column=place[1], code="X004", message=message, fix=fix)


def _check_relations(parsed: Mapping[str, Parsed], ids: Iterable[str]) -> Iterator[Problem]:
    known = set(ids)
    first: dict[str, str] = {}
    kinds = {each.document.id: each.document.kind for each in parsed.values() if each.document}
    for path, each in sorted(parsed.items()):
        document = each.document
        if document is None:
            continue
        if document.id in first:
            yield Problem(path=path, line=0, column=0, code="R003", message=f"{first[document.id]} has the same id",
                          fix="rename one of the two files")  # fmt: skip
        first.setdefault(document.id, path)
        for key, target in _relations(document):
            line, column = (each.places or {}).get(key, (1, 1))
            if fault := _fault(key, target, document.id, known, kinds):
                code, message, fix = fault
                yield Problem(path=path, line=line, column=column, code=code, message=message, fix=fix)


def _relations(document: Document) -> Iterator[tuple[str, str]]:
    if document.part_of:
        yield "part_of", document.part_of
    yield from (("supported_by", target) for target in document.supported_by)
    yield from (("follows", target) for target in document.follows)


def _fault(
    key: str, target: str, id: str, known: Iterable[str], kinds: Mapping[str, str]
) -> tuple[str, str, str] | None:
    if target == id:
        return "R002", f"`{key}` names this very document", "name another, or remove it"
    if target not in known:
        return "R001", f"there is no document `{target}`", "name a file of the corpus without .md, or remove it"
    if key == "part_of" and kinds.get(target, "programme") != "programme":
        return "R004", f"`{target}` is no programme", "use follows or supported_by"
    return None


def select(problems: Sequence[Problem], folder: Path, wanted: Sequence[Path]) -> list[Problem]:
    """The problems of the wanted files and folders; all of them where none is named."""
    return [problem for problem in problems if wants(folder / problem.path, wanted)]


def wants(path: Path, wanted: Sequence[Path]) -> bool:
    """Whether a file is one of the wanted, or below one; any is where none is named."""
    return not wanted or any(_below(path, each.resolve()) for each in wanted)


def refuse_others(folder: Path, wanted: Sequence[Path]) -> None:
    """Raise a CorpusError where one of the wanted files or folders is no part of the corpus and holds none of it."""
    whole = (
        folder,
        *(folder / name for name in (QUERIES, EVALUATION, GLOSSARY, WITHDRAWN)),
        *_themes(folder),
        *paths(folder),
    )
    for path in wanted:
        if not any(_below(each, path.resolve()) for each in whole):
            why = "drafts, hidden files and what is not Markdown are not read"
            raise CorpusError(f"{path} is no part of the corpus in {folder}: {why} — name a file that is")


def _below(path: Path, root: Path) -> bool:
    return root == path.resolve() or root in path.resolve().parents


def fixes(folder: Path, wanted: Sequence[Path] = ()) -> list[Fixed]:
    """What can be put right without a doubt in the wanted files, in all where none is named; nothing is written."""
    refuse_others(folder, wanted)
    found = []
    for path in paths(folder):
        with contextlib.suppress(OSError):  # the check says why it cannot be read
            if wants(path, wanted) and (fixed := fix(path.relative_to(folder).as_posix(), path.read_bytes())):
                found.append(fixed)
    return found
