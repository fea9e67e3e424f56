"""Time that a test moves on by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest


class Clock:
    """Stands in for ``utc_now`` of the modules it is given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
        for module in modules:
            monkeypatch.setattr(module, "utc_now", lambda: self.now)

    def pass_by(self, **delta: float) -> None:
        self.now += timedelta(**delta)
