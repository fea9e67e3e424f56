"""Slides of the show: PPTX and handout say what show.json says, wherever they are opened."""

import json
import re
import shutil
import zipfile
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Emu

from geo.cli import main
from geo.errors import BadRequest, NotFound
from geo.export.show_slides import build_deck, view_box
from geo.export.slides import write_slides
from geo.query import Library
from geo.settings import Settings
from geo.wording import Wording
from tests.browser.site import publish
from tests.export.office import printed
from tests.web.test_without_samples import real_layers, samples_in

LANGS = ("zh", "en")
ADDRESS = "https://map.example.org/"
SAMPLE = {"zh": "含示例数据", "en": "Contains sample data"}
SCHEMATIC = {"zh": "含示意图形", "en": "Contains schematic shapes"}


@pytest.fixture(scope="module")
def made(published: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """PPTX and PDF in both languages, as ``zh.pptx``."""
    folder = tmp_path_factory.mktemp("slides")
    for lang in LANGS:
        for suffix in (".pptx", ".pdf"):
            target = folder / f"{lang}{suffix}"
            write_slides(Settings(out=published), target, lang, ADDRESS)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def show(published: Path) -> dict:
    return Library(published).current("public").document("show.json")


def plain(text: str) -> str:
    """A text without what a line break may add or take away."""
    return re.sub(r"[\s\u200b\x0b]+", "", text)


def shown(slide) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def told(slide) -> str:
    return slide.notes_slide.notes_text_frame.text


def pages(path: Path) -> list[str]:
    return [plain(page.extract_text()) for page in pypdf.PdfReader(path).pages]


def edited(published: Path, folder: Path, change) -> Settings:
    """A copy of the published snapshots whose public show was changed; ``None`` takes it away."""
    shutil.copytree(published / "snapshots", folder / "snapshots")
    for manifest in (folder / "snapshots").glob("*/manifest.json"):
        path = manifest.parent / "public" / "show.json"
        if change is None:
            found = json.loads(manifest.read_text(encoding="utf-8"))
            del found["files"]["public/show.json"]
            manifest.write_text(json.dumps(found), encoding="utf-8")
        else:
            document = json.loads(path.read_text(encoding="utf-8"))
            change(document)
            path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return Settings(out=folder)


# --- the presentation --------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_each_scene_is_a_slide_with_the_same_words_and_numbers(made, show, lang):
    slides = Presentation(made[f"{lang}.pptx"]).slides
    assert len(slides) == len(show["scenes"])
    for number, (slide, scene) in enumerate(zip(slides, show["scenes"], strict=True), start=1):
        text, notes = plain(shown(slide)), plain(told(slide))
        assert plain(slide.shapes.title.text_frame.text) == plain(scene["headline"][lang])
        assert plain(scene["eyebrow"][lang]) in text
        assert plain((scene["text"] or {lang: ""})[lang]) in text
        assert f"{number}/{len(slides)}" in text
        for figure in scene["figures"]:
            assert plain(f"{figure['number']} {figure['unit'][lang]}") in text
            for part in ("subject", "period", "unit", "source"):
                assert plain(figure[part][lang]) in notes
            assert plain(f"{figure['subject'][lang]} · {figure['period'][lang]}") in text
        assert plain(scene["notes"][lang]) in notes
        for source in scene["sources"]:
            named = [plain(figure["source"][lang]) for figure in scene["figures"]]
            assert any(plain(source[lang]).startswith(one) for one in named) or (
                plain(source[lang]) in notes
            )


@pytest.mark.parametrize("lang", LANGS)
def test_texts_stand_in_placeholders_of_a_layout_and_are_no_pictures(made, lang):
    presentation = Presentation(made[f"{lang}.pptx"])
    assert [layout.name for layout in presentation.slide_layouts] == [
        "场景 / Scene",
        "联系 / Contact",
    ]
    for slide in presentation.slides:
        assert all(shape.is_placeholder for shape in slide.shapes)
        kinds = [shape.placeholder_format.type for shape in slide.placeholders]
        assert PP_PLACEHOLDER.TITLE in kinds
        assert PP_PLACEHOLDER.SLIDE_NUMBER in kinds
        pictures = [s for s in slide.shapes if s.placeholder_format.type == PP_PLACEHOLDER.PICTURE]
        assert len(pictures) == 1 + (slide.slide_layout.name == "联系 / Contact")
        for picture in pictures:
            assert picture._element.nvPicPr.cNvPr.get("descr")


@pytest.mark.parametrize("lang", LANGS)
def test_no_box_leaves_the_slide_and_none_covers_another(made, lang):
    presentation = Presentation(made[f"{lang}.pptx"])
    assert presentation.slide_width == Emu(12192000)
    for slide in presentation.slides:
        boxes = []
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= presentation.slide_width
            assert shape.top + shape.height <= presentation.slide_height
            if shape.placeholder_format.idx not in (12, 13):
                boxes.append((shape.top, shape.top + shape.height))
        boxes.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(boxes))


