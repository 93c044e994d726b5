"""What the words of a column mean: outcomes, yes and no, exclusions; below which headers yes is a
loss."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analytics.intake.fields import fields, words
from analytics.intake.formats import EXAMPLES
from analytics.intake.scratch import Column, Scratch

# Headers whose yes says that a policy was lost.
INVERSE = re.compile(
    r"脱保|断保|流失|未续|不续|失效|退保|脱落|丢失|战败|(?<![a-z])(non-?renew(ed|al)?|"
    r"not[_ ]renewed|lapsed?|churn(ed)?|lost|loss|attrition|cancel(l?ed)?)(?![a-z])",
    re.IGNORECASE,
)
PLAIN_WORDS = {
    "是",
    "否",
    "y",
    "n",
    "yes",
    "no",
    "1",
    "0",
    "true",
    "false",
    "t",
    "f",
    "√",
    "×",
    "有",
    "无",
}
BLANK = "(空白)"  # stands for an empty outcome that was given a meaning
USUAL = re.compile(
    r"正常|有效|在保|计入|未剔除|不剔除|保留|^normal$|^active$|^valid$|^included?$|^keep$",
    re.IGNORECASE,
)
# Share of all rows, and rows, beyond which one word excludes too many to be taken on trust.
MANY_EXCLUDED, FEW_EXCLUDED = 0.2, 3


def names_the_loss(header: str) -> bool:
    """Whether yes below this header would say that a policy was lost."""
    return INVERSE.search(header) is not None


def meanings_of(
    name: str,
    header: str,
    values: Sequence[str],
    stated: Mapping[str, Sequence[str]] | None,
    *,
    sure: bool,
) -> list[str | None]:
    """What the values of an outcome or yes/no column are likely to mean, to be confirmed; what a
    recipe stated counts.

    Yes, no, 1 and 0 mean nothing by themselves below a header that names the loss, or that was only
    guessed.
    """
    groups = stated or words(fields()[name].type)
    likely = {word.lower(): meaning for meaning, group in groups.items() for word in group}
    if stated is None and (not sure or (name == "outcome" and names_the_loss(header))):
        likely = {word: meaning for word, meaning in likely.items() if word not in PLAIN_WORDS}
    return [likely.get(value.strip().lower()) for value in values]


def meaning(scratch: Scratch, column: Column) -> dict[str, list[str]]:
    needed = ("renewed", "lost", "open") if column.field.type == "outcome" else ("yes", "no")
    meaning: Mapping[str, Sequence[str]] = scratch.recipe.values.get(
        column.name, words(column.field.type)
    )
    if (
        column.name == "outcome"
        and column.name not in scratch.recipe.values
        and names_the_loss(column.header)
    ):
        meaning = _inverse(scratch, column, meaning)
    if column.name == "outcome":
        meaning = _blanks(scratch, column, meaning)
    return _spellings(scratch, column.place, {key: meaning.get(key, []) for key in needed})


def _blanks(
    scratch: Scratch, column: Column, meaning: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """What an empty outcome means where nobody ever wrote that a policy was lost, or where the
    recipe says so."""
    lost = [word for word in meaning.get("lost", ()) if word]
    told, blank, named = scratch.row(
        f"select count({column.place}), count(*) filter (clean_text({column.place}) is null), "
        f"count(*) filter (list_contains($lost, word({column.place}))) from raw",
        {"lost": lost},
    )
    said = next((key for key, spellings in meaning.items() if "" in spellings), None)
    if said is None and "renewed_on" not in scratch.columns and told and blank and not named:
        said = scratch.settling.offer(
            "blank.outcome",
            "blank_outcome",
            ("issue", "lost", "open"),
            column=column.header,
            blank=blank,
            count=told + blank,
        )
    if said in (None, "issue"):
        return meaning
    scratch.connection.execute(
        f"update raw set {column.place} = $blank where clean_text({column.place}) is null",
        {"blank": BLANK},
    )
    return {**meaning, str(said): [*meaning.get(str(said), ()), BLANK]}


def _inverse(
    scratch: Scratch, column: Column, meaning: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """Yes below a header that names the loss is no renewal: asked, whatever the words."""
    spellings = {
        row[0]
        for row in scratch.connection.execute(
            f"select distinct word({column.place}) from raw where {column.place} is "
            f"not null limit 50"
        ).fetchall()
    }
    if not spellings & PLAIN_WORDS:
        return meaning
    answer = scratch.settling.ask(
        "sense.outcome",
        "sense",
        ("lost", "renewed"),
        None,
        column=column.header,
        words=", ".join(sorted(spellings)[:EXAMPLES]),
    )
    if answer == "renewed":
        return meaning
    plain = {
        "lost": [word for word in meaning["renewed"] if word in PLAIN_WORDS],
        "renewed": [word for word in meaning["lost"] if word in PLAIN_WORDS],
    }
    kept = {
        key: [word for word in spellings if word not in PLAIN_WORDS]
        for key, spellings in meaning.items()
    }
    return {key: [*spellings, *plain.get(key, [])] for key, spellings in kept.items()}


def _spellings(
    scratch: Scratch, place: str, meaning: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Meaning → every spelling in the column (case, width, blanks) of the words that mean
    it."""
    written = scratch.connection.execute(
        f"select v, word(v) from (select distinct {place} as v from raw where {place} is not null)"
    ).fetchall()
    wanted = {
        key: {" ".join(word.split()).lower() for word in spellings}
        for key, spellings in meaning.items()
    }
    return {
        key: [spelling for spelling, plain in written if plain in spellings]
        for key, spellings in wanted.items()
    }


def exclusions(scratch: Scratch, column: Column) -> None:
    """Ask about words that hardly exclude anything (正常), or that mark more policies than
    exclusions do."""
    given = scratch.recipe.values.get(column.name, {})
    nothing = {
        " ".join(word.split()).lower()
        for word in (*words("exclusion")["none"], *given.get("counted", ()))
    }
    excluded = (*words("exclusion")["excluded"], *given.get("excluded", ()))
    excluding = {" ".join(word.split()).lower() for word in excluded}
    rows = scratch.connection.execute(
        f"select word({column.place}), any_value({column.place}), count(*) from raw "
        f"where clean_text({column.place}) is not null "
        "group by 1 order by 3 desc, 1 limit 200"
    ).fetchall()
    (total,) = scratch.row("select count(*) from raw")
    counted = [plain for plain, _, _ in rows if plain in nothing]
    told = []
    for plain, written, count in rows:
        if plain in nothing:
            continue
        usual = USUAL.search(plain)
        many = count > MANY_EXCLUDED * total and count > FEW_EXCLUDED
        if plain not in excluding and (usual or many):
            answer = scratch.settling.ask(
                f"exclusion.{plain}",
                "exclusion",
                ("counted", "excluded"),
                "counted" if usual else None,
                column=column.header,
                word=written,
                count=count,
            )
            if answer == "counted":
                counted.append(plain)
                continue
        told.append(f"{written} {count}")
    if counted:
        scratch.connection.execute(
            f"update raw set {column.place} = null where list_contains($counted, "
            f"word({column.place}))",
            {"counted": counted},
        )
    if told:
        scratch.settling.say("excluded_words", column=column.header, words=", ".join(told[:8]))
