"""What several tests share: a published bundle, the real server over it, and Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from tests.browser.site import Server, publish, serving
from tests.packed import Packed, make_package

# A busy machine is slow, not wrong: no example fails by the clock.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_configure(config: pytest.Config) -> None:
    # Tests of settings must not depend on the shell that runs them.
    for name in [n for n in os.environ if n in ("HOST", "PORT") or n.startswith("PARKS_")]:
        if name != "PARKS_REQUIRE_BROWSER":
            del os.environ[name]


class _CompiledTemplates(BytecodeCache):
    """Templates as one application compiled them, for the next: a third of a second a page."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Let the many applications of a run, one for nearly each test, compile a template once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _CompiledTemplates()})
        yield


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output directory of one publish of the bundled layers. Read only."""
    out = tmp_path_factory.mktemp("published")
    publish(out)
    return out


@pytest.fixture(scope="session")
def server(published: Path) -> Iterator[Server]:
    """The real server over the bundled layers. Read only."""
    with serving(published) as running:
        yield running


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """A small offline package, unpacked. Read only."""
    return make_package(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; where it is missing CI fails, and only a person's run skips."""
    if shutil.which(CHROMIUM) is None:
        reason = f"{CHROMIUM} is missing: run make test, which installs it"
        if os.environ.get("CI") or os.environ.get("PARKS_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