def test_the_properties_name_no_person_and_equal_shows_have_equal_bytes(made, published, tmp_path):
    told = Presentation(made["zh.pptx"]).core_properties
    site = Library(published).current("public").site["site"]["title"]["zh"]
    assert (told.author, told.last_modified_by, told.language) == (site, site, "zh-CN")
    assert told.title == "和田东三县产业园区推介"
    assert told.version.startswith("2026-11-22-")
    for name in ("zh.pptx", "en.pdf"):
        again = tmp_path / name
        write_slides(Settings(out=published), again, name[:2], ADDRESS)
        assert again.read_bytes() == made[name].read_bytes()
    assert {item.date_time for item in zipfile.ZipFile(made["zh.pptx"]).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en-GB")])
def test_letters_have_their_language_and_a_chinese_font(made, lang, tag):
    with zipfile.ZipFile(made[f"{lang}.pptx"]) as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode()
        slide = archive.read("ppt/slides/slide2.xml").decode()
    assert theme.count('<a:ea typeface="Microsoft YaHei"/>') == 2
    assert set(re.findall(r' lang="([\w-]+)"', slide)) == {tag}


@pytest.mark.parametrize("lang", LANGS)
def test_libreoffice_prints_as_many_pages_with_the_same_numbers(made, show, lang, tmp_path):
    found = pages(printed(made[f"{lang}.pptx"], tmp_path))
    assert len(found) == len(show["scenes"])
    for page, scene in zip(found, show["scenes"], strict=True):
        assert plain(scene["headline"][lang]) in page
        for figure in scene["figures"]:
            assert figure["number"] in page


# --- the handout -------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_handout_has_a_page_for_each_scene_with_notes_and_sources(made, show, lang):
    reader = pypdf.PdfReader(made[f"{lang}.pdf"])
    assert reader.trailer["/Root"]["/Lang"].startswith(lang)
    assert reader.metadata.title == show["title"][lang]
    found = pages(made[f"{lang}.pdf"])
    assert len(found) == len(show["scenes"])
    for number, (page, scene) in enumerate(zip(found, show["scenes"], strict=True), start=1):
        assert plain(scene["headline"][lang]) in page
        assert plain(scene["notes"][lang]) in page
        assert f"{number}/{len(found)}" in page
        for figure in scene["figures"]:
            assert page.count(figure["number"]) >= 2
            assert plain(figure["source"][lang]) in page


# --- what is not real, and what is not public --------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_samples_drawn_shapes_and_targets_are_told_where_they_are_seen(made, show, lang):
    target = {"zh": "目标", "en": "target"}[lang]
    slides, handout = Presentation(made[f"{lang}.pptx"]).slides, pages(made[f"{lang}.pdf"])
    seen = 0
    for slide, page, scene in zip(slides, handout, show["scenes"], strict=True):
        for nature, text in (("sample", SAMPLE[lang]), ("schematic", SCHEMATIC[lang])):
            if nature in scene["natures"]:
                assert text in shown(slide)
                assert text in told(slide)
                assert plain(text) in page
        assert (SAMPLE[lang] in shown(slide)) == ("sample" in scene["natures"])
        for figure in scene["figures"]:
            marks = [target] * figure["target"] + [{"zh": "示例", "en": "sample"}[lang]] * (
                figure["nature"] == "sample"
            )
            for mark in marks:
                seen += 1
                assert re.search(
                    re.escape(plain(figure["period"][lang])) + "·.*" + mark, plain(shown(slide))
                )
    assert seen >= 4


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The bundled layers without samples."""
    folder = tmp_path_factory.mktemp("real")
    publish(folder / "out", data=real_layers(folder / "layers"))
    return Settings(out=folder / "out")


@pytest.mark.parametrize("lang", LANGS)
def test_without_samples_no_slide_has_one(real, tmp_path, lang):
    write_slides(real, tmp_path / "a.pptx", lang)
    write_slides(real, tmp_path / "a.pdf", lang)
    handout = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    slides = Presentation(tmp_path / "a.pptx").slides
    for text in (*handout, *(shown(slide) + told(slide) for slide in slides)):
        assert plain(SAMPLE[lang]) not in plain(text)
        assert samples_in(text) == set()


def test_slides_need_nothing_but_the_public_edition(published, tmp_path):
    settings = edited(published, tmp_path, lambda document: None)
    for folder in (tmp_path / "snapshots").glob("*/staff"):
        shutil.rmtree(folder)
    assert write_slides(settings, tmp_path / "a.pptx").slides == 14


# --- how to reach us ---------------------------------------------------------------------------


def test_the_closing_slide_has_the_code_or_says_that_nobody_knows_the_address(
    made, published, tmp_path
):
    closing = Presentation(made["zh.pptx"]).slides[-1]
    assert ADDRESS in shown(closing)
    names = [shape.name for shape in closing.shapes]
    assert "QR" in names
    write_slides(Settings(out=published), tmp_path / "a.pptx")
    closing = Presentation(tmp_path / "a.pptx").slides[-1]
    assert "地图网址待补充" in shown(closing)
    assert "QR" not in [shape.name for shape in closing.shapes]


def test_the_closing_slide_names_organiser_and_offices(published, tmp_path):
    def change(document):
        document["contact"] = {
            "organiser": {"zh": "某办公室", "en": "Some Office"},
            "corrections": None,
            "offices": [
                {
                    "name": {"zh": f"园区{n}", "en": f"Park {n}"},
                    "post": "招商科",
                    "phone": f"0903-{n}",
                    "email": None,
                }
                for n in range(9)
            ],
        }

    write_slides(edited(published, tmp_path, change), tmp_path / "a.pptx")
    presentation = Presentation(tmp_path / "a.pptx")
    text = shown(presentation.slides[-1])
    assert "某办公室" in text
    assert "园区0：招商科 · 0903-0" in text
    assert "待园区提供" not in text
    assert presentation.core_properties.author == "某办公室"


# --- what goes wrong ---------------------------------------------------------------------------

HOSTILE = {
    "zh": '=1+1 ]]> <b>&amp;"\x00\x1b 😀👩‍👩‍👧 𠮷 #strong[x] \u202e' + "很长" * 200,
    "en": '=1+1 ]]> <b>&amp;"\x00\x1b 😀 #eval(1) ' + "W" * 400,
}


def test_hostile_texts_stay_texts_and_break_neither_file(published, tmp_path):
    def change(document):
        fullest = max(document["scenes"], key=lambda scene: len(scene["figures"]))
        document["scenes"] = [fullest, document["scenes"][-1]]
        for scene in document["scenes"]:
            for name in ("eyebrow", "headline", "text", "notes"):
                scene[name] = dict(HOSTILE)
            for figure in scene["figures"]:
                for name in ("subject", "unit", "period", "note", "source"):
                    figure[name] = dict(HOSTILE)
            scene["sources"] = [dict(HOSTILE)]

    settings = edited(published, tmp_path, change)
    for lang in LANGS:
        write_slides(settings, tmp_path / "a.pptx", lang)
        presentation = Presentation(tmp_path / "a.pptx")
        for slide in presentation.slides:
            assert slide.shapes.title.text_frame.text.replace("\x0b", " ").startswith(
                "=1+1 ]]> <b>&amp;"
            )
            assert "😀" in told(slide)
            assert "很长" * 200 in told(slide) or "W" * 400 in told(slide)
            assert "\x1b" not in shown(slide) + told(slide)
            for shape in slide.shapes:
                assert shape.top + shape.height <= presentation.slide_height
        write_slides(settings, tmp_path / "a.pdf", lang)
        text = "".join(pages(tmp_path / "a.pdf"))
        assert "]]><b>&amp;" in text
        assert "□" in text
    assert len(pages(printed(tmp_path / "a.pptx", tmp_path))) == len(presentation.slides)


def test_a_scene_that_lost_a_figure_says_so_in_the_notes(published, tmp_path):
    def change(document):
        document["scenes"][0]["missing"] = [{"what": "figure", "id": "gone_2020"}]

    write_slides(edited(published, tmp_path, change), tmp_path / "a.pptx")
    assert "gone_2020" in told(Presentation(tmp_path / "a.pptx").slides[0])


def test_a_snapshot_without_a_show_is_told(published, tmp_path, capsys):
    settings = edited(published, tmp_path, None)
    with pytest.raises(NotFound, match="SHOW_MISSING"):
        write_slides(settings, tmp_path / "a.pptx")
    assert not list(tmp_path.glob("*a.pptx*"))
    command = ["export-slides", str(tmp_path / "a.pdf"), "--out", str(tmp_path), "--json"]
    assert main(command) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "SHOW_MISSING"
    assert "story.toml" in error["message"]["zh"]


def test_only_the_two_formats_are_written(published, tmp_path):
    with pytest.raises(BadRequest, match="SLIDES_FORMAT"):
        write_slides(Settings(out=published), tmp_path / "a.ppt")
    assert not list(tmp_path.iterdir())


def test_the_command_tells_file_and_version(published, tmp_path, capsys):
    target = tmp_path / "推介.PDF"
    command = ["export-slides", str(target), "--lang", "en", "--out", str(published)]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["path"], found["lang"], found["slides"]) == (str(target), "en", 14)
    assert target.read_bytes().startswith(b"%PDF")
    assert main(command) == 0
    assert "14" in capsys.readouterr().out


def test_a_view_of_a_zoom_is_what_a_wall_shows_beside_the_words():
    west, south, east, north = view_box({"centre": [81.0, 37.0], "zoom": 12})
    assert (west + east) / 2 == pytest.approx(81.0)
    assert (south + north) / 2 == pytest.approx(37.0)
    assert east - west == pytest.approx(360 * 1060 / (256 * 2**12), rel=0.01)


def test_a_deck_is_the_same_in_both_languages(published):
    snapshot = Library(published).current("public")
    zh, en = (build_deck(snapshot, Wording(lang)) for lang in LANGS)
    for one, other in zip(zh.slides, en.slides, strict=True):
        assert [t.amount.split()[0] for t in one.figures] == [
            t.amount.split()[0] for t in other.figures
        ]
