"""``chains.toml``: what it may say, and what is said about it."""

from datetime import date

import pytest

from geo.chains import ROLES, read_chains
from geo.codes import read_codes
from geo.errors import CatalogError
from geo.examination import examine
from geo.model import KINDS
from geo.rules import check_chains, load_config
from geo.settings import BUNDLED_LAYERS
from tests.browser.site import copy_layers

AS_OF = date(2026, 11, 22)
HEAD = 'format = 1\nsource = { zh = "自拟", en = "own" }\nas_of = "2026-11"\n'
CHAIN = """
[[chains]]
id = "shoes"
title = { zh = "制鞋", en = "Footwear" }
nodes = [{ id = "core", role = "core", name = { zh = "鞋", en = "Shoes" }, industries = ["C195"] }]
"""


def write(folder, text):
    (folder / "chains.toml").write_text(text, encoding="utf-8")
    return folder


def faults(folder, text):
    with pytest.raises(CatalogError) as caught:
        read_chains(write(folder, text))
    return caught.value


def test_the_bundled_chains_are_sound():
    chains = read_chains(BUNDLED_LAYERS)
    assert [chain.id for chain in chains.chains] == ["shoes", "electronics", "knitwear", "farm"]
    assert check_chains(chains, read_codes(BUNDLED_LAYERS), load_config(BUNDLED_LAYERS)) == []
    for chain in chains.chains:
        assert {node.role for node in chain.nodes} == set(ROLES)


def test_the_parts_of_a_chain_are_those_that_the_register_knows():
    assert KINDS["enterprises"].spec("chain_role").values == ROLES


def test_without_a_file_there_are_no_chains(tmp_path):
    assert read_chains(tmp_path) is None


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "chains.toml").write_text(HEAD + CHAIN, encoding="utf-8-sig")
    assert read_chains(tmp_path).chains[0].nodes[0].industries == ("C195",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[chains", "CHAINS_UNREADABLE"),
        ("a = " + "[" * 20_000, "CHAINS_UNREADABLE"),
        (HEAD.replace("1", "2", 1) + CHAIN, "FORMAT_NEWER"),
        (HEAD, "CHAINS_INVALID"),
        (HEAD + CHAIN.replace('"core", role', '"Core", role'), "CHAINS_INVALID"),
        (HEAD + CHAIN.replace('role = "core"', 'role = "middle"'), "CHAINS_INVALID"),
        (HEAD + CHAIN.replace('"C195"', '"195"'), "CHAINS_INVALID"),
        (HEAD + CHAIN.replace('"C195"', ""), "CHAINS_INVALID"),
        (HEAD + CHAIN + CHAIN, "CHAINS_INVALID"),
        (HEAD + CHAIN + "colour = 1\n", "CHAINS_INVALID"),
    ],
)
def test_a_faulty_file_is_refused_in_words(tmp_path, text, code):
    assert faults(tmp_path, text).code == code


def test_every_fault_is_told_at_once_with_its_place(tmp_path):
    text = HEAD + CHAIN.replace('"core", role', '"Core", role').replace('"C195"', '"X"')
    said = faults(tmp_path, text).params["faults"]["zh"]
    assert "chains.0.nodes.0.id" in said
    assert "chains.0.nodes.0.industries.0" in said


def test_a_step_that_stands_twice_is_named(tmp_path):
    line = CHAIN.strip().splitlines()[-1]
    step = line.removeprefix("nodes = [").removesuffix("]")
    twice = HEAD + CHAIN.replace(line, f"nodes = [{step}, {step}]")
    assert "“core”" in faults(tmp_path, twice).params["faults"]["zh"]


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "chains.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="CHAINS_UNREADABLE"):
        read_chains(tmp_path)


# --- within a data directory ------------------------------------------------------------------


@pytest.fixture
def layers(tmp_path):
    return copy_layers(tmp_path / "layers")


def about_chains(layers):
    return [f for f in examine(layers, AS_OF).findings if f.layer == "chains"]


def test_an_unknown_industry_is_a_warning_that_names_the_step(layers):
    write(layers, HEAD + CHAIN.replace('"C195"', '"C195", "C999", "C197"'))
    found = about_chains(layers)
    assert [(f.rule, f.severity, f.feature, f.actual) for f in found] == [
        ("INDUSTRY_UNKNOWN", "warning", ("shoes/core",), "C999"),
        ("INDUSTRY_UNKNOWN", "warning", ("shoes/core",), "C197"),
    ]
    assert "产业链" in found[0].message["zh"]
    assert "shoes/core" in found[0].message["en"]


def test_a_file_that_cannot_be_read_blocks(layers):
    write(layers, "[[chains")
    (finding,) = about_chains(layers)
    assert (finding.rule, finding.blocking) == ("CATALOG_INVALID", True)
    assert "chains.toml" in finding.message["zh"]


def test_no_file_is_no_fault(layers):
    (layers / "chains.toml").unlink()
    assert about_chains(layers) == []
    assert examine(layers, AS_OF).chains is None
