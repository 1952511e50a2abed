"""Who may see and change what: what somebody's sign-in says of them -> a role -> what that role may see.

Claims are those of OpenID Connect Core 1.0, section 5.1: `email`, `email_verified`, and one that names groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Role = Literal["reader", "editor"]
CEILINGS: Final[Mapping[Role | None, str]] = {None: "public", "reader": "public", "editor": "internal"}
"""Role, None of whoever is not signed in or not on the list -> the strictest release that is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Some people, by any of these; addresses and domains in lower case."""

    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    """What stands behind the @, whole: a domain is not its subdomains."""
    groups: frozenset[str] = frozenset()
    """Words of the claim that names groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who is on the list."""

    editors: People = field(default_factory=People)
    readers: People = field(default_factory=People)
    group_claim: str = "groups"
    open: bool = True
    """Whether those who are not on the list see what is public; else they see nothing."""

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """The role of somebody of whom these claims are made; None where they are not on the list."""
        email, groups = _email(claims), _words(claims.get(self.group_claim))
        if _among(self.editors, email, groups):
            return "editor"
        return "reader" if _among(self.readers, email, groups) else None


def _email(claims: Mapping[str, Any]) -> str:
    """The address, unless the provider says that nobody verified it."""
    email = claims.get("email")
    verified = claims.get("email_verified", True)
    return email.strip().lower() if isinstance(email, str) and verified in (True, "true") else ""


def _words(value: object) -> frozenset[str]:
    """A claim of one word, or of a list of them."""
    values = value if isinstance(value, list | tuple) else [value]
    return frozenset(each for each in values if isinstance(each, str))


def _among(people: People, email: str, groups: frozenset[str]) -> bool:
    name, _, domain = email.rpartition("@")
    return bool(name and (email in people.emails or domain in people.domains)) or bool(groups & people.groups)
