"""People who sign in at the application under test, as a browser would let them."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.settings import Settings
from geo.state import accounts, open_state
from geo.web import create_app

PASSWORD = "a quiet sand dune"


def add_people(out: Path) -> None:
    """Make ``li`` (staff) and ``wang`` (viewer)."""
    state = open_state(Settings(out=out))
    accounts.add_user(state, "li", role="staff", password=PASSWORD)
    accounts.add_user(state, "wang", role="viewer", password=PASSWORD)


def token_of(answer: TestResponse) -> str:
    """Return the token of the form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def sign_in(
    client: FlaskClient, name: str, password: str = PASSWORD, **more: object
) -> TestResponse:
    """Fill in the form of the sign-in page."""
    fields = {"name": name, "password": password, "csrf_token": token_of(client.get("/login"))}
    return client.post("/login", data=fields, **more)


def client_of(out: Path, name: str | None = None, **settings: object) -> FlaskClient:
    """Return a client of the application over an output directory, signed in as somebody."""
    client = create_app(Settings(out=out, **settings)).test_client()
    if name:
        assert sign_in(client, name).status_code == 303
    return client
