"""A shortlist as one parameter of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadRequest
from geo.shortlist import KINDS, MOST, Ref, read_ids, write_ids

keys = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20
)
refs = st.lists(st.builds(Ref, st.sampled_from(KINDS), keys), max_size=MOST, unique=True)


@given(refs)
def test_what_is_written_is_read_again(found):
    assert read_ids(write_ids(found)) == tuple(found)


@given(st.text(max_size=60))
def test_any_text_is_a_list_or_a_bad_request(text):
    try:
        found = read_ids(text)
    except BadRequest as error:
        assert error.code in {"SHORTLIST_INVALID", "SHORTLIST_TOO_LONG"}
    else:
        assert all(ref.kind in KINDS and ref.key for ref in found)


def test_a_thing_named_twice_is_one_entry():
    assert len(read_ids("parks/A,parks/B,parks/A,")) == 2


def test_more_than_ten_entries_are_refused():
    read_ids(",".join(f"parks/{i}" for i in range(MOST)))
    with pytest.raises(BadRequest) as raised:
        read_ids(",".join(f"parks/{i}" for i in range(MOST + 1)))
    assert raised.value.params == {"count": MOST + 1, "most": MOST}
