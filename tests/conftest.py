"""What several tests share: a published bundle and the real server over it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.site import Server, publish, serving


def pytest_configure(config: pytest.Config) -> None:
    # Tests of settings must not depend on the shell that runs them.
    for name in ("HOST", "PORT", "PARKS_DATA", "PARKS_OUT", "PARKS_PROXIES"):
        os.environ.pop(name, None)


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
