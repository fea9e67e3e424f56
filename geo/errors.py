"""One tree of errors: a code and its parameters, no HTTP and no text for the reader.

The sentence a reader sees is looked up by ``error.<code>`` in the catalogues of
:mod:`geo.i18n` when it is shown, so that it can be shown in either language.
"""

from __future__ import annotations


class GeoError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    code
        Stable identifier in upper snake case, documented in ``docs/errors.md``.
    params
        Values that the sentence for the reader names.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """Return the code with its parameters, for logs."""
        return f"{self.code} {self.params}" if self.params else self.code


class DataError(GeoError):
    """The data is at fault; its owner can mend it (exit status 1)."""


class LayerError(DataError):
    """One file of the data directory cannot be read."""


class CatalogError(DataError):
    """``catalog.toml`` cannot be read or breaks its contract."""


class ImportRefused(DataError):
    """A county file cannot be taken in; its owner is told what to do with it."""


class RunError(GeoError):
    """The work could not be done, whatever the data (exit status 2)."""


class NotFound(GeoError):
    """What was asked for does not exist."""


class BadRequest(GeoError):
    """A parameter of a request cannot be understood."""


class AccessDenied(GeoError):
    """Nobody is signed in, or the role does not allow it."""
