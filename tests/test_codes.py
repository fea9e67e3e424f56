"""Code lists: inherited colours, accepted depths, and files that are at fault."""

import pytest

from geo.codes import read_codes
from geo.errors import LayerError

FILES = {
    "land_use_2023.csv": (
        "code,name_zh,name_en,parent,rgb\n"
        '10,工矿用地,Industry and mining,,"1,2,3"\n'
        '1001,工业用地,Industrial,10,"187,150,116"\n'
        "100101,一类工业用地,Industrial class 1,1001,\n"
        "1002,采矿用地,,10,not a colour\n"
        "16,留白用地,Reserved,,\n"
        'x,loop,loop,y,\ny,loop,loop,x,"9,9,9"\n'
    ),
    "industry_gbt4754_2017.csv": (
        "code,name_zh,name_en,parent\nA,农业,Agriculture,\nB,采矿业,Mining,\nC,制造业,Manufacturing,\n"
        "C39,电子,Electronics,C\nC391,计算机,Computers,C39\nC30,建材,Minerals,C\nA01,种植,Crops,A\n"
    ),
    "counties.csv": "adcode,name_zh,name_en\n653225,策勒县,Cele\n",
    "provinces.csv": "name_zh,name_en\n天津市,Tianjin\n",
}


@pytest.fixture
def data_dir(tmp_path):
    (tmp_path / "codes").mkdir()
    for name, text in FILES.items():
        (tmp_path / "codes" / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def codes(data_dir):
    return read_codes(data_dir)


def test_colour_comes_from_the_nearest_ancestor_that_has_one(codes):
    assert codes.land_use.rgb("1001") == "187,150,116"
    assert codes.land_use.rgb("100101") == "187,150,116"
    assert codes.land_use.rgb("1002") == "1,2,3"
    assert codes.land_use.rgb("16") is None
    assert codes.land_use.rgb("nonsense") is None


def test_land_use_knows_only_what_is_listed(codes):
    assert codes.land_use.known("100101")
    assert not codes.land_use.known("1003")
    assert not codes.land_use.known("0010")
    assert codes.land_use.ancestors("100101") == ("1001", "10")
    assert list(codes.land_use)[:3] == ["10", "1001", "100101"]


def test_a_loop_of_parents_ends(codes):
    assert codes.land_use.ancestors("x") == ("y",)
    assert codes.land_use.rgb("x") == "9,9,9"


def test_labels_in_both_languages_fall_back_to_chinese(codes):
    assert codes.county.label("653225") == {"zh": "策勒县", "en": "Cele"}
    assert codes.province.label("天津市") == {"zh": "天津市", "en": "Tianjin"}
    assert codes.land_use.label("1002") == {"zh": "采矿用地", "en": "采矿用地"}
    assert codes.land_use.label("?") is None


@pytest.mark.parametrize(
    "code",
    ["C", "C39", "C391", "C3919", "391", "3919", "39", "c391", " C39 ", "C301", "C3011", "B06"],
)
def test_industry_accepts_listed_codes_and_what_lies_below_the_listed_depth(codes, code):
    assert codes.industry.known(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "Z",
        "U",
        "C99",
        "C392",
        "C3929",
        "C39199",
        "C3",
        "99",
        "3",
        "A02",
        "C39;C30",
        "Ｃ39",
        "C٣٩",
    ],
)
def test_industry_refuses_the_rest(codes, code):
    assert not codes.industry.known(code)


def test_industry_labels_come_from_the_nearest_listed_level(codes):
    assert codes.industry.label("C3919") == {"zh": "计算机", "en": "Computers"}
    assert codes.industry.label("391") == {"zh": "计算机", "en": "Computers"}
    assert codes.industry.label("C999") is None
    assert codes.industry.ancestors("3919") == ("C391", "C39", "C")
    assert codes.industry.ancestors("C999") == ()


def test_a_byte_order_mark_is_no_part_of_the_heading(data_dir):
    path = data_dir / "codes" / "counties.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_codes(data_dir).county.known("653225")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "FILE_MISSING"),
        (b"", "FILE_EMPTY"),
        (b"adcode,name_zh\n", "FILE_EMPTY"),
        (b"other,name_zh\n1,x\n", "FILE_UNREADABLE"),
        (b'adcode,name_zh\n1,"x\n', "FILE_UNREADABLE"),
        ("adcode,name_zh\n1,县\n".encode("gb18030"), "ENCODING"),
    ],
)
def test_a_faulty_list_is_named(data_dir, content, code):
    path = data_dir / "codes" / "counties.csv"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(LayerError) as caught:
        read_codes(data_dir)
    assert caught.value.code == code
    assert caught.value.params["file"] == "codes/counties.csv"


def test_all_faulty_lists_are_named_at_once(data_dir):
    folder = data_dir / "codes"
    (folder / "land_use_2023.csv").unlink()
    (folder / "provinces.csv").unlink()
    with pytest.raises(LayerError) as caught:
        read_codes(data_dir)
    assert caught.value.code == "FILE_MISSING"
    assert caught.value.params == {"file": "codes/land_use_2023.csv, codes/provinces.csv"}


@pytest.mark.parametrize("other", [b"", b"other\n1\n"])
def test_lists_with_different_faults_are_one_error(data_dir, other):
    (data_dir / "codes" / "counties.csv").write_bytes(other)
    (data_dir / "codes" / "provinces.csv").write_bytes(b'name_zh\n"x\n')
    with pytest.raises(LayerError) as caught:
        read_codes(data_dir)
    assert caught.value.code == "FILE_UNREADABLE"
    assert caught.value.params == {
        "file": "codes/counties.csv, codes/provinces.csv",
        "reason": "several_files",
    }


def test_older_standards_come_from_the_bundled_lists_where_the_directory_has_none(codes):
    assert set(codes.older) == {"gbt21010_2017", "gb50137_2011"}
    assert codes.older["gbt21010_2017"].entries["0601"].to_2023 == ("1001",)
    assert codes.older["gb50137_2011"].label("M1") == {
        "zh": "一类工业用地",
        "en": "Industry, class 1",
    }


def test_older_standards_of_the_directory_win_over_the_bundled_ones(data_dir):
    (data_dir / "codes" / "land_use_gb50137_2011.csv").write_text(
        "code,name_zh,name_en,parent,to_2023\nM,工业用地,Industry,,10; 1001 ;\nX,无,None,,\n",
        encoding="utf-8",
    )
    older = read_codes(data_dir).older["gb50137_2011"]
    assert older.entries["M"].to_2023 == ("10", "1001")
    assert older.entries["X"].to_2023 == ()
    assert list(older) == ["M", "X"]


def test_a_faulty_list_of_an_older_standard_is_named(data_dir):
    (data_dir / "codes" / "land_use_gbt21010_2017.csv").write_bytes(b"")
    with pytest.raises(LayerError) as caught:
        read_codes(data_dir)
    assert caught.value.code == "FILE_EMPTY"
    assert caught.value.params["file"] == "codes/land_use_gbt21010_2017.csv"
