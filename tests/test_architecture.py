"""The rules of the house that no single test of a module would notice being broken."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GEO = ROOT / "geo"
STATIC = ROOT / "static"
TEMPLATES = GEO / "web" / "templates"
I18N = STATIC / "i18n"

HEAVY = {"folium", "branca", "geopandas", "shapely", "pandas", "numpy", "pyogrio", "pyproj"}
FORBIDDEN = {
    "rules": {"join", "analyse", "storage", "render", "export", "web"},
    "join": {"rules", "analyse", "storage", "render", "export", "web"},
    "engine": {"rules", "join", "analyse", "storage", "render", "export", "web"},
    "analyse": {"rules", "join", "storage", "render", "export", "web"},
}
ALLOWED_HOSTS = {
    "www.w3.org",  # the name of the SVG namespace; never requested
}

HOST = re.compile(r"(?:https?:|[\"'(=])//([\w-]+(?:\.[\w-]+)+)")
FILE_ENDINGS = (".css", ".html", ".js", ".json", ".lock", ".svg", ".toml", ".typ", ".xlsx")
PARSES_TEXT = re.compile(
    r"\.(?:inner|outer)HTML\b|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment"
    r"|document\.write|DOMParser|javascript:|\|\s*safe\b"
    r"|\beval\s*\(|new Function\b|\bset(?:Timeout|Interval)\(\s*[\"'`]"
)
INLINE_CODE = re.compile(
    r"<[^>]*\s(?:on[a-z]+|style)\s*=|<style\b"
    r"|<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))"
)


# --- reading the source ----------------------------------------------------------------------


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def python_files(folder: Path = GEO) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def imported_by(node: ast.stmt, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = module_name(path).split(".")
        if path.name != "__init__.py":
            package = package[:-1]
        base = package[: len(package) - node.level + 1] if node.level else []
        source = ".".join([*base, *([node.module] if node.module else [])])
        yield source
        yield from (f"{source}.{alias.name}" for alias in node.names)


def imports(path: Path) -> set[str]:
    """Return all modules that a file imports, anywhere in it."""
    return {name for node in ast.walk(parse(path)) for name in imported_by(node, path)}


def imports_at_load(path: Path) -> set[str]:
    """Return the modules that are imported when the file is, without those for types only."""

    def walk(body: list[ast.stmt]) -> Iterator[str]:
        for node in body:
            yield from imported_by(node, path)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from walk(node.orelse)
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from walk([s for s in ast.iter_child_nodes(node) if isinstance(s, ast.stmt)])

    return set(walk(parse(path).body))


def reached_at_load(path: Path) -> dict[str, str]:
    """Return all modules that importing a file brings in, each with who imports it."""
    found: dict[str, str] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        for name in imports_at_load(current) - found.keys():
            found[name] = module_name(current)
            target = file_of(name) if name.split(".")[0] == "geo" else None
            if target:
                waiting.append(target)
                packages = [
                    ROOT.joinpath(*name.split(".")[:n]) for n in range(1, name.count(".") + 1)
                ]
                waiting.extend(p / "__init__.py" for p in packages)
    return found


def room(path: Path) -> str:
    return path.relative_to(GEO).with_suffix("").parts[0]


def rooms(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("geo.")}


def tops(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def front_end_files() -> list[Path]:
    static = [p for p in STATIC.rglob("*") if p.suffix in {".js", ".css", ".svg", ".json", ".html"}]
    return sorted([*static, *TEMPLATES.rglob("*.html")])


# --- who may import whom ---------------------------------------------------------------------


@pytest.mark.parametrize("path", python_files(), ids=ids)
def test_rooms_keep_to_themselves(path):
    assert rooms(imports(path)) & FORBIDDEN.get(room(path), set()) == set()


@pytest.mark.parametrize("path", python_files(GEO / "web"), ids=ids)
def test_web_does_no_geometry(path):
    assert tops(imports(path)) & HEAVY == set()
    reached = reached_at_load(path)
    heavy = {name: by for name, by in reached.items() if name.split(".")[0] in HEAVY}
    assert heavy == {}


@pytest.mark.parametrize("path", python_files(GEO / "render"), ids=ids)
def test_render_knows_no_http_and_reads_no_data(path):
    assert tops(imports(path)) & {"flask", "werkzeug", "pyogrio"} == set()
    assert rooms(imports(path)) & {"web", "storage", "catalog", "publish", "query"} == set()
    assert "read_file(" not in path.read_text(encoding="utf-8")
    assert "read_csv(" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", python_files(), ids=ids)
def test_only_commands_and_jobs_know_of_the_offline_package(path):
    if room(path) not in {"offline", "cli_export", "worker"}:
        assert "offline" not in rooms(imports(path))


@pytest.mark.parametrize("module", ["geo.web", "server"])
def test_serving_leaves_the_geometry_libraries_alone(module):
    code = (
        f"import sys, {module}\n"
        "heavy = {'folium', 'geopandas', 'shapely', 'pandas', 'pyogrio', 'pyproj'}\n"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("path", [*python_files(), ROOT / "server.py"], ids=ids)
def test_only_settings_read_the_environment(path):
    if path != GEO / "settings.py":
        reads = {n.attr for n in ast.walk(parse(path)) if isinstance(n, ast.Attribute)}
        assert reads & {"environ", "environb", "getenv"} == set()
        assert imports(path) & {"os.environ", "os.getenv"} == set()


@pytest.mark.parametrize("path", python_files(), ids=ids)
def test_only_crs_chooses_a_projection(path):
    if path != GEO / "crs.py":
        assert "pyproj" not in tops(imports(path))
        assert re.findall(r"\.to_crs\(|\bpyproj\.", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", python_files(), ids=ids)
def test_only_crs_knows_the_encryptions_of_web_maps(path):
    if path != GEO / "crs.py":
        assert "geo.gcj02" not in imports(path)


@pytest.mark.parametrize("path", python_files(), ids=ids)
def test_one_machine_needs_nothing_of_a_cluster_or_a_database_server(path):
    if room(path) != "bench":  # its peers are those packages
        assert tops(imports_at_load(path)) & {"dask", "distributed", "psycopg"} == set()


# --- what the browser gets -------------------------------------------------------------------


@pytest.mark.parametrize("path", front_end_files(), ids=ids)
def test_the_front_end_names_no_outside_host(path):
    hosts = re.findall(
        r"(?:https?:|[\"'(=])//([\w-]+(?:\.[\w-]+)+)", path.read_text(encoding="utf-8")
    )
    assert set(hosts) <= ALLOWED_HOSTS


@pytest.mark.parametrize("path", front_end_files(), ids=ids)
def test_the_front_end_never_parses_a_value_as_html_or_code(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".js", ".html"}:
        assert PARSES_TEXT.findall(text) == []
    if path.suffix == ".html":
        assert INLINE_CODE.findall(text) == []


# --- texts -----------------------------------------------------------------------------------


@cache
def catalogue(lang: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(I18N.glob(f"*.{lang}.json")):
        more = json.loads(path.read_text(encoding="utf-8"))
        assert more.keys() & texts.keys() == set(), f"{path.name} repeats keys"
        texts |= more
    return texts


def source_texts() -> Iterator[tuple[Path, str]]:
    for path in [
        *python_files(),
        *sorted(STATIC.rglob("*.js")),
        *sorted(TEMPLATES.rglob("*.html")),
    ]:
        yield path, path.read_text(encoding="utf-8")


@cache
def used_keys() -> tuple[dict[str, str], dict[str, str]]:
    """Return the keys that the source names in full, and the beginnings of computed ones."""
    families = sorted({key.split(".")[0] for key in catalogue("zh")})
    name = rf"(?:{'|'.join(families)})\.[\w.-]*"
    exact: dict[str, str] = {}
    begun: dict[str, str] = {}
    for path, text in source_texts():
        for key, end in re.findall(rf"[\"'`]({name})([\"'`{{$])", text):
            if not key.endswith(FILE_ENDINGS):
                (begun if end in "{$" else exact).setdefault(key, ids(path))
        # word("nature", value) looks up the text of a value in a family of texts.
        for family in re.findall(r"\bword\([\"'](\w+)[\"']", text):
            begun.setdefault(f"{family}.", ids(path))
    # "fact." + name: a beginning as well
    joined = {key: where for key, where in exact.items() if key.endswith((".", "_"))}
    return {k: v for k, v in exact.items() if k not in joined}, begun | joined


def test_both_languages_have_the_same_texts():
    assert catalogue("zh").keys() == catalogue("en").keys()
    assert catalogue("zh"), "no texts at all"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_empty(lang):
    assert [key for key, text in catalogue(lang).items() if not text.strip()] == []


def test_both_languages_fill_in_the_same_values():
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{(\w*)[^}]*\}", text))

    english = catalogue("en")
    uneven = {k for k, t in catalogue("zh").items() if holes(t) != holes(english.get(k, t))}
    assert uneven == set()


def test_every_text_that_the_source_asks_for_exists():
    exact, begun = used_keys()
    missing = {key: where for key, where in exact.items() if key not in catalogue("zh")}
    for beginning, where in begun.items():
        if not any(key.startswith(beginning) for key in catalogue("zh")):
            missing[f"{beginning}…"] = where
    assert missing == {}


def test_every_text_is_asked_for():
    exact, begun = used_keys()
    # `${key}_sample` makes another key of one that is named in full.
    endings = {end for _, text in source_texts() for end in re.findall(r"\}(_[a-z_]+)[\"'`]", text)}
    varied = {f"{key}{end}" for key in exact for end in endings}
    used = exact.keys() | varied
    assert [k for k in catalogue("zh") if k not in used and not k.startswith(tuple(begun))] == []


# --- what must be written down ---------------------------------------------------------------


def public_definitions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    def walk(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, ast.AST]]:
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                if child.name.startswith("_") or "overload" in map(
                    ast.unparse, child.decorator_list
                ):
                    continue
                yield f"{prefix}{child.name}", child
                if isinstance(child, ast.ClassDef):
                    yield from walk(child, f"{child.name}.")

    yield "module", parse(path)
    yield from walk(parse(path), "")


@pytest.mark.parametrize("path", [*python_files(), ROOT / "server.py"], ids=ids)
def test_everything_public_has_a_docstring(path):
    bare = [name for name, node in public_definitions(path) if not ast.get_docstring(node)]
    assert bare == []


@cache
def raised_codes() -> dict[str, str]:
    """Return the codes of all errors that geo/ raises, each with a file that does."""
    tree = parse(GEO / "errors.py")
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    found: dict[str, str] = {}
    for path in python_files():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in classes:
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.setdefault(code.value, ids(path))
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_error_has_a_sentence_for_the_reader(lang):
    # What keeps a file from being read is told as a finding, with a sentence of its own.
    prefixes = ("error", "reason", "finding")
    texts = catalogue(lang)
    missing = {
        code: where
        for code, where in raised_codes().items()
        if not any(f"{prefix}.{code}" in texts for prefix in prefixes)
    }
    assert missing == {}
    assert raised_codes(), "found no errors: this test looks in the wrong place"


def documentation(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_error_is_documented():
    assert {
        c: f for c, f in raised_codes().items() if f"`{c}`" not in documentation("errors.md")
    } == {}


def test_every_setting_is_documented():
    names = {
        node.value
        for node in ast.walk(parse(GEO / "settings.py"))
        if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]{3,}", str(node.value))
    }
    names -= raised_codes().keys()
    assert {"HOST", "PORT", "PARKS_DATA", "PARKS_OUT"} <= names
    assert {name for name in names if f"`{name}`" not in documentation("settings.md")} == set()


# --- what is installed -----------------------------------------------------------------------


def requirement_names(text: str) -> set[str]:
    found = re.findall(r"^([A-Za-z][\w.-]*)(?===)", text, flags=re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_every_requirement_is_pinned_exactly():
    for name in ("requirements.txt", "requirements-scale.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if line and not line.startswith(("#", "-r"))]
        assert [line for line in asked if not re.match(r"[\w.-]+==[\w.]+(\s|;|$)", line)] == []


def test_the_direct_dependencies_are_pinned_and_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {name.lower() for name in project["dependencies"]}
    assert direct <= requirement_names((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    scale = {name.split("[")[0] for name in project["optional-dependencies"]["scale"]}
    scale_text = (ROOT / "requirements-scale.txt").read_text(encoding="utf-8")
    assert scale <= requirement_names(scale_text)
    explained = documentation("dependencies.md").lower()
    assert {name for name in direct | scale if f"| {name} " not in explained} == set()
