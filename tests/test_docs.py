"""Docs as code: what the software knows, the documents name."""

from __future__ import annotations

import re

from geo.model import DERIVED, KINDS
from geo.settings import ROOT

DATA_MODEL = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")


def section(kind: str) -> str:
    found = re.search(rf"^## {kind}$(.*?)(?=^## )", DATA_MODEL, re.MULTILINE | re.DOTALL)
    assert found, kind
    return found[1]


def test_every_field_of_every_kind_is_documented() -> None:
    for kind in KINDS.values():
        names = set(re.findall(r"`(\w+)`", section(kind.name)))
        wanted = {f.name for f in kind.fields} | set(DERIVED.get(kind.name, ()))
        assert wanted <= names, (kind.name, wanted - names)


def test_no_document_names_a_field_that_is_gone() -> None:
    for kind in KINDS.values():
        rows = set(re.findall(r"^\| `(\w+)`", section(kind.name), re.MULTILINE))
        assert rows <= {f.name for f in kind.fields} | set(DERIVED.get(kind.name, ()))


def test_both_readmes_name_the_two_commands() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make run" in text
        assert "make test" in text
        assert "python server.py" in text
