"""What every answer of the real server promises the browser."""

import json
import re
import subprocess
import sys
import time

import pytest

from tests.browser.site import ROOT, environment, serving


@pytest.mark.parametrize(
    "path", ["/", "/?lang=en", "/about", "/healthz", "/no/such/page", "/layers/x/y"]
)
def test_every_answer_has_the_strict_headers(server, path):
    _, headers, _ = server.get(path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers


@pytest.mark.parametrize(
    "path", ["/no/such/page", "/layers/x/y", "/assets/0/x", "/%00", "/%2e%2e/x"]
)
def test_an_error_tells_no_secret(server, path):
    status, _, body = server.get(path)
    assert status == 404
    assert b"Traceback" not in body
    assert str(ROOT).encode() not in body
    assert str(server.out).encode() not in body


def test_the_staff_edition_is_not_served(server):
    version = json.loads(server.get("/healthz")[2])["version"]
    for path in (f"/layers/{version}/findings.json", f"/layers/{version}/..%2fstaff%2fsite.json"):
        assert server.get(path)[0] == 404


def test_the_first_start_publishes_and_a_second_server_names_the_busy_port(tmp_path):
    out = tmp_path / "new"
    with serving(out) as server:
        assert json.loads(server.get("/healthz")[2])["status"] == "ok"
        port = server.host.split(":")[1]
        busy = subprocess.run(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env=environment(HOST="127.0.0.1", PORT=port, PARKS_OUT=str(out)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert busy.returncode == 2
    assert port in busy.stderr
    assert "Traceback" not in busy.stderr


@pytest.mark.parametrize(("proxies", "host"), [("1", "parks.example"), ("0", None)])
def test_only_a_trusted_proxy_says_under_which_name_the_site_is(published, proxies, host):
    with serving(published, PARKS_PROXIES=proxies) as server:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "parks.example"}
        page = server.get("/about", **headers)[2].decode()
    found = re.search('rel="canonical" href="([^"]+)"', page).group(1)
    assert found == (f"https://{host}/about" if host else f"{server.url}/about")


def test_logs_are_json_lines_without_the_query(server):
    server.get("/about?lang=en&secret=hunter2")
    time.sleep(0.2)
    text = server.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line != f"{server.url}/"]
    assert any(line.get("path") == "/about" for line in lines)
    assert "hunter2" not in text
