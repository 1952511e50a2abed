"""Processes behind nginx, by the configuration that docs/nginx.conf gives out, with readers and one that dies."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks import app, load
from benchmarks.reader import Browser
from tests.conftest import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
WHOLE = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format placed '$status $upstream_addr $cookie_sibkb $request_uri';
    access_log {folder}/access.log placed;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/sibkb.conf;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx")


@pytest.fixture
def servers(built, monkeypatch):
    monkeypatch.setenv("SIBKB_FOLLOW", "0")
    with app.running(built) as one, app.running(built) as other:
        yield {server.url.removeprefix("http://localhost"): server for server in (one, other)}


@pytest.fixture
def proxy(servers, tmp_path):
    """The configuration as it is given out, at ports that are free here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = (
        (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8").replace("listen 80;", f"listen 127.0.0.1:{port};")
    )
    for written, real in zip((":8601", ":8602"), servers, strict=True):
        assert given.count(written) == 1
        given = given.replace(written, real)
    (tmp_path / "sibkb.conf").write_text(given, encoding="utf-8")
    (tmp_path / "nginx.conf").write_text(WHOLE.format(folder=tmp_path), encoding="utf-8")
    process = subprocess.Popen([NGINX, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"])
    try:
        app.healthy(process, port, time.perf_counter())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def places(log: Path) -> dict[str, list[str]]:
    """Cookie -> the ports where its sockets ended up, in order; of several that were tried, the last."""
    rows = [line.split() for line in log.read_text(encoding="utf-8").splitlines() if line.endswith("/_stcore/stream")]
    found: dict[str, list[str]] = {}
    for *_, address, cookie, _path in rows:
        found.setdefault(cookie, []).append(f":{address.rpartition(':')[2]}")
    return found


async def ask(browser: Browser, question: str) -> str:
    """Come, or come back, and ask; the cookie by which the reader is placed."""
    async with browser.visit() as visit:
        await visit.run()
        step = {"q": question}
        await visit.run(**step)
        assert list(load.wrong(visit.page, browser.address, step)) == []
    return browser.cookies()["sibkb"]


def test_readers_stay_where_they_are_until_it_dies(servers, proxy, tmp_path):
    log = tmp_path / "access.log"
    readers: dict[str, Browser] = {}
    while len({where[-1] for where in places(log).values()}) < 2:
        assert len(readers) < 50, "all readers are with one process"
        browser = Browser(proxy)
        readers[load.run(ask(browser, "price list for outcomes"))] = browser
    for cookie, browser in readers.items():
        assert load.run(ask(browser, "who should lead the work")) == cookie
    assert all(first == again for first, again in places(log).values())

    cookie, (dying, _) = next(iter(places(log).items()))
    os.kill(servers[dying].pid, signal.SIGKILL)
    for browser in readers.values():
        load.run(ask(browser, "did investors get their money back"))
    (living,) = servers.keys() - {dying}
    assert {where[-1] for where in places(log).values()} == {living}
    assert all(where[0] == where[-1] for where in places(log).values() if where[0] == living)
