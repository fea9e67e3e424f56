"""The layout of a slide: whatever a scene says, nothing leaves its place and no figure is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.export.slide import COLUMN, HEIGHT, LEFT, Figure, Run, Words, lay_out

TEXT = st.text(
    st.one_of(
        st.sampled_from("策勒县产业园区，。、；· abcdefWWWW1234567890/.-_?=（）《》"),
        st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")),
    ),
    max_size=400,
)
FIGURES = st.lists(
    st.builds(
        Figure,
        number=st.text("0123456789,.+", min_size=1, max_size=30),
        unit=st.text("家亿元 × 100 million yuan", max_size=40),
        caption=TEXT,
        remark=st.sampled_from(["", "目标", "示例"]),
    ),
    max_size=3,
)
WORDS = st.builds(
    Words,
    headline=TEXT.filter(str.strip),
    eyebrow=TEXT,
    texts=st.lists(TEXT.filter(str.strip), max_size=5),
    figures=FIGURES,
    notices=st.lists(TEXT.filter(str.strip), max_size=3),
    source=TEXT,
    is_title=st.booleans(),
    has_code=st.booleans(),
)


def found(blocks, role):
    return next((block for block in blocks if block.role == role), None)


def text_of(block) -> str:
    return "\n".join("".join(run.text for run in p.runs) for p in block.paragraphs)


def size_of(block) -> float:
    return max(run.size for p in block.paragraphs for run in p.runs)


@given(WORDS)
def test_nothing_overlaps_leaves_the_slide_or_is_higher_than_its_box(words):
    blocks = lay_out(words)
    end = 0.0
    for block in blocks:
        assert block.left >= LEFT
        assert block.left + block.width <= LEFT + COLUMN + 0.01
        assert block.top >= end - 0.01, block.role
        end = block.top + block.height
        assert end <= HEIGHT - 20
        assert sum(p.height(block.width) for p in block.paragraphs) <= block.height + 12.01


@given(WORDS)
def test_no_figure_is_lost_or_shortened_and_each_number_stands_on_a_line(words):
    blocks = lay_out(words)
    figures = found(blocks, "figures")
    if not words.figures:
        assert figures is None
        return
    lines = text_of(figures).split("\n")
    for figure, number in zip(words.figures, lines[::2], strict=True):
        assert number.startswith(figure.number)
        assert number.endswith(figure.unit)
    for paragraph in figures.paragraphs[::2]:
        assert sum(run.width for run in paragraph.runs) <= COLUMN + 0.01


@given(WORDS)
def test_letters_stay_large_enough_to_be_read_from_afar(words):
    for block in lay_out(words):
        # A line of a number may be as narrow as a number is long.
        step = 2 if block.role == "figures" else 1
        for paragraph in block.paragraphs[step - 1 :: step]:
            assert min(run.size for run in paragraph.runs) >= 11


def test_two_figures_are_large_and_the_headline_keeps_its_words_together():
    figures = [
        Figure("155", "家", "引进企业 · 2016–2020"),
        Figure("20.43", "亿元", "落地招商资金 · 2016–2020"),
    ]
    blocks = lay_out(Words("五年引进与落地", "数字", figures=figures, source="来源：某报, 2020"))
    assert size_of(found(blocks, "figures")) >= 60
    assert size_of(found(blocks, "title")) == 40
    assert [b.role for b in blocks] == ["eyebrow", "title", "figures", "source"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("两个园区，两条产业链", ["两个园区，", "两条产业链"]),
        ("津和数字电子示范区", ["津和数字电子示范区"]),
        ("Two parks, two chains", ["Two parks,", "two chains"]),
        ("Parks", ["Parks"]),
    ],
)
def test_a_headline_breaks_where_it_reads_well(text, lines):
    assert text_of(found(lay_out(Words(text)), "title")).split("\n") == lines


def test_a_unit_that_is_long_gets_smaller_before_its_number_does():
    (block,) = [
        b
        for b in lay_out(Words("a", figures=[Figure("20.43", "× 100 million yuan", "b")]))
        if b.role == "figures"
    ]
    number, unit = block.paragraphs[0].runs
    assert number.size >= 60
    assert unit.size < number.size / 3.3
    long = Run("20.43", number.size, bold=True)
    assert long.width + unit.width <= COLUMN


def test_what_has_no_room_is_cut_with_an_ellipsis():
    blocks = lay_out(Words("标题", texts=["很长的文字" * 300], source="来源" * 400))
    assert text_of(found(blocks, "text")).endswith("…")
    assert text_of(found(blocks, "source")).endswith("…")
