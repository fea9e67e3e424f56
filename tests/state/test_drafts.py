"""Drafts: counted, discarded with a word in the log, forgotten in time."""

from __future__ import annotations

import pytest

from geo.errors import BadRequest, NotFound
from geo.state import State, audit, drafts
from geo.state.models import Draft
from tests.state.clock import Clock


def add(state: State, title: str = "西区", file: str = "方案.geojson", by: str = "li") -> Draft:
    options = {"mode": "merge", "nature": "reported"}
    return drafts.add(state, title=title, layer="parcels", file=file, options=options, by=by)


def test_a_draft_has_a_number_that_nobody_guesses(state: State) -> None:
    first, second = add(state), add(state)
    assert first.id != second.id
    assert len(first.id) >= 20
    assert drafts.get(state, first.id).options == {"mode": "merge", "nature": "reported"}


def test_a_draft_without_a_title_is_called_by_its_file(state: State) -> None:
    assert add(state, title="  \u202e ").title == "方案.geojson"
    assert add(state, title="a\nb" * 100).title.startswith("a ba b")


def test_the_log_says_who_added_and_who_discarded(state: State) -> None:
    draft = add(state)
    drafts.note_handover(state, draft.id, job="j1", by="wang")
    drafts.discard(state, draft.id, by="wang")
    found = [(entry.by, entry.action) for entry in audit.entries(state, limit=9)]
    assert found == [
        ("wang", "draft_discarded"),
        ("wang", "draft_handed_over"),
        ("li", "draft_added"),
    ]
    assert audit.entries(state, limit=9)[1].detail["job"] == "j1"


def test_a_discarded_draft_says_by_whom_and_takes_nothing_any_more(state: State) -> None:
    draft = add(state)
    drafts.discard(state, draft.id, by="wang")
    for call in (
        lambda: drafts.get(state, draft.id),
        lambda: drafts.discard(state, draft.id, by="li"),
        lambda: drafts.conclude(state, draft.id, {}),
        lambda: drafts.attach(state, draft.id, job="j"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == "DRAFT_DISCARDED"
        assert caught.value.params["by"] == "wang"
    assert drafts.listed(state) == []


def test_an_unknown_draft_is_not_found(state: State) -> None:
    with pytest.raises(NotFound) as caught:
        drafts.get(state, "nothing")
    assert caught.value.code == "DRAFT_UNKNOWN"


def test_only_so_many_drafts_may_stand_at_a_time(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 2)
    first, _ = add(state), add(state)
    with pytest.raises(BadRequest) as caught:
        add(state)
    assert caught.value.code == "DRAFTS_FULL"
    drafts.discard(state, first.id, by="li")
    assert add(state).title == "西区"


def test_drafts_are_forgotten_after_ninety_days(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, drafts)
    old, new = add(state), add(state)
    with state.session() as session:  # the table has its own clock
        for draft, at in ((old, clock.now), (new, clock.now.replace(day=25))):
            session.get_one(Draft, draft.id).created_at = at
    clock.pass_by(days=drafts.KEPT_DAYS, seconds=-1)
    assert drafts.prune(state, clock.now) == []
    clock.pass_by(seconds=1)
    assert drafts.prune(state, clock.now) == [old.id]
    assert [draft.id for draft in drafts.listed(state)] == [new.id]


def test_what_it_would_mean_is_kept_for_the_list(state: State) -> None:
    draft = add(state)
    drafts.change_options(state, draft.id, {"mode": "replace"})
    drafts.conclude(state, draft.id, {"plots": {"new": 2}})
    found = drafts.listed(state)[0]
    assert found.summary == {"plots": {"new": 2}}
    assert found.options == {"mode": "replace"}
