"""Who signs in, in a browser."""

import subprocess
import sys

from geo.settings import ROOT
from tests.browser.site import environment

PASSWORD = "a quiet sand dune"


def add_user(out, name, role):
    """Make an account as an operator does."""
    command = [sys.executable, "-m", "geo", "user", "add", name, "--role", role]
    subprocess.run(
        [*command, "--password-stdin", "--out", str(out)],
        cwd=ROOT,
        env=environment(),
        input=f"{PASSWORD}\n",
        text=True,
        capture_output=True,
        check=True,
    )


def open_signed_in(open_map, server, name, **view):
    """Open the sign-in page of a server and sign in there."""
    page = open_map("/login", on=server, ready=False, **view)
    sign_in(page, name)
    return page


def sign_in(page, name):
    """Fill in the sign-in page that is open, and wait until it is left."""
    page.page.fill("[name=name]", name)
    page.page.fill("[name=password]", PASSWORD)
    page.page.click("main button[type=submit]")
    page.page.wait_for_url(lambda url: "/login" not in url)
