"""git as a process: what a file was in each commit, and one commit of a few files. The only code that calls git.

It is asked with a time limit and without a shell. What else a repository or a user would have git do on the way is
turned off: hooks, signing, watchers, pagers and questions; sibkb has checked the file itself, and nobody may be there
to answer. The variables with which git tells a hook where its repository is are not passed on.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sibkb.errors import SibkbError

TIME: Final = 10.0
"""Seconds that one call may take."""
_OFF: Final = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "commit.gpgSign=false", "core.quotePath=false",
               "gc.auto=0")  # fmt: skip
_OPTIONS: Final = ("--no-pager", "--literal-pathspecs", *(part for each in _OFF for part in ("-c", each)))
_NOT_OURS: Final = frozenset(
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES",
                 "COMMON_DIR", "NAMESPACE", "CONFIG_PARAMETERS", "CONFIG_COUNT")
)  # fmt: skip
_PERSON: Final = re.compile(r"\s*([^<>\n]*[^<>\s])\s*<([^<>\s]+)>\s*")
_RECORD: Final = "%x1e%H%x1f%cI%x1f%an%x1f%s%x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit, as far as it changes the folder."""

    id: str
    when: datetime
    by: str
    what: str
    """The first line of its message."""
    files: tuple[str, ...]
    """From the folder, with forward slashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A folder that lies in a work tree of git."""

    folder: Path
    seconds: float = TIME
    """How long one call may take."""

    def log(self, paths: Iterable[str] = (".",), limit: int = 100) -> list[Commit]:
        """The commits that changed the paths, the newest first, merges left out; none where there is none yet."""
        if self._run("rev-parse", "-q", "--verify", "HEAD", fails=True) is None:
            return []
        told = self._run("log", f"--max-count={limit}", "--no-merges", "--no-renames", "--relative", "--name-only",
                         "--no-show-signature", "-z", f"--format={_RECORD}", "--", *paths) or b""  # fmt: skip
        return [_commit(record) for record in told.decode("utf-8", "replace").split("\x1e")[1:]]

    def at(self, commit: str, path: str) -> bytes | None:
        """What a file was in a commit; None where it was not there."""
        return self._run("cat-file", "blob", f"{commit}:./{path}", fails=True)

    def changed(self, paths: Sequence[str]) -> bool:
        """Whether one of the files is not as it was committed last, or waits in the index."""
        return bool(self._run("status", "--porcelain", "-z", "--untracked-files=no", "--", *paths))

    def ready(self, author: str | None) -> dict[str, str]:
        """What names the author to git; a SibkbError where it could not commit: who you are, or what else it is at."""
        if self._run("rev-parse", "-q", "--verify", "MERGE_HEAD", fails=True) is not None:
            raise SibkbError("a merge is under way in git, and nothing was changed — finish it first")
        given = _named(author, "AUTHOR") if author else {}
        if self._run("var", "GIT_COMMITTER_IDENT", fails=True) is not None:
            return given
        if author is None:
            raise SibkbError("git does not know who you are — set user.name and user.email, or give --author")
        return given | _named(author, "COMMITTER")

    def commit(self, paths: Sequence[str], message: str, who: Mapping[str, str]) -> None:
        """Make one commit of these files as they are now; what else waits in the index goes on waiting."""
        known = (self._run("ls-files", "-z", "--", *paths) or b"").decode().split("\0")
        mine = [path for path in paths if path in known or (self.folder / path).exists()]
        self._run("add", "--all", "--", *mine)
        self._run("commit", "--quiet", "--only", "--no-verify", f"--message={message}", "--", *mine, who=who)

    def _run(self, *arguments: str, who: Mapping[str, str] | None = None, fails: bool = False) -> bytes | None:
        """What git prints; None where it may fail and does."""
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", **(who or {})}
        try:
            done = subprocess.run(  # noqa: S603  a list of arguments and no shell
                ["git", *_OPTIONS, *arguments],  # noqa: S607  the git of this user
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.seconds,
                check=False,
            )
        except FileNotFoundError as error:
            raise SibkbError("git is not installed here — install it, or do without its history") from error
        except subprocess.TimeoutExpired as error:
            raise SibkbError(
                f"git took longer than {self.seconds:g} seconds — try `git {arguments[0]}` by hand"
            ) from error
        if done.returncode == 0:
            return done.stdout
        if fails and b"dubious ownership" not in done.stderr:
            return None
        said = " ".join(done.stderr.decode("utf-8", "replace").split()) or f"exit code {done.returncode}"
        raise SibkbError(f"git {arguments[0]} failed: {said}")


def repository(folder: Path, seconds: float = TIME) -> Repository | None:
    """The folder as part of a work tree; None where it lies in none. That asks no git."""
    folder = folder.resolve()
    inside = any((each / ".git").exists() for each in (folder, *folder.parents))
    return Repository(folder=folder, seconds=seconds) if inside and folder.is_dir() else None


def _commit(record: str) -> Commit:
    id, when, by, what, files = record.split("\x1f", 4)
    return Commit(
        id=id,
        when=datetime.fromisoformat(when).astimezone(UTC),
        by=by,
        what=what,
        files=tuple(name.lstrip("\n") for name in files.split("\0") if name.strip("\n")),
    )


def _named(person: str, role: str) -> dict[str, str]:
    match = _PERSON.fullmatch(person)
    if match is None:
        raise SibkbError(f"`{person}` names nobody to git — write 'Ann Smith <ann@example.org>'")
    return {f"GIT_{role}_NAME": match[1], f"GIT_{role}_EMAIL": match[2]}
