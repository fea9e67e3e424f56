"""The static tree: complete, self-contained, one hash."""

from __future__ import annotations

import json

import pytest

from geo.catalog import read_catalog
from geo.errors import RunError
from geo.render.assets import (
    OFFLINE_STYLES,
    SHOW_STYLES,
    STATIC,
    STYLE_ORDER,
    build_assets,
    digest_of,
    first_modules,
)
from geo.render.folium_map import render_map
from geo.settings import BUNDLED_LAYERS


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    rendered = render_map(read_catalog(BUNDLED_LAYERS), [80, 35, 85, 40], "zh")
    return build_assets(rendered.libraries, rendered.styles)


def test_every_module_and_language_is_in_it(files: dict[str, bytes]) -> None:
    modules = {p.relative_to(STATIC).as_posix() for p in (STATIC / "js").rglob("*.js")}
    assert modules <= set(files)
    assert json.loads(files["i18n/en.json"]).keys() == json.loads(files["i18n/zh.json"]).keys()


def test_every_style_sheet_has_its_place_in_the_order() -> None:
    assert {path.stem for path in (STATIC / "css").glob("*.css")} == {
        *STYLE_ORDER,
        *SHOW_STYLES,
        *OFFLINE_STYLES,
    }


def test_libraries_come_in_their_order_and_ask_for_no_source_map(files: dict[str, bytes]) -> None:
    script = files["vendor.js"]
    assert script.index(b"Leaflet 1.9.3") < script.index(b"MarkerCluster")
    assert b"sourceMappingURL" not in script


def test_styles_load_nothing_from_outside(files: dict[str, bytes]) -> None:
    assert b"url(http" not in files["app.css"]
    assert b"url(//" not in files["app.css"]
    assert b"@import" not in files["app.css"]


def test_the_hash_changes_with_any_file(files: dict[str, bytes]) -> None:
    digest = digest_of(files)
    assert digest == digest_of(dict(reversed(files.items())))
    assert digest != digest_of({**files, "js/main.js": b""})
    assert digest != digest_of({("x" + name): body for name, body in files.items()})


def test_the_first_modules_are_those_that_main_reaches_by_static_imports() -> None:
    files = {
        "js/main.js": b'import { a } from "./a.js";\nconst b = () => import("./b.js");\n',
        "js/a.js": b'import {\n  c,\n} from "./c.js";\nexport * from "./main.js";\n',
        "js/b.js": b"",
        "js/c.js": b"",
    }
    assert first_modules(files) == ["js/a.js", "js/c.js", "js/main.js"]


def test_the_first_modules_of_the_page_exist(files: dict[str, bytes]) -> None:
    modules = first_modules(files)
    assert "js/panel.js" in modules
    assert set(modules) <= set(files)


def test_a_library_that_the_wheel_lacks_is_named() -> None:
    with pytest.raises(RunError) as caught:
        build_assets(["https://cdn.example/none.js"], [])
    assert caught.value.params["name"] == "https://cdn.example/none.js"
