"""What a file needs nobody to confirm: a recipe for every group of alike sheets, saved for its
headers or certain from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analytics.errors import RecipeRefused
from analytics.intake.fields import field_of, kinds
from analytics.intake.formats import EXAMPLES, brief
from analytics.intake.recipe import Recipe, recipe_from
from analytics.intake.recognise import DOUBTED, SURE, Guess
from analytics.intake.understood import Outline
from analytics.language import LANGUAGES
from analytics.model import Text


def alike(sheets: Sequence[Outline]) -> list[list[Outline]]:
    """Sheets of the same headers together, in the file's order."""
    groups: dict[frozenset[str], list[Outline]] = {}
    for sheet in sheets:
        groups.setdefault(frozenset(sheet.headers), []).append(sheet)
    return list(groups.values())


def recipes_of(sheets: Sequence[Outline], file: str, kind: str | None = None) -> list[Recipe]:
    """One recipe for every group that can be read; refused, in words, when no group can, or the
    best is only guessed."""
    groups = alike(sheets)
    recipes = [recipe for group in groups if (recipe := _certain(group, kind)) is not None]
    if recipes:
        names = [
            [sheet.name for sheet in group] for group in groups if _certain(group, kind) is not None
        ]
        return [
            _on(recipe, some, len(groups) > 1) for recipe, some in zip(recipes, names, strict=True)
        ]
    guesses = [
        guess for group in groups for guess in group[0].guesses if kind in (None, guess.kind)
    ]
    _missing_outcome(guesses, file, sheets[0])
    complete = next((guess for guess in guesses if guess.complete), None)
    if complete is None:
        raise RecipeRefused("kind_unclear", file=file, headers=list(sheets[0].headers)[:20])
    cells: Mapping[str, Sequence[str]] = next(
        group[0].distinct for group in groups if complete in group[0].guesses
    )
    unsure = [
        _named(complete.kind, field, header, cells.get(header, ()))
        for field, (header, sure) in complete.matches.items()
        if sure < SURE
    ]
    unsure += [
        _named(complete.kind, field, " / ".join((complete.matches[field][0], *others)))
        for field, others in complete.rivals.items()
    ]
    if unsure:
        raise RecipeRefused("recipe_needed", file=file, unsure=unsure)
    raise RecipeRefused(
        "figures_unknown", file=file, columns=list(complete.figures or complete.foreign)
    )


def _named(kind: str, name: str, headers: str, cells: Sequence[str] = ()) -> Text:
    """A field by its label and by its name in a recipe, with the column it was guessed from and
    some of its values."""
    field = field_of(kind, name)
    label: Text = dict.fromkeys(LANGUAGES, name) if field is None else field.label
    label = {language: f"{label[language]} ({name})" for language in LANGUAGES}
    values = f" ({', '.join(map(brief, cells[:EXAMPLES]))})" if cells else ""
    return {language: f"{label[language]} = {headers}{values}" for language in LANGUAGES}


def _missing_outcome(guesses: Sequence[Guess], file: str, sheet: Outline) -> None:
    """Refuse what is a list of policies but for the column that says what became of them, and name
    the columns left."""
    for guess in guesses:
        shape = kinds()[guess.kind]
        lacking = shape.any_of and not any(name in guess.matches for name in shape.any_of)
        if (
            guess.kind == "policies"
            and lacking
            and all(name in guess.matches for name in shape.required)
        ):
            taken = {guess.matches[name][0] for name in shape.required}
            left = [header for header in sheet.headers if header not in taken]
            raise RecipeRefused("outcome_unknown", file=file, columns=left)


def _certain(group: Sequence[Outline], kind: str | None) -> Recipe | None:
    saved = group[0].recipe
    if saved and kind in (None, saved["kind"]):
        return recipe_from(saved)
    for guess in group[0].guesses:
        if kind in (None, guess.kind) and guess.sure:
            # A column whose header is certain but whose cells are not is read all the same: what is
            # wrong in it is told cell by cell.
            matched = {
                field: header
                for field, (header, sure) in guess.matches.items()
                if sure in (SURE, DOUBTED)
            }
            return Recipe(kind=guess.kind, columns=matched)
        if guess.complete and kind in (None, guess.kind):
            # the best reading is only guessed: a lesser one that happens to be certain would throw
            # columns away
            return None
    return None


def _on(recipe: Recipe, names: Sequence[str], several: bool) -> Recipe:
    """The recipe for these sheets and no others."""
    if not several:
        return replace(recipe, sheet=None) if len(names) > 1 else recipe
    return replace(recipe, sheet=None, options={**recipe.options, "sheets": list(names)})
