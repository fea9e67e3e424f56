"""Letters on a print: their width, their line breaks, and names that never meet."""

from hypothesis import given
from hypothesis import strategies as st

from geo.render import lettering
from geo.render.lettering import Box, Line, Name, arrange, text_width, wrap

FRAME = Box(0, 0, 100, 80)


def name(text, anchor, rank=0, **more):
    return Name(((Line(text, 3.0, "#000"),),), (anchor,), rank, **more)


def test_widths_follow_the_font():
    assert text_width("策勒县", 3.0) == 9.0
    assert text_width("iiii", 3.0) < text_width("WWWW", 3.0) / 2
    assert text_width("park", 3.0, 600) > text_width("park", 3.0)


@given(st.text(alphabet="策勒县，。 abcWi12", min_size=1, max_size=80))
def test_wrapping_keeps_every_letter_and_no_line_is_too_wide(text):
    lines = wrap(text, 2.0, 30.0)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        is_one_word = not any(letter in line for letter in "策勒县 ")
        # What must not begin a line may stand over its end.
        assert text_width(line.rstrip("，。"), 2.0) <= 30.0 or is_one_word


def test_a_line_does_not_begin_with_a_full_stop():
    assert all(
        not line.startswith(("，", "。")) for line in wrap("一二三四五，六七八九十。" * 4, 2.0, 10)
    )


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 80), st.integers(1, 8), st.integers(0, 3)),
        max_size=25,
    )
)
def test_names_never_meet_each_other_an_obstacle_or_the_edge(places):
    obstacles = [Box(x - 1, y - 1, x + 1, y + 1) for x, y, _, _ in places]
    names = [
        name("策" * length, box, rank)
        for (_, _, length, rank), box in zip(places, obstacles, strict=True)
    ]
    placed = arrange(names, obstacles, FRAME)
    boxes = [place.box for place in placed]
    for i, box in enumerate(boxes):
        assert box.lies_in(FRAME)
        assert not any(box.meets(other) for other in [*boxes[:i], *obstacles])


def test_the_first_rank_is_placed_first():
    anchor = Box(48, 38, 52, 42)
    # Only one of nine finds room around a mark with eight places.
    names = [name(f"{i}" * 12, anchor, rank=1) for i in range(8)] + [name("first", anchor, rank=0)]
    assert arrange(names, [anchor], FRAME)[0].lines[0].text == "first"


def test_a_shorter_variant_is_taken_where_there_is_no_room():
    long, short = Line("策" * 20, 3.0, "#000"), Line("策勒", 3.0, "#000")
    tight = Name(((long,), (short,)), (Box(20, 20, 22, 22),), 0)
    assert [p.lines for p in arrange([tight], [], Box(0, 0, 40, 40))] == [(short,)]


def test_a_name_inside_stays_inside_or_is_left_out():
    roomy, narrow = Box(10, 10, 40, 20), Box(50, 10, 52, 20)
    placed = arrange(
        [name("策勒县", roomy, inside=True), name("策勒县", narrow, inside=True)], [], FRAME
    )
    assert len(placed) == 1
    assert placed[0].box.lies_in(roomy)


@given(st.lists(st.tuples(*[st.floats(-5, 95)] * 2, *[st.floats(0, 30)] * 2), max_size=30))
def test_every_name_takes_the_first_place_that_is_free(corners):
    boxes = [Box(x, y, x + width, y + height) for x, y, width, height in corners]
    obstacles, anchors = boxes[::2], boxes[1::2]
    names = [name("策勒县", anchor, rank) for rank, anchor in enumerate(anchors)]
    taken, expected = list(obstacles), []
    for one in names:
        for place in lettering._places(one):
            if place.box.lies_in(FRAME) and not any(place.box.meets(box) for box in taken):
                taken.append(place.box)
                expected.append(place)
                break
    assert arrange(names, obstacles, FRAME) == expected
