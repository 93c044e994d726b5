"""The ledger: originals, notes of loads, the settlement of what a crash left half done, and the
rebuild from them.

An operation on a home is written into the state store's journal first, then done to the folder and
the warehouse, and settled by one change of the state store that holds its lines of the audit. After
a crash the warehouse tells how far it got.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analytics import files, receipts
from analytics.beside import questions_beside, sums_of
from analytics.errors import FileRefused, IssuesFound, QuestionsOpen, RenewalError, RequestRefused
from analytics.foretold import foretold
from analytics.intake import reading
from analytics.intake.fields import words
from analytics.intake.questions import Question
from analytics.intake.reading import Reading
from analytics.intake.recipe import Recipe, recipe_from
from analytics.intake.understood import Foretold
from analytics.language import LANGUAGES, say
from analytics.model import Issue, Receipt
from analytics.people import LOCAL, Finding
from analytics.state import past
from analytics.state.journal import Operation
from analytics.state.moves import MOVES
from analytics.state.store import Store
from analytics.warehouse import records
from analytics.warehouse.connection import Warehouse
from analytics.work import Work

FACTS = (
    "load",
    "kind",
    "file",
    "sha256",
    "recipe",
    "as_of",
    "loaded_at",
    "sample",
)  # of a note, all of them needed
# Asked only where bad rows are left out: they may be all that was lost.
OF_SKIPPING = ("blank.outcome", "left_rows")
Notes = dict[int, Mapping[str, Any]]


@dataclass(frozen=True)
class How:
    """How files are loaded: as of when they speak, what bad cells mean, and whether they are sample
    data."""

    as_of: dt.date | None = None
    on_issues: str = "refuse"
    sample: bool = False


@dataclass(frozen=True)
class _Named:
    """A file that is to be loaded, and the recipe to read it by."""

    path: Path
    recipe: Recipe
    sha: str


@dataclass(frozen=True)
class _Read:
    """A file that was read and may be stored."""

    path: Path
    recipe: Recipe
    load: records.Load
    read: reading.Reading
    issues: tuple[Issue, ...]

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        return self.load.sha256, self.load.kind, self.recipe.sheets


class Ledger:
    """Loads of a home in and out; owned by one process, like the folder that it is about."""

    def __init__(self, folder: Path, warehouse: Warehouse, state: Store) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.state = state
        self.unsettled = (
            False  # an operation neither done nor undone: the home should be opened anew
        )
        self._originals = folder / "originals"
        self._loads = folder / "loads"

    @contextmanager
    def reading(
        self, path: Path, recipe: Recipe, work: Work | None = None
    ) -> Iterator[reading.Reading]:
        """A file read by a recipe, its clean records valid inside the block; nothing is stored."""
        with self.scratch(path) as copy:
            yield reading.read(copy, recipe, copy.parent, self.state.settings().month_begins, work)

    @contextmanager
    def scratch(self, path: Path, name: str | None = None) -> Iterator[Path]:
        """The file under its name in a folder of its own, to which a process may write beside
        it."""
        if not path.is_file():
            raise FileRefused("file_missing", file=path.name)
        with files.telling(), files.scratch(self.folder / "scratch", "reading") as folder:
            yield files.stand_in(path, folder / (name or path.name))

    # -- loads in ----------------------------------------------------------------------------------

    def load(
        self,
        named: Sequence[tuple[Path, Recipe]],
        how: How,
        work: Work | None = None,
        who: str = LOCAL,
    ) -> list[Receipt]:
        """Load files, all of them or none, in one transaction; a receipt each, also of those that
        were there already."""
        work = work or Work()
        with files.telling(), ExitStack() as stack:
            slots: list[_Read | Receipt] = []
            together = self._read_together(named, how, work, stack) if how.sample else {}
            for path, recipe in named:
                sha = _sha256(path)
                stored = self._stored(sha, recipe, how.as_of)
                if stored is not None:
                    self.mend(path, stored)
                    slots.append(receipts.receipt_again(self.warehouse, stored))
                    continue
                work.enter("reading")
                read = together.get(path) or stack.enter_context(self.reading(path, recipe, work))
                beside = questions_beside(
                    self.warehouse, read, recipe, how.as_of or dt.date.today()
                )
                slots.append(_checked(_Named(path, recipe, sha), read, how, beside))
            work.enter("storing")
            with self.warehouse.exclusively():
                return self._together(slots, how, work, who)

    def _read_together(
        self, named: Sequence[tuple[Path, Recipe]], how: How, work: Work, stack: ExitStack
    ) -> dict[Path, Reading]:
        """What the files of the sample hold that are not loaded yet."""
        work.enter("reading")
        new = [
            (path, recipe)
            for path, recipe in named
            if self._stored(_sha256(path), recipe, how.as_of) is None
        ]
        copies = [(stack.enter_context(self.scratch(path)), recipe) for path, recipe in new]
        begins = self.state.settings().month_begins
        reads = reading.read_together(copies, begins, work)
        return {path: read for (path, _), read in zip(new, reads, strict=True)}

    def foretold(
        self, path: Path, recipe: Recipe, read: Reading, as_of: dt.date
    ) -> Foretold | None:
        """What a file that was read would show once it is loaded; nothing of it is stored."""
        if not read.understood.loaded:
            return None
        load = _load_of(path, "", recipe, read, How(as_of))
        return foretold(self.warehouse, load, self.state.followed(), _word_lists())

    def _together(
        self, slots: Sequence[_Read | Receipt], how: How, work: Work, who: str
    ) -> list[Receipt]:
        """Store what is new, now that nobody else writes: of one file twice, here or in another
        tab, one counts."""
        new: dict[tuple[str, str, tuple[str, ...]], _Read] = {}
        for slot in slots:
            if (
                isinstance(slot, Receipt)
                or self._stored(slot.load.sha256, slot.recipe, how.as_of) is not None
            ):
                continue
            if slot.read.begins != self.state.settings().month_begins:
                raise RequestRefused("months_changed_meanwhile", file=slot.load.file)
            twin = new.setdefault(slot.key, slot)
            if twin.recipe.plain() != slot.recipe.plain():
                raise RequestRefused(
                    "loaded_differently", file=slot.load.file, load=self._next() + len(new) - 1
                )
        done = (
            dict(zip(new, self._store(list(new.values()), work, who), strict=True)) if new else {}
        )
        out: list[Receipt] = []
        for slot in slots:
            if isinstance(slot, Receipt):
                out.append(slot)
            elif new.get(slot.key) is slot:
                out.append(done[slot.key])
            else:
                stored = self._stored(slot.load.sha256, slot.recipe, how.as_of)
                out.append(receipts.receipt_again(self.warehouse, stored or done[slot.key].load))
        return out

    def _store(self, new: Sequence[_Read], work: Work, who: str) -> list[Receipt]:
        first = self._next()
        loads = [replace(read.load, load_id=first + position) for position, read in enumerate(new)]
        notes = [note_of(load) for load in loads]
        plan = {"notes": notes, "loaded": [load.loaded for load in loads]}
        operation = self.state.journal.begin("load", plan, who)
        with self._settling(operation):
            for read in new:
                self._keep(read.path, read.load.sha256)
            for note in notes:
                files.write_durably(self._note(note["load"], "pending"), _text(note))
            settings, lists = self.state.settings(), _word_lists()
            before = {read.recipe.kind: sums_of(self.warehouse, read.recipe.kind) for read in new}
            with self.warehouse.write(operation.id) as cursor, work.stopping(cursor.interrupt):
                stored = [records.store(cursor, load, settings, lists) for load in loads]
            made = [
                receipts.receipt_of(self.warehouse, done, read, before[read.recipe.kind])
                for done, read in zip(stored, new, strict=True)
            ]
            self._done(operation, receipts.kept(made))
        return made

    def _stored(self, sha: str, recipe: Recipe, as_of: dt.date | None) -> int | None:
        """The load of the same bytes read the same way; refused when they are there, but read
        another way."""
        loads = self.warehouse.ask("loads")
        same = loads[(loads["sha256"] == sha) & (loads["kind"] == recipe.kind)]
        same = same[
            [recipe_from(json.loads(kept)).sheets == recipe.sheets for kept in same["recipe"]]
        ]
        if same.empty:
            return None
        row = same.iloc[-1]
        if json.loads(row["recipe"]) != json.loads(json.dumps(recipe.plain(), default=str)) or (
            as_of is not None and as_of != row["as_of"].date()
        ):
            raise RequestRefused("loaded_differently", file=row["file"], load=int(row["load_id"]))
        return int(row["load_id"])

    def mend(self, path: Path, load_id: int) -> None:
        """Have the original and the note of a load whole again, where they are not: the user's own
        file brings them back."""
        row = self.stored_notes()[load_id]
        self._keep(path, row["sha256"])
        try:
            whole = _parsed(self._note(load_id)) == row
        except (OSError, ValueError):
            whole = False
        if not whole:
            files.write_durably(self._note(load_id), _text(row))

    def _keep(self, path: Path, sha: str) -> None:
        """Have the bytes of a file among the originals, on the disk; one that is there is trusted
        by its digest alone."""
        original = self._originals / sha
        if not original.is_file() or files.sha256_of(original) != sha:
            files.copy_durably(path, original)
        if (
            files.sha256_of(original) != sha
        ):  # the user's file was another one by the time it was copied
            files.remove_durably(original)
            raise FileRefused("file_changing", file=path.name)

    def _next(self) -> int:
        audited = self.state.journal.audited()
        numbers = [int(path.stem) for path in self._loads.iterdir() if path.stem.isdigit()]
        return (
            max([*numbers, *self.stored_notes(), *audited.standing, *audited.gone], default=0) + 1
        )

    # -- loads out ---------------------------------------------------------------------------------

    def withdraw(self, load_ids: Sequence[int], who: str = LOCAL) -> None:
        """Take loads out again, all of them or none; their originals stay. With the last one of the
        sample goes its past."""
        with files.telling(), self.warehouse.exclusively():
            stored = self.stored_notes()
            for load_id in load_ids:
                if load_id not in stored:
                    raise RequestRefused("load_unknown", load=load_id)
            if not load_ids:
                return
            left = [row for load_id, row in stored.items() if load_id not in load_ids]
            last = self.state.past.there() and not any(row["sample"] for row in left)
            plan = {"loads": list(load_ids), "past": last}
            operation = self.state.journal.begin("withdraw", plan, who)
            with self._settling(operation):
                with self.warehouse.write(operation.id) as cursor:
                    records.withdraw(cursor, load_ids, self.state.settings())
                self._done(operation)
            if last:
                self.follow()

    # -- what moves figures without a load ---------------------------------------------------------

    def move(self, kind: str, plan: Mapping[str, Any], who: str = LOCAL) -> None:
        """Change rules, merges or corrections (one of `MOVES`) and the figures with them, wholly or
        not at all."""
        with files.telling(), self.warehouse.exclusively():
            wanted = self.state.foreseen(kind, plan, who)
            operation = self.state.journal.begin(kind, plan, who)
            with self._settling(operation):
                with self.warehouse.write(operation.id) as cursor:
                    records.follow(cursor, wanted)
                self._done(operation)

    def follow(self) -> None:
        """Bring the figures under the rules, merges and corrections that people wrote: the state
        store has the truth of them."""
        with self.warehouse.exclusively():
            wanted = self.state.followed()
            with self.warehouse.cursor() as cursor:
                follows = records.follows(cursor, wanted)
            if not follows:
                with self.warehouse.write() as cursor:
                    records.follow(cursor, wanted)

    # -- settling ----------------------------------------------------------------------------------

    @contextmanager
    def _settling(self, operation: Operation) -> Iterator[None]:
        """Whatever goes wrong inside, the operation is wholly done or wholly undone afterwards;
        else the next start sees to it."""
        try:
            yield
        except BaseException:
            try:
                self._settle(operation)
            except (RenewalError, OSError):
                self.unsettled = True
            raise

    def settle(self) -> None:
        """Finish, or take back, what a crash left."""
        for operation in self.state.journal.open():
            self._settle(operation)
        stored = self.stored_notes()
        for pending in self._loads.glob("*.pending"):
            if pending.stem.isdigit() and int(pending.stem) in stored:
                files.move_durably(pending, pending.with_suffix(".json"))
            else:
                files.remove_durably(pending)

    def _settle(self, operation: Operation) -> None:
        if self.warehouse.operation >= operation.id:
            try:
                self._done(operation)
            except RequestRefused:
                if operation.kind not in MOVES:
                    raise
                self.state.journal.undo(operation)  # what people wrote meanwhile stands against it
                self.follow()
            return
        for note in operation.plan.get("notes", ()):
            files.remove_durably(self._note(note["load"], "pending"))
        self.state.journal.undo(operation)

    def _done(self, operation: Operation, outcome: Any = None) -> None:
        """The warehouse has it: now the folder, and last the journal with the lines of the
        audit."""
        plan = operation.plan
        lines: list[tuple[str, str, Any]] = []
        for note, loaded in zip(plan.get("notes", ()), plan.get("loaded", ()), strict=True):
            pending = self._note(note["load"], "pending")
            if pending.exists():
                files.move_durably(pending, self._note(note["load"]))
            elif not self._note(note["load"]).exists():
                files.write_durably(self._note(note["load"]), _text(note))
            after = {
                "sha256": note["sha256"],
                "kind": note["kind"],
                "loaded": loaded,
                "note": digest(note),
            }
            lines.append(("load", f"{note['load']} {note['file']}", after))
        if operation.kind == "withdraw":
            for load_id in plan["loads"]:
                if self._note(load_id).exists():
                    files.move_durably(self._note(load_id), self._note(load_id, "withdrawn"))
                lines.append(("load.withdraw", str(load_id), None))
        if operation.kind == "rebuild":
            lines.append(("rebuild", str(len(plan["loads"])), {"why": plan["why"]}))
        if operation.kind in MOVES:
            self.state.journal.finish(
                operation, lines, act=lambda change: MOVES[operation.kind](change, plan)
            )
            return
        if plan.get("past"):
            self.state.journal.finish(operation, lines, outcome, past.remove)
            return
        self.state.journal.finish(operation, lines, outcome)

    # -- what is there against what should be ------------------------------------------------------

    def stored_notes(self) -> Notes:
        """The notes that the loads in the warehouse have, or ought to have."""
        rows = self.warehouse.ask("loads").to_dict("records")
        return {
            int(row["load_id"]): {
                "load": int(row["load_id"]),
                "kind": row["kind"],
                "file": row["file"],
                "sha256": row["sha256"],
                "recipe": json.loads(row["recipe"]),
                "as_of": f"{row['as_of']:%Y-%m-%d}",
                "loaded_at": f"{row['loaded_at']:%Y-%m-%d %H:%M:%S}",
                "sample": bool(row["sample"]),
            }
            for row in rows
        }

    def notes(self) -> tuple[Notes, list[int]]:
        """The notes of loads by number, and the numbers of those that cannot be read."""
        whole: Notes = {}
        damaged: list[int] = []
        for path in sorted(self._loads.glob("*.json")):
            if not path.stem.isdigit():
                continue
            try:
                whole[int(path.stem)] = _parsed(path)
            except (OSError, ValueError):
                damaged.append(int(path.stem))
        return whole, damaged

    def expected(self, stored: Notes | None = None) -> dict[int, str]:
        """The loads that there should be, by number, with their files: those of the audit, and what
        else is agreed upon by the notes and the warehouse (the audit of an older version lacks
        some)."""
        audited = self.state.journal.audited()
        named = {load_id: str(line["file"]) for load_id, line in audited.standing.items()}
        for load_id, note in self.notes()[0].items():
            if (
                load_id not in named
                and load_id not in audited.gone
                and (stored or {}).get(load_id) == note
            ):
                named[load_id] = str(note["file"])
        return named

    def faults(self, stored: Notes | None = None, *, deep: bool = False) -> list[Finding]:
        """Notes and originals that are not what the audit says: by their digests when `deep`, else
        those that are not there."""
        audited = self.state.journal.audited()
        notes, damaged = self.notes()
        findings: list[Finding] = []

        def tell(key: str, load_id: int, file: object) -> None:
            findings.append(Finding(key, {"load": load_id, "file": file}))

        for load_id, file in self.expected(stored).items():
            line = audited.standing.get(load_id, {})
            note = notes.get(load_id)
            if note is None:
                tell("note_damaged" if load_id in damaged else "note_missing", load_id, file)
            elif any(
                line.get(name, note[name]) != note[name] for name in ("file", "sha256", "kind")
            ) or line.get("note", digest(note)) != digest(note):
                tell("note_edited", load_id, file)
            else:
                original = self._originals / note["sha256"]
                if not original.is_file():
                    tell("original_missing", load_id, file)
                elif not original.stat().st_size or (
                    deep and files.sha256_of(original) != note["sha256"]
                ):
                    tell("original_damaged", load_id, file)
        for load_id in sorted({*notes, *damaged} - set(self.expected(stored))):
            file = notes[load_id]["file"] if load_id in notes else self._note(load_id).name
            tell("note_withdrawn" if load_id in audited.gone else "note_unknown", load_id, file)
        return findings

    def behind(self) -> bool:
        """Whether the warehouse is an earlier one than the journal and the audit speak of; figures
        follow moves without that."""
        stored = self.stored_notes()
        last = self.state.journal.last(besides=MOVES)
        return set(stored) != set(self.expected(stored)) or self.warehouse.operation < last

    # -- rebuild -----------------------------------------------------------------------------------

    def rebuild(self, who: str = LOCAL, why: str = "asked") -> int:
        """Make the warehouse again from originals and notes, once every one of them is what the
        audit says; how many loads.

        Refused with names otherwise: the warehouse that is there stays as it is.
        """
        with files.telling(), self.warehouse.exclusively():
            notes = self._verified(self.stored_notes())
            plan = {"why": why, "loads": sorted(notes)}
            operation = self.state.journal.begin("rebuild", plan, who)
            with (
                self._settling(operation),
                files.scratch(self.folder / "scratch", "rebuild") as folder,
            ):
                version = self.warehouse.data_version + 1
                self.warehouse.replace(self._built(folder, notes, version, operation.id))
                self._done(operation)
        return len(notes)

    def build(self, folder: Path, version: int) -> Path:
        """A warehouse in `folder` from what originals and notes hold, when there is none that could
        be asked."""
        return self._built(folder, self._verified({}), version, self.state.journal.last())

    def _verified(self, stored: Notes) -> Notes:
        """The notes of every load that there should be; refused, with names, when one of them or
        its original is not as it was."""
        faults = self.faults(stored, deep=True)
        if faults:
            raise RequestRefused("rebuild_refused", names=[_sentences(fault) for fault in faults])
        notes = self.notes()[0]
        lost = set(stored) - set(notes)
        if lost:
            named = [
                Finding("note_missing", {"load": load_id, "file": stored[load_id]["file"]})
                for load_id in sorted(lost)
            ]
            raise RequestRefused("rebuild_refused", names=[_sentences(fault) for fault in named])
        return notes

    def _built(self, folder: Path, notes: Notes, version: int, operation: int) -> Path:
        fresh = Warehouse.made(folder / "warehouse.duckdb")
        try:
            with fresh.write(operation) as cursor:
                records.follow(cursor, self.state.followed())
            for load_id in sorted(notes):
                self._load_again(fresh, notes[load_id], operation)
            fresh.stamp(version, operation)
        finally:
            fresh.close()
        return folder / "warehouse.duckdb"

    def _load_again(self, warehouse: Warehouse, note: Mapping[str, Any], operation: int) -> None:
        recipe = recipe_from(note["recipe"])
        with self._again(note) as path, self.reading(path, recipe) as read:
            _settled(path, read.questions)
            load = replace(
                _load_of(path, str(note["sha256"]), recipe, read, How()),
                load_id=int(note["load"]),
                as_of=dt.date.fromisoformat(str(note["as_of"])),
                sample=bool(note["sample"]),
                loaded_at=dt.datetime.fromisoformat(str(note["loaded_at"])),
            )
            with warehouse.write(operation) as cursor:
                records.store(cursor, load, self.state.settings(), _word_lists())

    def give_up(self, load_ids: Sequence[int], reason: str, who: str = LOCAL) -> None:
        """Go on without loads that cannot be had back: the audit says so from then on, and their
        notes are set aside."""
        notes = self.notes()[0]
        lines = []
        for load_id in load_ids:
            if self._note(load_id).exists():
                files.move_durably(self._note(load_id), self._note(load_id, "lost"))
            lines.append(
                (
                    "load.lost",
                    str(load_id),
                    {"file": notes.get(load_id, {}).get("file"), "reason": reason},
                )
            )
        operation = self.state.journal.begin("give_up", {"loads": list(load_ids)}, who)
        self.state.journal.finish(operation, lines)

    def agree(self, reason: str) -> None:
        """Go on with the warehouse as it is where it cannot be made again: what can be had back of
        it is, the rest is given up."""
        stored = self.stored_notes()
        lost = set(self.expected(stored)) - set(stored)
        faulty = {int(str(fault.facts["load"])) for fault in self.faults(stored, deep=True)}
        notes = self.notes()[0]
        for load_id in sorted(lost - faulty):
            self._load_again(self.warehouse, notes[load_id], self.warehouse.operation)
        self.give_up(sorted(lost & faulty), reason)
        gone = self.state.journal.audited().gone & set(stored)
        with self.warehouse.write(self.state.journal.last()) as cursor:
            records.withdraw(cursor, sorted(gone), self.state.settings())
        for load_id, note in self.stored_notes().items():
            if notes.get(load_id) != note:
                files.write_durably(self._note(load_id), _text(note))

    @contextmanager
    def _again(self, note: Mapping[str, Any]) -> Iterator[Path]:
        """An original under the name that its file had."""
        with self.scratch(
            self._originals / str(note["sha256"]), Path(str(note["file"])).name
        ) as path:
            yield path

    def _note(self, load_id: int, kind: str = "json") -> Path:
        return self._loads / f"{load_id:06d}.{kind}"


def digest(note: Mapping[str, Any]) -> str:
    """What the audit keeps of a note: any other note has another one, however it is spaced."""
    plain = {name: note.get(name) for name in FACTS}
    return hashlib.sha256(
        json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def note_of(load: records.Load) -> dict[str, Any]:
    """What has to be known of a load to make it again from its original, in plain values."""
    note = {
        "load": load.load_id,
        "kind": load.kind,
        "file": load.file,
        "sha256": load.sha256,
        "recipe": load.recipe,
        "as_of": load.as_of,
        "loaded_at": load.loaded_at,
        "sample": load.sample,
    }
    plain: dict[str, Any] = json.loads(json.dumps(note, ensure_ascii=False, default=str))
    return plain


def _text(note: Mapping[str, Any]) -> bytes:
    return json.dumps(note, ensure_ascii=False, indent=1).encode()


def _parsed(path: Path) -> Mapping[str, Any]:
    """A note from its file; ValueError where it is none."""
    note = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(note, dict) or set(FACTS) - set(note) or note["load"] != int(path.stem):
        raise ValueError(path.name)
    recipe_from(note["recipe"])
    return note


def _sentences(finding: Finding) -> Mapping[str, str]:
    return {
        language: say(f"finding.{finding.key}", language, **finding.facts) for language in LANGUAGES
    }


def _checked(named: _Named, read: reading.Reading, how: How, beside: Sequence[Question]) -> _Read:
    """Refuse a file with bad cells where the caller wants all or nothing, and one that has
    nothing."""
    path, recipe = named.path, named.recipe
    issues = read.issues(recipe, path.name)
    understood = read.understood
    if issues and how.on_issues == "refuse":
        count = understood.problem_count + understood.ragged
        raise IssuesFound(
            "issues_found", file=path.name, count=count, issues=issues, questions=read.questions
        )
    _settled(path, [*read.questions, *beside], skipping=how.on_issues == "skip")
    if understood.loaded == 0:
        raise FileRefused("nothing_to_load", file=path.name, rows=understood.rows)
    return _Read(path, recipe, _load_of(path, named.sha, recipe, read, how), read, issues)


def _settled(path: Path, asked: Sequence[Question], *, skipping: bool = False) -> None:
    """Refuse a file that can be read in several ways, when its recipe does not say which.

    Where bad rows are left out, also one whose bad rows are not like the rest.
    """
    needed = OF_SKIPPING if skipping else ()
    questions = [question for question in asked if not question.optional or question.id in needed]
    if questions:
        raise QuestionsOpen(
            "questions_open", file=path.name, count=len(questions), questions=questions
        )


def _load_of(path: Path, sha: str, recipe: Recipe, read: reading.Reading, how: How) -> records.Load:
    understood = read.understood
    return records.Load(
        kind=recipe.kind,
        file=path.name,
        sha256=sha,
        recipe=recipe.plain(),
        as_of=how.as_of or dt.date.today(),
        records=read.records,
        facts=read.facts,
        row_count=understood.rows,
        loaded=understood.loaded,
        rejected=understood.rejected,
        loaded_at=dt.datetime.now().replace(microsecond=0),
        sample=how.sample,
    )


def _word_lists() -> dict[str, Any]:
    items = [(word, item) for item, others in words("item").items() for word in (*others, item)]
    return {
        "no_exclusion": words("exclusion")["none"],
        "item_words": [word for word, _ in items],
        "item_ids": [item for _, item in items],
    }


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise FileRefused("file_missing", file=path.name)
    return files.sha256_of(path)
