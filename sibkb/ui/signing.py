"""Who may write: whoever sits at this machine, where SIBKB_EDIT=1 switches it on."""

import ipaddress
import os
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

HOW: Final = (
    "Adding is switched off here. On your own machine, start the app with SIBKB_EDIT=1: "
    "SIBKB_EDIT=1 sibkb app. It then works for a browser on that machine alone."
)
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""What a proxy adds: who comes through one may sit anywhere."""


def may_add() -> bool:
    """Whether this reader may add files: asked on every run, and again before anything is written."""
    return os.environ.get("SIBKB_EDIT") == "1" and _is_here()


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
