"""Who is there: signed in with OpenID Connect and on the list, at this very machine, or anybody.

Streamlit does the signing in, by `[auth]` of its secrets file; `[access]` of the settings file says who may do what.
Without `[access]` nobody signs in: all see what the settings say, and SIBKB_EDIT=1 lets this machine add files.
"""

import ipaddress
import os
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st

from sibkb.access import CEILINGS, Role
from sibkb.settings import Settings
from sibkb.ui import cards

HOW: Final = (
    "Adding is switched off here. On your own machine, start the app with SIBKB_EDIT=1: "
    "SIBKB_EDIT=1 sibkb app. It then works for a browser on that machine alone."
)
HOW_EDITORS: Final = "Adding is for editors: sign in with an address that the settings file names as one."
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""What a proxy adds: who comes through one may sit anywhere."""


def role(settings: Settings) -> Role | None:
    """The role of this reader; asked on every run, so that no page remembers another's."""
    claims = _claims()
    return settings.access.role(claims) if settings.access and claims else None


def _claims() -> dict[str, Any]:
    """What the provider says of whoever is signed in; nothing of anybody else."""
    return st.user.to_dict() if st.user.get("is_logged_in") is True else {}


def ceiling(settings: Settings) -> str:
    """The strictest release that this reader sees."""
    return CEILINGS[role(settings)] if settings.access else settings.ceiling


def admitted(settings: Settings) -> bool:
    """Whether this reader sees anything."""
    return settings.access is None or settings.access.open or role(settings) is not None


def may_add(settings: Settings) -> bool:
    """Whether this reader may add files: asked on every run, and again before anything is written."""
    if settings.access:
        return role(settings) == "editor"
    return os.environ.get("SIBKB_EDIT") == "1" and _is_here()


def how(settings: Settings) -> str:
    """What to do for adding."""
    return HOW_EDITORS if settings.access else HOW


def _is_here() -> bool:
    """Whether app and browser are on one machine: the app listens to it alone, and no proxy passes others on."""
    headers = st.context.headers
    host = urlsplit(f"//{headers.get('Host', 'localhost')}").hostname
    return _is_local(st.get_option("server.address")) and _is_local(host) and not any(map(headers.get, _FORWARDED))


def _is_local(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def bar(settings: Settings) -> None:
    """Who is there, and the way in or out; nothing where nobody signs in."""
    if settings.access is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="signing"):
        if _claims():
            st.html(f'<p class="kb-facts">{escape(_told(settings))}</p>')
            st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:")
        elif _is_set_up():
            st.button("Sign in", on_click=st.login, type="tertiary", icon=":material/login:")
        else:
            st.html('<p class="kb-facts">Nobody can sign in yet: .streamlit/secrets.toml has no [auth].</p>')


def _told(settings: Settings) -> str:
    name = str(_claims().get("email") or _claims().get("name") or "You")
    if found := role(settings):
        return f"{name}: {found}"
    sees = "you see what everyone sees" if admitted(settings) else "you see nothing here"
    return f"{name} is not on the list, or the address is not verified: {sees}."


def _is_set_up() -> bool:
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


def door() -> None:
    """What those see who are not admitted."""
    st.title("Sign in to read this", anchor=False)
    st.html(cards.note("This knowledge base is for those on its list. Whoever keeps it can put you on it."))
