"""Blank workbooks to fill in, one a kind of record: headers that load without a question, notes,
drop-downs."""

from __future__ import annotations

import io

from analytics.catalogue import Catalogue
from analytics.charts.theme import PAPER_EXAMPLE, PAPER_HEAD, PAPER_NEEDED
from analytics.errors import RequestRefused
from analytics.intake.fields import Field, field_of, kinds, words
from analytics.language import say, sentences

ROWS = 2_000
SCALE = "（0–100）"  # a score column says its highest score, so that nobody has to ask
MEASURES = (
    "due_policies",
    "renewed_policies",
    "due_premium",
    "renewed_premium",
    "survey_points",
    "surveys",
    "complaints",
)


def template(kind: str, language: str, catalogue: Catalogue) -> bytes:
    """An XLSX to fill in: headers, drop-downs and an example row that reading leaves out; a second
    sheet explains every column. A scoresheet asks for the indicators of the catalogue."""
    import xlsxwriter  # slow to import

    if kind not in kinds():
        raise RequestRefused("kind_unknown", kind=kind, kinds=list(kinds()))
    known = kinds()[kind]
    names = list(known.fields)
    if kind == "scoresheet":
        names += _columns_of(catalogue)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        need = book.add_format({"bold": True, "bg_color": PAPER_NEEDED, "border": 1})
        head = book.add_format({"bold": True, "bg_color": PAPER_HEAD, "border": 1})
        text = book.add_format({"num_format": "@"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        example = book.add_format({"italic": True, "font_color": PAPER_EXAMPLE, "num_format": "@"})
        sheet = book.add_worksheet(known.label[language])
        notes = book.add_worksheet(say("template.notes", language))
        for row, header in enumerate(("column", "required", "type", "example")):
            notes.write_string(0, row, say(f"template.{header}", language), head)
        notes.set_column(0, 3, 30, wrap)
        for index, name in enumerate(names):
            field = field_of(kind, name)
            assert field is not None
            required = name in known.required or name in known.any_of
            header = field.label[language] + (
                SCALE if field.scale_option and "scale_max" not in names else ""
            )
            sheet.write_string(0, index, header, need if required else head)
            sheet.write_string(
                1,
                index,
                say("template.example_mark", language) if index == 0 else _example(field, language),
                example,
            )
            look = (
                text
                if field.type in ("id", "text", "month", "period")
                else date
                if field.type in ("date", "moment")
                else None
            )
            sheet.set_column(index, index, 16, look)
            if field.type in ("outcome", "yes"):
                choices = {"outcome": ("renewed", "lost", "open"), "yes": ("yes", "no")}[field.type]
                known_words = words(field.type)
                source = [_word(known_words[choice], language) for choice in choices]
                sheet.data_validation(1, index, ROWS, index, {"validate": "list", "source": source})
            notes.write_string(index + 1, 0, header)
            need_key = (
                "yes" if name in known.required else "one_of" if name in known.any_of else "no"
            )
            notes.write_string(index + 1, 1, say(f"template.required_{need_key}", language))
            notes.write_string(index + 1, 2, say(f"type.{field.type}", language))
            notes.write_string(index + 1, 3, _example(field, language))
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def _columns_of(catalogue: Catalogue) -> list[str]:
    """What a scoresheet gives of every indicator: its value, or where reading knows the indicator
    by no name, since a company added it, what it divides."""
    names: dict[str, None] = {}
    for indicator in catalogue.indicators:
        if field_of("scoresheet", indicator.id):
            names[indicator.id] = None
            continue
        for measure in (indicator.numerator, indicator.denominator):
            if field_of("scoresheet", measure):
                names[measure] = None
    return list(names)


def _example(field: Field, language: str) -> str:
    """What could stand in a field: its own example, else its type's."""
    own = f"example.{field.id}"
    return say(own if own in sentences(language) else f"example.{field.type}", language)


def _word(known: list[str], language: str) -> str:
    """The first word of a list in the reader's script."""
    return next(
        (
            word
            for word in known
            if word.isascii() == (language == "en") and len(word) > (1 if language == "en" else 0)
        ),
        known[0],
    )
