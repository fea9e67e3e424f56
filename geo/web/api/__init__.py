"""``/api``: the OGC API over the published snapshot (docs/api.md)."""

from geo.web.api.routes import blueprint, register

__all__ = ["blueprint", "register"]
