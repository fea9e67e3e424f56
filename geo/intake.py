"""Import: the only module that knows the order of its stages.

``read -> choose a table -> headings -> values -> codes -> identify -> where it lies -> merge
-> rules -> join -> difference -> report``, and only then ``write``. :func:`examine` changes
nothing. :func:`carry_out` changes one file of the working copy, in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np

from geo.crs import WGS84
from geo.data_in_use import Present, data_in_use, read_present
from geo.errors import ImportRefused, RunError
from geo.history import history, restore
from geo.i18n import both
from geo.importer.choose import choose_table, other_tables
from geo.importer.compare import compare
from geo.importer.headings import fingerprint, match_headings
from geo.importer.identify import ask_for_key, identify
from geo.importer.judge import Rows, faults_of, in_order
from geo.importer.land_codes import to_guide_2023
from geo.importer.locate import LON, Surroundings, locate
from geo.importer.merge import (
    PROVENANCE_FIELDS,
    Incoming,
    Merged,
    fill_provenance,
    merge,
    withhold_names,
)
from geo.importer.model import Options, Progress, Remark, RowFault, no_progress
from geo.importer.read import read_tables
from geo.importer.report import Draft, Outcome, Plan, build_report, placed_firms
from geo.importer.sensitive import sensitive_remarks
from geo.importer.values import clean_values
from geo.join import join_enterprises
from geo.rules import check_frames
from geo.settings import Settings
from geo.storage.files import MAX_BYTES
from geo.storage.working_copy import Deed, WorkingCopy, layer_digest
from geo.storage.writers import layer_bytes

__all__ = ["Intake", "Outcome", "carry_out", "examine", "history", "restore"]

Recall = Callable[[str], Mapping[str, str]]
"""Gives the columns that a person once explained, by the fingerprint of the headings."""

Choice = Literal["all", "good", "clean"]
"""Which rows to import: all, those without error, or all if none has an error."""

_SOURCE = "县里资料 / county records"
"""Not the name of the file: it may name a person, and the public edition shows the source."""

_MOST_ROUNDS = 5


@dataclass(frozen=True)
class Intake:
    """One file for one layer: where it lies, what its owner calls it, what is said of it."""

    layer: str
    path: Path
    name: str
    options: Options = field(default_factory=Options)


def recall_nothing(_fingerprint: str) -> Mapping[str, str]:
    """Remember no columns."""
    return {}


def examine(
    settings: Settings,
    intake: Intake,
    *,
    as_of: date,
    remembered: Recall = recall_nothing,
    progress: Progress = no_progress,
) -> Outcome:
    """Return what importing a file would do; nothing is changed.

    ``as_of`` is the date that records get which say none, and from which ages are counted.

    Raises
    ------
    DataError
        ``ImportRefused`` if the file cannot be taken in at all; what
        :func:`geo.data_in_use.read_present` raises.
    """
    work = _Work(settings, intake, as_of, progress)
    present, draft = work.understand(remembered)
    plan = None if draft.questions else work.plan(present, draft, _everything(draft))
    has_errors = plan is not None and any(f.severity == "error" for f in plan.faults)
    status = "needs_answer" if plan is None else ("rejected" if has_errors else "dry_run")
    return work.outcome(status, present, draft, plan)


def carry_out(
    settings: Settings,
    intake: Intake,
    *,
    rows: Choice,
    base: str | None,
    by: str,
    as_of: date,
    remembered: Recall = recall_nothing,
    progress: Progress = no_progress,
) -> Outcome:
    """Import a file into the working copy and return what was done.

    Nothing is changed if the status of the report is ``needs_answer`` or ``rejected``.

    Parameters
    ----------
    rows
        ``all`` takes also rows with errors that lose nothing, ``good`` leaves rows with
        errors as they are in the layer, ``clean`` takes nothing if there is an error.
    base
        ``Outcome.base`` of the report that the person has seen; ``None`` if there was none.
    by
        Who imports.

    Raises
    ------
    DataError
        As :func:`examine`.
    RunError
        ``LAYER_CHANGED`` if the layer is not what the report was made against,
        ``DATA_LOCKED``, ``DISK_FULL``. The data are as before.
    """
    work = _Work(settings, intake, as_of, progress)
    present, draft = work.understand(remembered)
    if base is not None and base != present.base:
        raise RunError("LAYER_CHANGED", layer=intake.layer)
    if draft.questions:
        return work.outcome("needs_answer", present, draft, None)
    plan = everything = work.plan(present, draft, _everything(draft))
    if not _may(rows, everything):
        return work.outcome("rejected", present, draft, everything)
    if rows == "good":
        plan = work.good_only(present, draft, everything)
    work.write(present, plan, by=by)
    return work.outcome("imported", present, draft, replace(plan, faults=everything.faults))


def _may(rows: Choice, plan: Plan) -> bool:
    """Return whether the choice of rows is possible."""
    if rows == "clean":
        return plan.can()["all"] and all(fault.severity != "error" for fault in plan.faults)
    return plan.can()[rows]


def _everything(draft: Draft) -> np.ndarray:
    return np.full(len(draft.frame), fill_value=True)


@dataclass(frozen=True)
class _Work:
    """One import in the making."""

    settings: Settings
    intake: Intake
    as_of: date
    progress: Progress

    # --- what the file says ---------------------------------------------------------------

    def understand(self, remembered: Recall) -> tuple[Present, Draft]:
        """Return the data in use and what the file was understood as."""
        options = self.intake.options
        self.progress("stage.reading", 0, 0)
        present = read_present(self.settings, self.intake.layer, options.mode, self.as_of)
        tables = read_tables(self.intake.path, name=self.intake.name, progress=self.progress)
        kind = present.kind
        table, question = choose_table(tables, kind, sheet=options.sheet, given=options.columns)
        recalled = remembered(fingerprint(table.headings))
        matches = match_headings(
            table, kind, given=options.columns, units=options.units, remembered=recalled
        )
        cleaned = clean_values(table, kind, matches, progress=self.progress, lists=present.codes)
        draft = Draft(
            sheets=[other.name for other in tables],
            table=table,
            matches=matches,
            explained={**recalled, **options.columns},
            frame=cleaned.frame,
            shapes=np.full(len(table.rows), None),
            faults=[*table.faults, *cleaned.faults],
            questions=[*([question] if question else []), *cleaned.questions],
            remarks=[*table.remarks, *other_tables(tables, table), *cleaned.remarks],
        )
        self._convert_codes(present, draft)
        self._identify(present, draft)
        self._locate(present, draft)
        self._tell(present, draft)
        return present, draft

    def _convert_codes(self, present: Present, draft: Draft) -> None:
        if "land_use_code" not in draft.frame:
            return
        land = to_guide_2023(
            draft.frame["land_use_code"],
            names=draft.frame.get("land_use_name"),
            declared=self.intake.options.codes,
            heading=draft.headings["land_use_code"],
            rows=draft.table.rows,
            lists=present.codes,
        )
        draft.frame["land_use_code"] = land.codes
        draft.codes, draft.codes_why = land.standard, land.why
        draft.faults.extend(land.faults)
        draft.questions.extend(land.questions)
        draft.remarks.extend(land.remarks)

    def _identify(self, present: Present, draft: Draft) -> None:
        self.progress("stage.identifying", 0, 0)
        found = identify(
            draft.frame,
            present.kind,
            present.references(),
            rows=draft.table.rows,
            headings=draft.headings,
        )
        draft.frame = found.frame
        draft.faults.extend(found.faults)
        draft.remarks.extend(found.remarks)
        draft.suggestions.extend(found.suggestions)

    def _locate(self, present: Present, draft: Draft) -> None:
        self.progress("stage.locating", 0, 0)
        if present.entry.package and draft.table.geometries is not None:
            draft.remarks.append(Remark("OUTLINES_FROM_PACKAGE"))
            return
        around = Surroundings.of(present.config.region.bbox, present.layers())
        located = locate(
            draft.table,
            draft.frame,
            present.kind,
            self.intake.options,
            headings=draft.headings,
            around=around,
        )
        draft.shapes, draft.decision = located.shapes, located.decision
        draft.faults.extend(located.faults)
        draft.questions.extend(located.questions)
        draft.remarks.extend(located.remarks)
        shapes = gpd.GeoSeries(draft.shapes, crs=WGS84) if draft.decision else None
        draft.remarks.extend(
            sensitive_remarks(draft.table, present.kind, draft.frame, shapes, layers=draft.sheets)
        )

    def _tell(self, present: Present, draft: Draft) -> None:
        """Add what is filled in without being said, and a question that would say it."""
        draft.questions.extend(ask_for_key(draft.matches, present.kind))
        if any(name not in draft.frame for name in PROVENANCE_FIELDS):
            said = self._provenance()
            nature = " / ".join(both(f"nature.{said['nature']}").values())
            draft.remarks.append(Remark("PROVENANCE", {**said, "nature": nature}))
        if present.kind.name == "enterprises" and "publish_name" not in draft.frame:
            draft.remarks.append(Remark("NAMES_WITHHELD"))
        draft.remarks.extend(present.not_kept())
        if self.settings.data is not None and present.data_dir != self.settings.data:
            draft.remarks.append(Remark("DATA_ELSEWHERE"))

    # --- what it would do -----------------------------------------------------------------

    def plan(self, present: Present, draft: Draft, wanted: np.ndarray) -> Plan:
        """Return what importing the wanted rows would do, and every fault of file and result."""
        kind = present.kind
        keys = draft.frame[kind.key]
        gone = self.intake.options.gone
        sure = wanted & keys.notna().to_numpy() & ~keys.duplicated().to_numpy()
        leaving = keys.isin(gone).to_numpy()
        sure &= ~leaving
        incoming = Incoming(draft.frame[sure].reset_index(drop=True), draft.shapes[sure])
        kept = keys[~wanted].dropna().tolist()
        mode = self.intake.options.mode
        merged = merge(present.frame, incoming, kind, mode, kept=kept, gone=gone)
        unsaid = [name for name in PROVENANCE_FIELDS if name not in incoming.frame]
        difference = compare(present.frame, merged, kind, skip=unsaid)
        touched = np.concatenate([difference.new, difference.changed])
        fill_provenance(merged, incoming, touched, self._provenance(), kind, mode)
        if kind.name == "enterprises":
            withhold_names(merged, touched)
        rows = np.asarray(draft.table.rows)[sure].tolist()
        faults = self._faults(present, draft, merged, dict(zip(keys[sure], rows, strict=True)))
        placed = self._placed(present, merged, rows)
        return Plan(rows, merged, difference, faults, placed, int(leaving.sum()))

    def good_only(self, present: Present, draft: Draft, plan: Plan) -> Plan:
        """Return the plan for the rows without error.

        A row may be good only as long as another one is there, so the rest is checked again.
        """
        numbers = np.asarray(draft.table.rows)
        bad: set[int] = set()
        for _ in range(_MOST_ROUNDS):
            more = plan.faulty_rows & set(plan.rows)
            if not more:
                break
            bad |= more
            plan = self.plan(present, draft, ~np.isin(numbers, sorted(bad)))
        return plan

    def _provenance(self) -> dict[str, str]:
        options = self.intake.options
        return {
            "nature": options.nature or "reported",
            "source": options.source or _SOURCE,
            "as_of": options.as_of or self.as_of.isoformat(),
        }

    def _faults(
        self, present: Present, draft: Draft, merged: Merged, row_of: Mapping[str, int]
    ) -> list[RowFault]:
        self.progress("stage.checking", 0, 0)
        findings = check_frames(
            {**present.frames, present.layer: merged.frame},
            present.catalog,
            present.codes,
            present.config,
            self.as_of,
        )
        rows = Rows(
            layer=present.layer,
            row_of=row_of,
            headings=draft.headings,
            place_heading=draft.headings.get(LON, ""),
            has_shapes=draft.decision is not None,
        )
        return in_order([*draft.faults, *faults_of(findings, present.before, rows, draft.faults)])

    def _placed(
        self, present: Present, merged: Merged, rows: Sequence[int]
    ) -> dict[str, Any] | None:
        layers = [present.of_kind(kind) for kind in ("parcels", "buildings", "parks")]
        if present.kind.name != "enterprises" or any(layer is None for layer in layers):
            return None
        self.progress("stage.joining", 0, 0)
        joined, report = join_enterprises(merged.frame, *layers)
        return placed_firms(joined, merged.places.tolist(), rows, report.conflicts)

    # --- doing it -------------------------------------------------------------------------

    def write(self, present: Present, plan: Plan, *, by: str) -> None:
        """Put the merged layer in place of the present one, unless they are the same."""
        counts = plan.difference.counts
        if not counts["new"] + counts["changed"] + counts["gone"]:
            return
        self.progress("stage.writing", 0, 0)
        file = present.entry.file
        body = layer_bytes(plan.merged.frame, present.entry)
        if len(body) > MAX_BYTES:
            raise ImportRefused("LAYER_TOO_LARGE", megabytes=MAX_BYTES >> 20)
        copy = WorkingCopy(self.settings.out)
        with copy.lock():
            source = data_in_use(self.settings)
            if layer_digest(source, file) != present.base:
                raise RunError("LAYER_CHANGED", layer=present.layer)
            copy.seed(source, present.catalog.files())
            deed = Deed(by=by, action="import", file=self.intake.name, rows=counts)
            copy.write(present.layer, file, body, deed)

    def outcome(self, status: str, present: Present, draft: Draft, plan: Plan | None) -> Outcome:
        """Return the report, and what is made from it."""
        report = {
            "status": status,
            **build_report(draft, plan, present.frame, present.kind),
            "layer": present.layer,
            "file": self.intake.name,
            "mode": self.intake.options.mode,
            "base": present.base,
        }
        return Outcome(
            report=report,
            base=present.base,
            fingerprint=fingerprint(draft.table.headings),
            columns=draft.explained,
            _table=draft.table,
            _faults=plan.faults if plan else in_order(draft.faults),
            _notes=draft.notes(),
        )
