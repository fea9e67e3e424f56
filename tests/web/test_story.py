"""``/story``: scenes in their order, the form of one, the file, and who was first."""

import io
import re
import shutil

import pytest

from geo.settings import BUNDLED_LAYERS, Settings
from geo.state import audit, open_state
from geo.story import MOST_SCENES, parse_story
from geo.story_file import kept_story, story_history, write_story
from tests.web.people import client_of, token_of

BUNDLED = parse_story((BUNDLED_LAYERS / "story.toml").read_bytes())
COUNT = len(BUNDLED.scenes)
TIER_TWO = [scene.id for scene in BUNDLED.scenes].index("tier_two") + 1
SEEN = re.compile(r'name="base" value="([^"]*)"')


def scenes_of(out):
    return kept_story(Settings(out=out)).read().scenes


def ids_of(out):
    return [scene.id for scene in scenes_of(out)]


def base_of(answer):
    return SEEN.search(answer.text)[1]


def do(client, path, *, page="/story", **fields):
    """Send a form as the page has it."""
    shown = client.get(page)
    sent = {"csrf_token": token_of(shown), "base": base_of(shown), **fields}
    return client.post(path, data=sent)


def fields_of(answer):
    """Return what stands in the form of a scene, as a browser would send it."""
    text = answer.text.partition('id="scene"')[2]
    found = {}
    for tag in re.findall(r"<(?:input|textarea)\b[^>]*>", text):
        name = re.search(r' name="([^"]+)"', tag)
        if not name:
            continue
        kind = re.search(r'type="(\w+)"', tag)
        if kind and kind[1] in ("radio", "checkbox") and " checked" not in tag:
            continue
        value = re.search(r' value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(value[1] if value else "")
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', text):
        found[name] = [value]
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', body)
        found.setdefault(name, []).append(chosen[1] if chosen else "")
    return found


def edit(client, number, **changes):
    """Change fields of a scene's form and send it."""
    address = f"/story/scenes/{number}"
    return client.post(address, data={**fields_of(client.get(address)), **changes})


# --- who may ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/story", "/story/scenes/1", "/story/scenes/new"])
def test_only_staff_edit_the_show(anyone, wang, li, path):
    assert "/login" in anyone.get(path).headers["Location"]
    assert wang.get(path).status_code == 403
    answer = li.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_form_without_its_token_changes_nothing(li, out):
    answer = li.post("/story/scenes/1/move", data={"to": "down", "base": ""})
    assert answer.status_code == 400
    assert not (out / "data").exists()


# --- the list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_has_every_scene_with_its_figures(li, lang):
    text = li.get(f"/story?lang={lang}").text
    for scene in BUNDLED.scenes:
        assert getattr(scene.headline, lang) in text
    assert "20.43" in text and "140+" in text
    assert "story-problem" not in text


def test_a_scene_moves_a_place_and_the_ends_stay(li, out):
    before = [scene.id for scene in BUNDLED.scenes]
    answer = do(li, "/story/scenes/2/move", to="down")
    assert answer.status_code == 303
    moved = li.get(answer.headers["Location"]).text
    assert re.search(r'value="down"[^>]*autofocus', moved), "the next press goes on from there"
    assert ids_of(out) == [before[0], before[2], before[1], *before[3:]]
    do(li, "/story/scenes/3/move", to="up")
    do(li, "/story/scenes/1/move", to="up")
    do(li, f"/story/scenes/{COUNT}/move", to="down")
    assert ids_of(out) == before


def test_a_copy_stands_behind_its_scene_with_an_id_of_its_own(li, out):
    do(li, "/story/scenes/2/copy")
    scenes = scenes_of(out)
    assert [scene.id for scene in scenes[1:3]] == ["why_here", "why_here_1"]
    assert scenes[2].headline == scenes[1].headline


def test_a_scene_is_removed_after_a_question_and_can_be_had_back(li, out):
    question = li.get("/story/scenes/2/remove")
    address = re.search(r'action="([^"]+/remove[^"]*)"', question.text)[1].replace("&amp;", "&")
    assert li.post(address, data={"csrf_token": token_of(question)}).status_code == 303
    assert "why_here" not in ids_of(out)
    seed = next(one for one in story_history(Settings(out=out)) if one["action"] == "seed")
    question = li.get(f"/story/versions/{seed['id']}/restore")
    address = re.search(r'action="([^"]+/restore[^"]*)"', question.text)[1].replace("&amp;", "&")
    assert li.post(address, data={"csrf_token": token_of(question)}).status_code == 303
    assert scenes_of(out) == BUNDLED.scenes


def test_there_is_no_scene_beyond_the_last(li):
    assert li.get(f"/story/scenes/{COUNT + 1}").status_code == 404
    assert li.get("/story/scenes/0").status_code == 404


def test_title_and_kiosk_are_saved_and_faults_stand_at_their_field(li, out):
    do(li, "/story/settings", zh="新名称", en="New name", idle_s="60")
    story = kept_story(Settings(out=out)).read()
    assert (story.title.zh, story.title.en, story.idle_s) == ("新名称", "New name", 60)
    answer = do(li, "/story/settings", zh="写了一半", en="", idle_s="5")
    assert answer.status_code == 400
    assert "写了一半" in answer.text
    assert "中文和英文都要填写" in answer.text and "应不小于 10" in answer.text
    assert kept_story(Settings(out=out)).read() == story


# --- one scene --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_form_that_is_sent_back_as_it_came_changes_nothing(li, out, number):
    assert edit(li, number).status_code == 303
    assert scenes_of(out) == BUNDLED.scenes


def test_what_is_written_is_saved(li, out):
    answer = edit(
        li,
        TIER_TWO,
        headline_zh="新标题 <b>&",
        headline_en="New “headline”",
        text_zh="第一行\r\n第二行",
        text_en="One\r\nTwo",
        figures=["introduced_2016_2020", "", "offer.land"],
        layers=["counties", "parcels"],
        highlight="parks/CL-TJ\r\nparcels/CL-AGRI-001",
        view="bounds",
        west="80.7",
        south="36.9",
        east="80.9",
        north="37.1",
        duration_s="45",
    )
    assert answer.status_code == 303
    scene = scenes_of(out)[TIER_TWO - 1]
    assert (scene.headline.zh, scene.headline.en) == ("新标题 <b>&", "New “headline”")
    assert scene.text.zh == "第一行\n第二行"
    assert scene.figures == ("introduced_2016_2020", "offer.land")
    assert scene.layers == ("counties", "parcels")
    assert scene.highlight == ("parks/CL-TJ", "parcels/CL-AGRI-001")
    assert (scene.view.bounds, scene.duration_s) == ((80.7, 36.9, 80.9, 37.1), 45)
    shown = li.get(f"/story/scenes/{TIER_TWO}").text
    assert "新标题 &lt;b&gt;&amp;" in shown and "<b>&" not in shown


def test_the_bounds_of_what_is_pointed_out_are_reckoned(li, out):
    edit(li, TIER_TWO, highlight="parks/CL-DIGI", view="highlight")
    west, south, east, north = scenes_of(out)[TIER_TWO - 1].view.bounds
    assert west < 80.8132 < 80.8325 < east < 80.86
    assert south < 36.975 < 36.989 < north < 37.02


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"headline_zh": ""}, "中文和英文都要填写"),
        ({"headline_zh": "", "headline_en": ""}, "中文和英文都要填写"),
        ({"text_en": ""}, "中文和英文都要填写"),
        ({"notes_zh": "长" * 2001, "notes_en": "long"}, "最多 2000 个字符"),
        ({"duration_s": "2"}, "应不小于 3"),
        ({"duration_s": "soon"}, "应为整数"),
        ({"id": "Tier Two"}, "以字母开头"),
        ({"id": "why_here"}, "这个名称已被占用"),
        ({"highlight": "CL-DIGI"}, "“CL-DIGI”应写成 图层/编号"),
        ({"figures": ["clusters", "clusters", ""]}, "同一个数字选了两次"),
        ({"view": "bounds", "west": "85"}, "应依次为最小经度"),
        ({"view": "bounds", "west": ""}, "应为数字"),
        ({"view": "bounds", "west": "181"}, "应不大于 180"),
        ({"view": "highlight", "highlight": "parks/KNIT"}, "都没有位置"),
        ({"kind": "middle"}, "应为"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_lost(li, out, changes, said):
    typed = {"eyebrow_zh": "写了很久的小标题", "eyebrow_en": "A long time writing"}
    answer = edit(li, TIER_TWO, **typed, **changes)
    assert answer.status_code == 400
    assert said in answer.text
    assert "field-fault" in answer.text
    kept = fields_of(answer)
    for name, value in {**typed, **changes}.items():
        if name not in ("kind",):
            assert kept[name] == (value if isinstance(value, list) else [value])
    assert not (out / "data").exists(), "nothing was saved"


def test_what_is_gone_stays_in_the_form_and_is_told(li, out):
    edit(li, TIER_TWO, highlight="parks/GONE", figures=["gone", "", ""], layers=["parks", "roads"])
    listed = li.get("/story").text
    assert listed.count("story-problem") == 3
    assert "没有数字“gone”" in listed and "没有图层“roads”" in listed
    form = li.get(f"/story/scenes/{TIER_TWO}")
    assert fields_of(form)["figures"][0] == "gone"
    assert "roads" in fields_of(form)["layers"]
    assert "园区里没有“GONE”" in form.text


def test_a_new_scene_comes_before_the_closing_one(li, out):
    form = fields_of(li.get("/story/scenes/new"))
    assert form["id"] == ["scene_1"]
    sent = {**form, "headline_zh": "新场景", "headline_en": "New scene"}
    assert li.post("/story/scenes/new", data=sent).status_code == 303
    assert ids_of(out)[-2:] == ["scene_1", "closing"]
    assert fields_of(li.get("/story/scenes/new"))["id"] == ["scene_2"]


def test_a_full_show_takes_no_more_and_the_words_stay(li, out):
    scene = BUNDLED.scenes[1]
    many = [scene.model_copy(update={"id": f"scene_{n}"}) for n in range(MOST_SCENES)]
    full = write_story(BUNDLED.model_copy(update={"scenes": tuple(many)}))
    send_file(li, full)
    form = {**fields_of(li.get("/story/scenes/new")), "headline_zh": "多一个", "headline_en": "One"}
    answer = li.post("/story/scenes/new", data=form)
    assert answer.status_code == 400
    assert "最多 60 个场景" in answer.text and "多一个" in answer.text
    assert do(li, "/story/scenes/1/copy").status_code == 400
    assert kept_story(Settings(out=out)).body == full


def test_saving_may_stay_at_the_form(li):
    answer = edit(li, 2, then="stay", headline_zh="改过")
    assert answer.headers["Location"] == "/story/scenes/2?saved=1"
    assert "已保存" in li.get("/story/scenes/2?saved=1").text


# --- who was first ----------------------------------------------------------------------------


@pytest.fixture
def zhao(out):
    """A colleague's browser."""
    from geo.state import accounts
    from tests.web.people import PASSWORD

    accounts.add_user(open_state(Settings(out=out)), "zhao", role="staff", password=PASSWORD)
    return client_of(out, "zhao")


def test_who_comes_second_keeps_the_words_and_sees_the_others(li, zhao, out):
    form = fields_of(li.get(f"/story/scenes/{TIER_TWO}"))
    edit(zhao, TIER_TWO, headline_zh="赵的标题")
    mine = {**form, "headline_zh": "李的标题"}
    answer = li.post(f"/story/scenes/{TIER_TWO}", data=mine)
    assert answer.status_code == 409
    assert "已被别人保存" in answer.text
    assert "赵的标题" in answer.text and "zhao · " in answer.text
    again = fields_of(answer)
    assert again["headline_zh"] == ["李的标题"]
    assert scenes_of(out)[TIER_TWO - 1].headline.zh == "赵的标题"
    # Saved once more, knowingly, it takes the place of the other's.
    assert li.post(f"/story/scenes/{TIER_TWO}", data=again).status_code == 303
    assert scenes_of(out)[TIER_TWO - 1].headline.zh == "李的标题"


def test_a_scene_that_was_moved_meanwhile_is_found_by_its_id(li, zhao, out):
    form = fields_of(li.get("/story/scenes/2"))
    do(zhao, "/story/scenes/2/move", to="down")
    answer = li.post("/story/scenes/2", data={**form, "headline_zh": "改"})
    assert 'action="/story/scenes/3"' in answer.text
    assert li.post("/story/scenes/3", data=fields_of(answer)).status_code == 303
    assert scenes_of(out)[2].id == "why_here" and scenes_of(out)[2].headline.zh == "改"


def test_a_scene_that_was_removed_meanwhile_becomes_a_new_one(li, zhao, out):
    form = fields_of(li.get("/story/scenes/2"))
    question = zhao.get("/story/scenes/2/remove")
    address = re.search(r'action="([^"]+/remove[^"]*)"', question.text)[1].replace("&amp;", "&")
    zhao.post(address, data={"csrf_token": token_of(question)})
    answer = li.post("/story/scenes/2", data={**form, "headline_zh": "还在"})
    assert answer.status_code == 409
    assert 'action="/story/scenes/new"' in answer.text
    assert li.post("/story/scenes/new", data=fields_of(answer)).status_code == 303
    assert [s.headline.zh for s in scenes_of(out) if s.id == "why_here"] == ["还在"]


@pytest.mark.parametrize("path", ["/story/scenes/2/move", "/story/scenes/2/copy", "/story/upload"])
def test_an_act_upon_an_older_list_is_not_done(li, zhao, out, path):
    shown = li.get("/story")
    do(zhao, "/story/settings", zh="赵", en="Zhao", idle_s="60")
    before = kept_story(Settings(out=out)).body
    sent = {"csrf_token": token_of(shown), "base": base_of(shown), "to": "down"}
    if path.endswith("upload"):
        sent["file"] = (io.BytesIO((BUNDLED_LAYERS / "story.toml").read_bytes()), "story.toml")
    answer = li.post(path, data=sent)
    assert answer.status_code == 409
    assert "别人保存了新的演示" in answer.text
    assert "赵" in answer.text, "the page shows the new show"
    assert kept_story(Settings(out=out)).body == before


# --- the file ---------------------------------------------------------------------------------


def send_file(client, body):
    return do(client, "/story/upload", file=(io.BytesIO(body), "story.toml"))


def test_the_file_comes_down_and_goes_up_again(li, out):
    down = li.get("/story/story.toml")
    assert down.data == (BUNDLED_LAYERS / "story.toml").read_bytes()
    assert "attachment" in down.headers["Content-Disposition"]
    changed = down.data.replace("两个园区，两条产业链".encode(), "改过的标题".encode())
    assert send_file(li, changed).status_code == 303
    # Kept as it is, comments too.
    assert li.get("/story/story.toml").data == changed
    assert scenes_of(out)[TIER_TWO - 1].headline.zh == "改过的标题"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[[scenes", "读不出来"),
        (b"\xff\xfe", "读不出来"),
        (b'title = { zh = "x", en = "y" }\nscenes = []', "至少应有 1 项"),
        (b"format = 2", "请更新软件"),
        (b"", "文件"),
    ],
)
def test_a_faulty_file_is_told_and_not_taken(li, out, body, said):
    answer = send_file(li, body)
    assert answer.status_code == 400
    assert said in answer.text
    assert not (out / "data").exists()


def test_a_show_that_cannot_be_read_can_be_replaced(li, out):
    send_file(li, (BUNDLED_LAYERS / "story.toml").read_bytes() + b"# own\n")
    (out / "data" / "story.toml").write_bytes(b"[[scenes")
    page = li.get("/story")
    assert page.status_code == 200
    assert "story.toml 读不出来" in page.text
    assert li.get("/story/scenes/1").status_code == 400
    assert send_file(li, (BUNDLED_LAYERS / "story.toml").read_bytes()).status_code == 303
    assert scenes_of(out) == BUNDLED.scenes


def test_without_a_show_one_is_begun(li, out):
    shutil.copytree(BUNDLED_LAYERS, out / "data", ignore=shutil.ignore_patterns("story.toml"))
    assert "还没有演示" in li.get("/story").text
    assert li.get("/story/scenes/1").status_code == 404
    form = {
        **fields_of(li.get("/story/scenes/new")),
        "headline_zh": "第一个",
        "headline_en": "First",
    }
    assert li.post("/story/scenes/new", data=form).status_code == 303
    story = kept_story(Settings(out=out)).read()
    assert story.title.zh == "和田东三县园区地图"
    question = li.get("/story/scenes/1/remove")
    address = re.search(r'action="([^"]+/remove[^"]*)"', question.text)[1].replace("&amp;", "&")
    answer = li.post(address, data={"csrf_token": token_of(question)})
    assert (answer.status_code, len(scenes_of(out))) == (400, 1)


def test_the_bundled_show_is_a_way_to_begin(li, out):
    shutil.copytree(BUNDLED_LAYERS, out / "data", ignore=shutil.ignore_patterns("story.toml"))
    assert do(li, "/story/begin").status_code == 303
    assert scenes_of(out) == BUNDLED.scenes


# --- what others see of it --------------------------------------------------------------------


def test_a_change_waits_to_be_published_and_is_in_the_log(li, out):
    edit(li, TIER_TWO, headline_zh="新标题")
    data = li.get("/data").text
    assert re.search(r'href="/story">演示</a>.*编辑 · li', data, re.S)
    assert "有改动还没有发布" in li.get("/story").text
    (entry,) = audit.entries(open_state(Settings(out=out)), limit=5, action="story_saved")
    assert (entry.by, entry.detail) == ("li", {"change": "changed", "scene": "tier_two"})
    log = li.get("/audit").text
    assert "修改场景" in log and "改演示" in log


def test_the_show_of_a_kept_version_is_previewed_by_staff_alone(li, wang, anyone, version):
    address = f"/data/preview/{version}/present?edition=staff"
    answer = li.get(address)
    assert answer.status_code == 200
    assert f'data-layers="/staff/layers/{version}/staff/"' in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert li.get(f"/staff/layers/{version}/staff/show.json").status_code == 200
    assert wang.get(address).status_code == 403
    assert "/login" in anyone.get(address).headers["Location"]
