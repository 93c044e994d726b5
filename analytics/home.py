"""A home folder: the warehouse, the state store and the originals of one company; owned by one process at a time."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import filelock
import pandas as pd

from analytics import files
from analytics.catalogue import Catalogue, catalogue, default_scheme, preset_schemes, with_version
from analytics.errors import FileRefused, HomeBusy, IssuesFound, RecipeRefused, RequestRefused
from analytics.evaluation import Measured, measure
from analytics.intake import reading
from analytics.intake.fields import words
from analytics.intake.recipe import Recipe, headers_key, recipe_from
from analytics.intake.spellings import Alike, alike
from analytics.model import Change, Filters, Issue, Receipt, Settings, WeightScheme
from analytics.people import LOCAL, in_force
from analytics.state.store import Store
from analytics.warehouse import records
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.evidence import records_of
from analytics.work import Work

MOST_NAMED = 10  # ids named in a note; all of them are in the list of who is without a partner
DEFAULT = Path(__file__).resolve().parent.parent / "home"


def default_home() -> Path:
    """RENEWAL_HOME, else a folder inside the project."""
    return Path(os.environ.get("RENEWAL_HOME") or DEFAULT)


class Home:
    """Everything one company has: loads go in and out here, and both front ends ask here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._catalogues: dict[int, Catalogue] = {}  # by version of the standards
        try:
            for name in ("originals", "loads"):
                files.make_folder(folder / name)
        except OSError as error:
            raise HomeBusy("home_unwritable", home=folder.name) from error
        self._lock = filelock.FileLock(folder / "lock", thread_local=False)  # opened by one thread, closed by another
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise HomeBusy("home_busy", home=folder.name) from error
        except OSError as error:
            raise HomeBusy("home_unwritable", home=folder.name) from error
        try:
            self.warehouse = Warehouse(folder / "warehouse.duckdb")
            url = os.environ.get("RENEWAL_STATE_URL") or f"sqlite:///{(folder / 'state.sqlite').as_posix()}"
            self.state = Store(url, folder / "audit.head")
            self._settle()
            records.apply_settings(self.warehouse, self.settings)
            records.apply_aliases(self.warehouse, self.state.aliases(), self.settings)
            self.apply_corrections()
        except duckdb.Error as error:
            self._lock.release()
            raise HomeBusy("warehouse_damaged", home=folder.name) from error
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        self.warehouse.close()
        self.state.close()
        self._lock.release()

    @property
    def settings(self) -> Settings:
        return self.state.settings()

    def catalogue(self, month: dt.date | None = None) -> Catalogue:
        """The indicators and standards in force in a month (today's when none is given)."""
        version = in_force(self.state.standards(), month or dt.date.today())
        key = version.version if version else 0
        if key not in self._catalogues:
            self._catalogues[key] = with_version(version) if version else catalogue()
        return self._catalogues[key]

    def scheme(self, month: dt.date | None = None) -> WeightScheme:
        """The weight scheme in force in a month (today's when none is given): before the first adoption the balanced one."""
        adoption = in_force(self.state.schemes.adoptions(), month or dt.date.today())
        if adoption is None:
            return default_scheme()
        return self.scheme_named(adoption.name, adoption.version) or default_scheme()

    def scheme_named(self, name: str, version: int | None = None) -> WeightScheme | None:
        """A preset, or a version (the latest) of a saved scheme; None where there is none."""
        if name in preset_schemes():
            return preset_schemes()[name] if version in (None, 1) else None
        saved = [one for one in self.state.schemes.all(every_version=True) if one.name == name]
        return next((one for one in reversed(saved) if version in (None, one.version)), None)

    def records_of(self, agent_id: str, kinds: Sequence[str], filters: Filters) -> dict[str, pd.DataFrame]:
        """One agent's records of a period by kind, as they count now."""
        return records_of(self.warehouse, agent_id, kinds, filters)

    def measure(self, filters: Filters, instead: Warehouse | None = None) -> Measured:
        """Values and points of a period under the rules, and the standards in force at its end; `instead` may be a sandbox."""
        return measure(instead or self.warehouse, self.settings, filters, self.catalogue(filters.period.last))

    def measure_with(self, filters: Filters, known: Catalogue) -> Measured:
        """The same period under other standards."""
        return measure(self.warehouse, self.settings, filters, known)

    def apply_corrections(self) -> None:
        """Bring the figures under the corrections in force."""
        records.apply_corrections(self.warehouse, self.state.objections.corrections(), self.settings)

    def secret(self) -> str:
        """A random word of this home that makes digests of names unreadable."""
        path = self.folder / "secret"
        if not path.exists():
            files.write_durably(path, secrets.token_hex(32).encode())
        return path.read_text(encoding="ascii")

    def change_settings(self, changes: Mapping[str, Any], who: str = LOCAL) -> None:
        """Save rules, all of these or none, and bring every figure under them."""
        self.state.save_settings(changes, who)
        records.apply_settings(self.warehouse, self.settings)

    # -- who is who ------------------------------------------------------------------------------------------------

    def merge_agents(self, spellings: Sequence[str], agent_id: str, who: str = LOCAL) -> None:
        """Have several spellings stand for one agent; the records keep what they say, so that `split_agents` undoes it."""
        known = set(self.warehouse.ask("spellings")["agent_id"])
        for one in (*spellings, agent_id):
            if one not in known:
                raise RequestRefused("spelling_unknown", name=one)
        self.state.merge_agents(spellings, agent_id, who)
        records.apply_aliases(self.warehouse, self.state.aliases(), self.settings)

    def split_agents(self, spellings: Sequence[str], who: str = LOCAL) -> None:
        """Undo merges."""
        merged = self.state.aliases()
        for one in spellings:
            if one not in merged:
                raise RequestRefused("spelling_not_merged", name=one)
        self.state.split_agents(spellings, who)
        records.apply_aliases(self.warehouse, self.state.aliases(), self.settings)

    def alike(self, rows: Mapping[str, int] | None = None) -> list[Alike]:
        """Spellings that may be one agent and are not merged yet; `rows` are those of a file that is not loaded yet."""
        stored = self.warehouse.ask("spellings")
        merged = self.state.aliases()
        counts = dict(zip(stored["agent_id"], (int(count) for count in stored["rows"]), strict=True))
        known = {one for one, kinds in zip(stored["agent_id"], stored["kinds"], strict=True) if "agents" in kinds}
        if rows is not None:
            known |= set(counts)  # whoever is there already is merged into, not away
        for one, count in (rows or {}).items():
            counts[one] = counts.get(one, 0) + count
        counts = {one: count for one, count in counts.items() if one not in merged}
        return [one for one in alike(counts, known) if rows is None or one.spelling in rows or one.agent_id in rows]

    # -- reading a file ------------------------------------------------------------------------------------------

    @contextmanager
    def members(self, path: Path, work: Work | None = None) -> Iterator[list[Path]]:
        """The files inside an archive, as long as the block runs; the file itself when it is none."""
        with self._scratch(path) as copy:
            found = reading.members(copy, work)
            yield [path] if found == [copy] else found

    def look(self, path: Path, layout: Mapping[str, Any] | None = None, work: Work | None = None) -> dict[str, Any]:
        """What a file holds, with the recipe confirmed earlier for the same headers, if any."""
        with self._scratch(path) as copy:
            found = dict(reading.look(copy, layout, work))
        for sheet in found["sheets"]:
            sheet["recipe"] = self.state.recipe(headers_key(sheet["headers"]))
        return found

    def recipe_for(self, path: Path, kind: str | None = None) -> Recipe:
        """The recipe that a file needs nobody to confirm: saved for its headers, or certain from them; else refused."""
        sheets = self.look(path)["sheets"]
        for sheet in sheets:
            saved = sheet["recipe"]
            if saved and kind in (None, saved["kind"]):
                return recipe_from(saved)
        guesses = [(guess, sheet) for sheet in sheets for guess in sheet["guesses"] if kind in (None, guess["kind"])]
        for guess, sheet in guesses:
            if guess["sure"]:
                matched = {field: header for field, (header, sure) in guess["matches"].items() if sure >= 100}
                return Recipe(kind=guess["kind"], columns=matched, sheet=sheet["name"] or None)
        complete = next((guess for guess, _ in guesses if guess["complete"]), None)
        if complete:
            unsure = [f"{field} = {header}" for field, (header, sure) in complete["matches"].items() if sure < 100]
            raise RecipeRefused("recipe_needed", file=path.name, unsure=unsure)
        raise RecipeRefused("kind_unclear", file=path.name, headers=sheets[0]["headers"][:20])

    @contextmanager
    def reading(self, path: Path, recipe: Recipe, work: Work | None = None) -> Iterator[reading.Reading]:
        """A file read by a recipe, its clean records valid inside the block; nothing is stored."""
        with self._scratch(path) as copy:
            yield reading.read(copy, recipe, copy.parent, work)

    @contextmanager
    def _scratch(self, path: Path) -> Iterator[Path]:
        if not path.is_file():
            raise FileRefused("file_missing", file=path.name)
        with tempfile.TemporaryDirectory(prefix="renewal-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / path.name
            try:
                copy.symlink_to(path.resolve())
            except OSError:  # Windows, without the right to link
                shutil.copyfile(path, copy)
            yield copy

    def corrections(self, path: Path, recipe: Recipe, language: str, work: Work | None = None) -> bytes:
        """A copy of the user's file, as XLSX, with every cell that a load by this recipe would refuse marked."""
        with self._scratch(path) as copy:
            return reading.correct(copy, recipe, copy.parent, language, work)

    # -- loads in and out ------------------------------------------------------------------------------------------

    def preview(
        self, path: Path, recipe: Recipe, work: Work | None = None
    ) -> tuple[Mapping[str, Any], tuple[Issue, ...]]:
        """The counts and issues that a load would have, and in `alike` the spellings that may be one agent."""
        with self.reading(path, recipe, work) as read:
            named = (read.records if read.facts is None else read.facts).column("agent_id").value_counts()
            rows = dict(zip(named.field("values").to_pylist(), named.field("counts").to_pylist(), strict=True))
            return {**read.answer, "alike": self.alike(rows)}, read.issues(recipe, path.name)

    def load(
        self,
        path: Path,
        recipe: Recipe,
        *,
        as_of: dt.date | None = None,
        on_issues: str = "refuse",
        sample: bool = False,
        work: Work | None = None,
        who: str = LOCAL,
    ) -> Receipt:
        """Load a file: all of it, the good rows (`on_issues="skip"`), or nothing; one transaction, its original kept."""
        work = work or Work()
        sha = _sha256(path)
        known = self._already(sha, recipe, as_of)
        if known is not None:
            self._keep_original(path, sha)
            return known
        work.enter("reading")
        with self.reading(path, recipe, work) as read:
            issues = read.issues(recipe, path.name)
            answer = read.answer
            if issues and on_issues == "refuse":
                raise IssuesFound(
                    "issues_found", file=path.name, count=answer["issue_count"] + answer["ragged"], issues=issues
                )
            if answer["loaded"] == 0:
                raise FileRefused("nothing_to_load", file=path.name, rows=answer["rows"])
            load = records.Load(
                kind=recipe.kind, file=path.name, sha256=sha, recipe=recipe.plain(), as_of=as_of or dt.date.today(),
                records=read.records, facts=read.facts, row_count=answer["rows"], loaded=answer["loaded"],
                rejected=answer["rejected"], loaded_at=dt.datetime.now().replace(microsecond=0), sample=sample,
            )  # fmt: skip
            work.enter("storing")
            done = self._store(load, path, work)
        self.state.note_down(
            who, "load", f"{done.load_id} {path.name}", {"sha256": sha, "kind": recipe.kind, "loaded": answer["loaded"]}
        )
        shape = self.warehouse.ask("load_shape", load_id=done.load_id)
        counted = (("undated_open", done.undated), ("stale_open", done.stale))
        notes = [*((key, {"count": count}) for key, count in counted if count), *reading_notes(answer, recipe)]
        return Receipt(
            load=done.load_id, kind=recipe.kind, file=path.name, rows=answer["rows"], loaded=answer["loaded"],
            rejected=answer["rejected"], replaced=done.replaced, agents=int(shape["agents"].iloc[0]), months=self._months(done.load_id),
            issues=issues, notes=(*notes, *self._unmatched_notes(recipe.kind)), skipped=answer["skipped"],
            changes=tuple(
                Change(str(one), str(measure), *(None if value != value else float(value) for value in (before, after)))
                for one, measure, before, after in done.changes.itertuples(index=False)
            ),
        )  # fmt: skip

    def _unmatched_notes(self, kind: str) -> list[tuple[str, Mapping[str, object]]]:
        """Who is without a partner on the other side of a join that this kind of record takes part in."""
        frame = self.warehouse.ask("unmatched")
        of_kind = frame["kind"] == kind if kind != "agents" else frame["side"] == "records_only"
        concerned = frame[of_kind | ((frame["side"] == "roster_only") & (kind in ("agents", "policies", "scoresheet")))]
        notes: list[tuple[str, Mapping[str, object]]] = []
        for side, group in concerned.groupby("side", sort=False):
            ids = sorted(set(group["id"]))
            more = "…" if len(ids) > MOST_NAMED else ""
            notes.append((f"unmatched_{side}", {"count": len(ids), "ids": ", ".join(ids[:MOST_NAMED]) + more}))
        return notes

    def _store(self, load: records.Load, path: Path, work: Work) -> records.Stored:
        """Original first, then the load's note as pending, then the transaction, then the note: a crash between leaves
        either nothing to see or a pending note that the next start settles."""
        self._keep_original(path, load.sha256)
        load_id = load.load_id or self._next_load()
        pending = self.folder / "loads" / f"{load_id:06d}.pending"
        note = {
            "load": load_id, "kind": load.kind, "file": load.file, "sha256": load.sha256, "recipe": load.recipe,
            "as_of": load.as_of, "loaded_at": load.loaded_at, "sample": load.sample,
        }  # fmt: skip
        files.write_durably(pending, json.dumps(note, ensure_ascii=False, indent=1, default=str).encode())
        try:
            done = records.store(self.warehouse, replace(load, load_id=load_id), self.settings, _word_lists(), work)
        except BaseException:
            files.remove_durably(pending)
            raise
        files.move_durably(pending, pending.with_suffix(".json"))
        return done

    def _keep_original(self, path: Path, sha: str) -> bool:
        """Have the bytes of a file among the originals, on the disk; whether they were not, or not whole."""
        original = self.folder / "originals" / sha
        if original.is_file() and files.sha256_of(original) == sha:
            return False
        files.copy_durably(path, original)
        return True

    def _next_load(self) -> int:
        known = [int(path.stem) for path in (self.folder / "loads").iterdir() if path.stem.isdigit()]
        return max(known, default=0) + 1

    def _already(self, sha: str, recipe: Recipe, as_of: dt.date | None) -> Receipt | None:
        """The receipt of the same bytes read the same way; refused when they are there, but read another way."""
        loads = self.warehouse.ask("loads")
        same = loads[(loads["sha256"] == sha) & (loads["kind"] == recipe.kind)]
        if same.empty:
            return None
        row = same.iloc[-1]
        if json.loads(row["recipe"]) != json.loads(json.dumps(recipe.plain(), default=str)) or (
            as_of is not None and as_of != row["as_of"].date()
        ):
            raise RequestRefused("loaded_differently", file=row["file"], load=int(row["load_id"]))
        shape = self.warehouse.ask("load_shape", load_id=int(row["load_id"]))
        return Receipt(
            load=int(row["load_id"]), kind=str(row["kind"]), file=str(row["file"]), rows=int(row["row_count"]),
            loaded=int(row["loaded"]), rejected=int(row["rejected"]), replaced=int(row["replaced"]),
            agents=int(shape["agents"].iloc[0]), months=self._months(int(row["load_id"])), already=True,
            notes=(("already_loaded", {"load": int(row["load_id"]), "date": f"{row['loaded_at']:%Y-%m-%d %H:%M}"}),),
        )  # fmt: skip

    def _months(self, load_id: int) -> tuple[str, ...]:
        return tuple(self.warehouse.ask("months_of_load", load_id=load_id)["month"])

    def load_all(
        self,
        files: Sequence[tuple[Path, Recipe]],
        *,
        as_of: dt.date | None,
        on_issues: str,
        work: Work | None = None,
        who: str = LOCAL,
    ) -> list[Receipt]:
        """Load several files or, when one of them is refused, none."""
        receipts: list[Receipt] = []
        try:
            for path, recipe in files:
                receipts.append(self.load(path, recipe, as_of=as_of, on_issues=on_issues, work=work, who=who))
        except BaseException:
            self.withdraw(*(receipt.load for receipt in receipts if not receipt.already), who=who)
            raise
        return receipts

    def withdraw(self, *load_ids: int, who: str = LOCAL) -> None:
        """Take loads out again; their originals stay."""
        known = set(self.warehouse.ask("loads")["load_id"])
        for load_id in load_ids:
            if load_id not in known:
                raise RequestRefused("load_unknown", load=load_id)
        records.withdraw(self.warehouse, load_ids, self.settings)
        for load_id in load_ids:
            self.state.note_down(who, "load.withdraw", str(load_id))
        for load_id in load_ids:
            note = self.folder / "loads" / f"{load_id:06d}.json"
            if note.exists():
                note.replace(note.with_suffix(".withdrawn"))

    def rebuild(self) -> int:
        """Make the warehouse again from the originals and the notes of their loads; returns how many loads."""
        notes = sorted((self.folder / "loads").glob("*.json"))
        fresh = Home.__new__(Home)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="rebuild-", ignore_cleanup_errors=True) as folder:
            fresh.folder, fresh.state, fresh._catalogues = self.folder, self.state, {}
            fresh.warehouse = Warehouse(Path(folder) / "warehouse.duckdb")
            records.apply_settings(fresh.warehouse, self.settings)
            records.apply_aliases(fresh.warehouse, self.state.aliases(), self.settings)
            records.apply_corrections(fresh.warehouse, self.state.objections.corrections(), self.settings)
            for path in notes:
                note = json.loads(path.read_text(encoding="utf-8"))
                fresh._load_again(note)
            version = self.warehouse.data_version
            with fresh.warehouse.write() as cursor:
                cursor.execute("update meta set data_version = $1", [version + 1])
            fresh.warehouse.close()
            self.warehouse.close()
            for name in ("warehouse.duckdb.wal", "warehouse.duckdb"):
                (self.folder / name).unlink(missing_ok=True)
            (Path(folder) / "warehouse.duckdb").replace(self.folder / "warehouse.duckdb")
            self.warehouse = Warehouse(self.folder / "warehouse.duckdb")
        return len(notes)

    def _load_again(self, note: Mapping[str, Any]) -> None:
        recipe = recipe_from(note["recipe"])
        original = self.folder / "originals" / note["sha256"]
        if not original.exists():
            raise FileRefused("original_missing", file=note["file"])
        with tempfile.TemporaryDirectory(prefix="renewal-") as folder:
            named = Path(folder) / note["file"]
            shutil.copyfile(original, named)
            with self.reading(named, recipe) as read:
                load = records.Load(
                    kind=recipe.kind, file=note["file"], sha256=note["sha256"], recipe=recipe.plain(),
                    as_of=dt.date.fromisoformat(note["as_of"]), records=read.records, facts=read.facts,
                    row_count=read.answer["rows"], loaded=read.answer["loaded"], rejected=read.answer["rejected"],
                    loaded_at=dt.datetime.fromisoformat(note["loaded_at"]), sample=note["sample"], load_id=note["load"],
                )  # fmt: skip
                records.store(self.warehouse, load, self.settings, _word_lists())

    def _settle(self) -> None:
        """Decide notes left pending by a crash: stored loads keep theirs, the others lose it."""
        known = set(self.warehouse.ask("loads")["load_id"])
        for pending in (self.folder / "loads").glob("*.pending"):
            if int(pending.stem) in known:
                pending.replace(pending.with_suffix(".json"))
            else:
                pending.unlink()


