"""Blank workbooks to fill in, one a kind of record: headers that load without a question, notes,
drop-downs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from analytics.catalogue import Catalogue
from analytics.charts.theme import PAPER_EXAMPLE, PAPER_HEAD, PAPER_NEEDED
from analytics.errors import RequestRefused
from analytics.intake.fields import OUTCOMES, Field, Kind, field_of, kinds, words
from analytics.language import say, sentences

LOOKS = dict.fromkeys(("id", "text", "month", "period"), "text") | dict.fromkeys(
    ("date", "moment"), "date"
)
CHOICES = {"outcome": OUTCOMES, "yes": ("yes", "no")}
ROWS = 2_000
SCALE = "（0–100）"  # a score column says its highest score, so that nobody has to ask


def template(kind: str, language: str, catalogue: Catalogue) -> bytes:
    """An XLSX to fill in: headers, drop-downs and an example row that reading leaves out; a second
    sheet explains every column. A scoresheet asks for the indicators of the catalogue."""
    import xlsxwriter  # slow to import

    if kind not in kinds():
        raise RequestRefused("kind_unknown", kind=kind, kinds=list(kinds()))
    shape = kinds()[kind]
    names = list(shape.fields)
    if kind == "scoresheet":
        names += _columns_of(catalogue)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        looks = {
            "need": book.add_format({"bold": True, "bg_color": PAPER_NEEDED, "border": 1}),
            "head": book.add_format({"bold": True, "bg_color": PAPER_HEAD, "border": 1}),
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "example": book.add_format(
                {"italic": True, "font_color": PAPER_EXAMPLE, "num_format": "@"}
            ),
        }
        sheet = book.add_worksheet(shape.label[language])
        notes = book.add_worksheet(say("template.notes", language))
        for column, header in enumerate(("column", "required", "type", "example")):
            notes.write_string(0, column, say(f"template.{header}", language), looks["head"])
        notes.set_column(0, 3, 30, looks["wrap"])
        for column, name in enumerate(names):
            field = field_of(kind, name)
            assert field is not None
            scaled = field.scale_option and "scale_max" not in names
            header = field.label[language] + (SCALE if scaled else "")
            required = _required(shape, name)
            sheet.write_string(0, column, header, looks["head" if required == "no" else "need"])
            _fill(sheet, column, field, looks, language)
            told = (
                header,
                say(f"template.required_{required}", language),
                say(f"type.{field.type}", language),
                _example(field, language),
            )
            for place, said in enumerate(told):
                notes.write_string(column + 1, place, said)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def _required(shape: Kind, name: str) -> str:
    """Whether a file needs a column: yes, one_of several, or no."""
    if name in shape.required:
        return "yes"
    return "one_of" if name in shape.any_of else "no"


def _fill(sheet: Any, column: int, field: Field, looks: Mapping[str, Any], language: str) -> None:
    """The example, the look and the drop-down of a column."""
    example = _example(field, language) if column else say("template.example_mark", language)
    sheet.write_string(1, column, example, looks["example"])
    sheet.set_column(column, column, 16, looks.get(LOOKS.get(field.type, "")))
    if field.type in CHOICES:
        choices = words(field.type)
        source = [_word(choices[choice], language) for choice in CHOICES[field.type]]
        sheet.data_validation(1, column, ROWS, column, {"validate": "list", "source": source})


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


def _word(choices: list[str], language: str) -> str:
    """The first word of a list in the reader's script; in English a letter alone is none."""
    english = language == "en"
    script = [word for word in choices if word.isascii() == english]
    return next((word for word in script if len(word) > english), choices[0])
