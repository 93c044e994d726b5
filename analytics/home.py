"""A home folder: the warehouse, the state store and the originals of one company; owned by one
process at a time."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import pandas as pd

from analytics import beside, files, start
from analytics.catalogue import (
    Catalogue,
    built_in_catalogue,
    default_scheme,
    preset_schemes,
    with_version,
)
from analytics.errors import RequestRefused
from analytics.evaluation import Measured, measure
from analytics.intake import reading
from analytics.intake.guessing import recipes_of
from analytics.intake.recipe import Recipe, headers_key
from analytics.intake.spellings import Alike
from analytics.intake.understood import Look, Preview
from analytics.ledger import How, Ledger
from analytics.model import Filters, Receipt, Settings, WeightScheme, month_of
from analytics.people import LOCAL, Correction, Finding, Objection, in_force
from analytics.receipts import MOST_NAMED, receipt_from
from analytics.state.moves import answer_plan
from analytics.state.past import Past
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.evidence import records_of
from analytics.work import Work


class Home:
    """Everything one company has: loads go in and out here, and both front ends ask here.

    `accept` is the reason why somebody goes on with a home that lost something; without one such a
    home is refused. `findings` says what the start found not to be as it should.
    """

    def __init__(self, folder: Path, accept: str = "") -> None:
        self.folder = folder
        self._catalogues: dict[int, Catalogue] = {}  # by version of the standards
        files.keep_private()
        opened = start.opened(folder, accept)
        files.make_private(folder)
        self._lock: filelock.BaseFileLock = opened.lock
        self.state = opened.state
        self.warehouse = opened.warehouse
        self.ledger: Ledger = opened.ledger
        self.findings: tuple[Finding, ...] = opened.findings

    def close(self) -> None:
        if self.warehouse.failed == "damaged":
            start.suspect(self.folder)
        self.warehouse.close()
        self.state.close()
        self._lock.release()

    @property
    def broken(self) -> bool:
        """Whether something went wrong that only the next start puts right: whoever keeps homes
        open opens this one anew."""
        return bool(self.warehouse.failed) or self.ledger.unsettled

    @property
    def settings(self) -> Settings:
        return self.state.settings()

    @property
    def this_month(self) -> dt.date:
        """The month that today counts for."""
        return month_of(dt.date.today(), self.settings.month_begins)

    def catalogue(self, month: dt.date | None = None) -> Catalogue:
        """The indicators and standards in force in a month (today's when none is given)."""
        version = in_force(self.state.standards(), month or self.this_month)
        key = version.version if version else 0
        if key not in self._catalogues:
            self._catalogues[key] = with_version(version) if version else built_in_catalogue()
        return self._catalogues[key]

    def scheme(self, month: dt.date | None = None) -> WeightScheme:
        """The weight scheme in force in a month (today's when none is given): before the first
        adoption the balanced one."""
        adoption = in_force(self.state.schemes.adoptions(), month or self.this_month)
        if adoption is None:
            return default_scheme()
        return self.scheme_named(adoption.name, adoption.version) or default_scheme()

    def scheme_named(self, name: str, version: int | None = None) -> WeightScheme | None:
        """A preset, or a version (the latest) of a saved scheme; None where there is none."""
        if name in preset_schemes():
            return preset_schemes()[name] if version in (None, 1) else None
        saved = [
            scheme for scheme in self.state.schemes.all(every_version=True) if scheme.name == name
        ]
        return next(
            (scheme for scheme in reversed(saved) if version in (None, scheme.version)), None
        )

    def records_of(
        self, agent_id: str, kinds: Sequence[str], filters: Filters
    ) -> dict[str, pd.DataFrame]:
        """One agent's records of a period by kind, as they count now."""
        return records_of(self.warehouse, agent_id, kinds, filters)

    def measure(self, filters: Filters, instead: Warehouse | None = None) -> Measured:
        """Values and points of a period under the rules, and the standards in force at its end;
        `instead` may be a sandbox."""
        return measure(
            instead or self.warehouse, self.settings, filters, self.catalogue(filters.period.last)
        )

    def measure_with(self, filters: Filters, catalogue: Catalogue) -> Measured:
        """The same period under other standards."""
        return measure(self.warehouse, self.settings, filters, catalogue)

    def secret(self) -> str:
        """A random word of this home that makes digests of names unreadable; refused when its file
        is damaged."""
        path = self.folder / start.SECRET
        if not path.exists():
            with files.telling():
                files.write_durably(path, secrets.token_hex(32).encode())
        if not start.secret_whole(path):
            raise RequestRefused("secret_damaged")
        return path.read_text(encoding="ascii").strip()

    def change_settings(self, changes: Mapping[str, Any], who: str = LOCAL) -> None:
        """Save rules, all of these or none, and bring every figure under them."""
        with self.warehouse.exclusively():
            if (
                changes.get("month_begins", self.settings.month_begins)
                != self.settings.month_begins
            ):
                self._refuse_other_months()
            self.ledger.move("settings", changes, who)

    def _refuse_other_months(self) -> None:
        """Months begin on another day only where nothing is stored by month: what was closed or
        corrected would be of other days."""
        dated = self.warehouse.ask("dated_loads")["load_id"]
        if len(dated):
            raise RequestRefused(
                "months_are_loaded",
                count=len(dated),
                loads=[int(load_id) for load_id in dated[:MOST_NAMED]],
            )
        if self.state.sheets.closed() or self.state.periods.published():
            raise RequestRefused("months_are_closed")
        if self.state.objections.corrections():
            raise RequestRefused("months_are_corrected")

    # -- who is who --------------------------------------------------------------------------------

    def merge_agents(self, spellings: Sequence[str], agent_id: str, who: str = LOCAL) -> None:
        """Have several spellings stand for one agent; the records keep what they say, so that
        `split_agents` undoes it."""
        spellings_there = set(self.warehouse.ask("spellings")["agent_id"])
        for spelling in (*spellings, agent_id):
            if spelling not in spellings_there:
                raise RequestRefused("spelling_unknown", name=spelling)
        self.ledger.move("merge", {"spellings": list(spellings), "agent_id": agent_id}, who)

    def split_agents(self, spellings: Sequence[str], who: str = LOCAL) -> None:
        """Undo merges."""
        self.ledger.move("split", {"spellings": list(spellings)}, who)

    # -- the sample --------------------------------------------------------------------------------

    def add_past(self, past: Past, who: str = LOCAL) -> None:
        """Put the past of the sample down, and have the figures follow its corrections; it goes
        with the sample's last load."""
        with self.warehouse.exclusively():
            self.state.past.write(past, who)
            self.ledger.follow()

    # -- corrections -------------------------------------------------------------------------------

    def answer(self, objection: Objection, correction: Correction | None = None) -> Objection:
        """Answer an objection (state, answer and answered_by set) over the version that was read; a
        correction moves the figures."""
        if correction is None:
            return self.state.objections.answer(objection)
        self.state.objections.check_answer(objection)
        self.ledger.move("answer", answer_plan(objection, correction), objection.answered_by)
        return self.state.objections.one(objection.id or 0)

    def undo_corrections(self, correction_ids: Sequence[int], who: str = LOCAL) -> None:
        """Take corrections back; the figures are what they were before."""
        self.ledger.move("undo", {"corrections": list(correction_ids)}, who)

    # -- spellings ---------------------------------------------------------------------------------

    def alike(
        self, rows: Mapping[str, int] | None = None, names: Mapping[str, str] | None = None
    ) -> list[Alike]:
        """Spellings that may be one agent and are not merged yet; `rows` and `names` are of a file
        that is not loaded yet."""
        return beside.look_alike(self.warehouse, self.state.aliases(), rows, names)

    # -- reading a file ----------------------------------------------------------------------------

    @contextmanager
    def members(self, path: Path, work: Work | None = None) -> Iterator[list[Path]]:
        """The files inside an archive, as long as the block runs; the file itself when it is
        none."""
        with self.ledger.scratch(path) as copy:
            members = reading.members(copy, work)
            yield [path] if members == [copy] else members

    def look(
        self, path: Path, layout: Mapping[str, Any] | None = None, work: Work | None = None
    ) -> Look:
        """What a file holds, with the recipe confirmed earlier for the same headers, if any."""
        with self.ledger.scratch(path) as copy:
            look = reading.look(copy, layout, work)
        sheets = (
            replace(sheet, recipe=self.state.recipe(headers_key(sheet.headers)))
            for sheet in look.sheets
        )
        return replace(look, sheets=tuple(sheets))

    def recipes_for(self, path: Path, kind: str | None = None) -> list[Recipe]:
        """The recipes that a file needs nobody to confirm, one for every group of alike sheets;
        else refused."""
        return recipes_of(self.look(path).sheets, path.name, kind)

    def recipe_for(self, path: Path, kind: str | None = None) -> Recipe:
        """The first of them."""
        return self.recipes_for(path, kind)[0]

    def reading(
        self, path: Path, recipe: Recipe, work: Work | None = None
    ) -> AbstractContextManager[reading.Reading]:
        """A file read by a recipe, its clean records valid inside the block; nothing is stored."""
        return self.ledger.reading(path, recipe, work)

    def corrections(
        self, path: Path, recipe: Recipe, language: str, work: Work | None = None
    ) -> bytes:
        """A copy of the user's file, as XLSX, with every cell that a load by this recipe would
        refuse marked."""
        with self.ledger.scratch(path) as copy:
            return reading.correct(copy, recipe, self.settings.month_begins, language, work)

    # -- loads in and out --------------------------------------------------------------------------

    def preview(
        self,
        path: Path,
        recipe: Recipe,
        work: Work | None = None,
        as_of: dt.date | None = None,
    ) -> Preview:
        """What a load would find and ask, and the spellings that may be one agent; as of a day also
        what there would be to see."""
        with self.reading(path, recipe, work) as read:
            asked = beside.questions_beside(self.warehouse, read, recipe, dt.date.today())
            return Preview(
                read.understood,
                (*read.questions, *asked),
                read.issues(recipe, path.name),
                tuple(self.alike(*beside.agents_of(read))),
                None if as_of is None else self.ledger.foretold(path, recipe, read, as_of),
            )

    def load(
        self,
        path: Path,
        recipe: Recipe,
        *,
        as_of: dt.date | None = None,
        on_issues: str = "refuse",
        work: Work | None = None,
    ) -> Receipt:
        """Load a file: all of it, the good rows (`on_issues="skip"`), or nothing; one transaction,
        its original kept."""
        return self.ledger.load([(path, recipe)], How(as_of, on_issues), work)[0]

    def load_all(
        self,
        named: Sequence[tuple[Path, Recipe]],
        how: How,
        work: Work | None = None,
        who: str = LOCAL,
    ) -> list[Receipt]:
        """Load several files or, when one of them is refused, none."""
        return self.ledger.load(named, how, work, who)

    def receipts(self) -> list[Receipt]:
        """The receipts of every load, oldest first, whoever made it and whether or not anybody was
        there to read it."""
        return [
            receipt_from(plain)
            for outcome in self.state.journal.outcomes("load")
            for plain in outcome
        ]

    def withdraw(self, *load_ids: int, who: str = LOCAL) -> None:
        """Take loads out again; their originals stay."""
        self.ledger.withdraw(load_ids, who)

    def rebuild(self, who: str = LOCAL) -> int:
        """Make the warehouse again from the originals and the notes of their loads; returns how
        many loads."""
        return self.ledger.rebuild(who)