def reading_notes(answer: Mapping[str, Any], recipe: Recipe) -> list[tuple[str, Mapping[str, object]]]:
    """What was done with a file beside reading its cells: what was left out, what a number was taken for."""
    seen = answer["seen"]
    notes: list[tuple[str, Mapping[str, object]]] = [
        (f"left_{reason}", {"count": count, "rows": ", ".join(map(str, rows)) + ("…" if count > len(rows) else "")})
        for reason, (count, rows) in answer["left"].items()
    ]
    counted = {
        "rows_hidden": answer["hidden_rows"],
        "errors_empty": answer["errors"],
        "words_empty": answer["empty_words"],
    }
    notes += [(key, {"count": count}) for key, count in counted.items() if count]
    named = {"sheets_hidden": ("sheets", seen.get("hidden", [])), "sheets_unread": ("sheets", answer["unread"])}
    for key, group in (("rates_as_percent", "percents"), ("units_scaled", "units"), ("rates_weighted", "weighted")):
        named[key] = ("columns", [recipe.columns.get(name, name) for name in answer[group]])
    notes += [(key, {fact: ", ".join(names)}) for key, (fact, names) in named.items() if names]
    for sheet, column in answer["beside"].items():
        notes.append(("table_beside", {"sheet": f" [{sheet}]" if sheet else "", "column": column}))
    if "date_system" in seen and "date_system" not in recipe.options:
        notes.append(("dates_1904", {}))
    return notes


def _word_lists() -> dict[str, Any]:
    items = [(word, item) for item, known in words("item").items() for word in (*known, item)]
    return {
        "no_exclusion": words("exclusion_none")["none"],
        "item_words": [word for word, _ in items],
        "item_ids": [item for _, item in items],
    }


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise FileRefused("file_missing", file=path.name)
    return files.sha256_of(path)
