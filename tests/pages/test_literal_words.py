"""Nothing that somebody typed reaches Streamlit's Markdown unless it was made literal, and no
Markdown reaches what shows words as they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "pages"

# What Streamlit draws as Markdown: of each function the positions that hold words, beside the names
# below.
FIRST = (0,)
MARKDOWN = {
    **dict.fromkeys(
        [
            "markdown",
            "caption",
            "title",
            "header",
            "subheader",
            "info",
            "warning",
            "error",
            "success",
            "toast",
            "button",
            "form_submit_button",
            "checkbox",
            "toggle",
            "radio",
            "selectbox",
            "multiselect",
            "slider",
            "select_slider",
            "segmented_control",
            "pills",
            "number_input",
            "text_input",
            "text_area",
            "date_input",
            "time_input",
            "file_uploader",
            "camera_input",
            "chat_input",
            "color_picker",
            "expander",
            "popover",
            "spinner",
            "status",
            "feedback",
            "write",
            "dialog",
            "download_button",
            "box",
        ],
        FIRST,
    ),
    "page_link": (1,),
    "link_button": FIRST,
    "metric": (0, 1, 2),
    "take": FIRST,
    "progress": (1,),
    "tabs": FIRST,
}
NAMED = ("label", "help", "body", "text", "delta_description", "captions")
OURS = ("box", "take")  # functions of ours that hand a label on
MARKDOWN_TYPE = ast.dump(ast.Name("Markdown", ast.Load()))
OPTIONS = ("radio", "segmented_control", "pills")  # their options are Markdown as well
# What shows words as they stand: a sentence with foreign words has to be a plain one.
PLAIN = (
    "Column",
    "Leaving",
    "export_name",
    "downloads",
    "show",
    "chart",
    "draw",
    "persistent_figure",
    "DataFrame",
    "assign",
    "to_xlsx",
    "to_csv",
    "TextColumn",
    "NumberColumn",
    "SelectboxColumn",
    "DateColumn",
    "CheckboxColumn",
)
MAKERS = {
    "t",
    "md",
    "together",
    "short_name",
    "len",
    "int",
    "round",
    "sum",
}  # calls whose result may stand in Markdown


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PAGES.rglob("*.py")):
        yield str(path.relative_to(PAGES)), ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_number(spec: ast.expr | None) -> bool:
    """Whether a format can only belong to a number or a date: `:.1f`, `:,`, `:g`, `:%Y-%m`."""
    words = (
        "".join(str(part.value) for part in spec.values if isinstance(part, ast.Constant))
        if isinstance(spec, ast.JoinedStr)
        else ""
    )
    return bool(words) and (words[-1] in "dfgeG,%" or words.startswith("%") or words.endswith("f"))


class Reader:
    """Which expressions of a module hold nothing but our own sentences and literal words."""

    def __init__(self, module: ast.Module) -> None:
        self.given: dict[str, list[ast.expr | None]] = {}
        self.returned: dict[str, list[ast.expr | None]] = {}
        for node in ast.walk(module):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._bind(target, value)
                case (
                    ast.NamedExpr(target=target, value=value)
                    | ast.AnnAssign(target=target, value=ast.expr() as value)
                ):
                    self._bind(target, value)
                case ast.FunctionDef():
                    self.returned[node.name] = [
                        part.value for part in ast.walk(node) if isinstance(part, ast.Return)
                    ]
                    for argument in [*node.args.args, *node.args.kwonlyargs]:
                        # Whoever hands on what is no Markdown is told by the types.
                        is_markdown = ast.dump(argument.annotation or node) == MARKDOWN_TYPE
                        given = ast.Constant("") if is_markdown else None
                        self.given.setdefault(argument.arg, []).append(given)
                case ast.For(target=target) | ast.comprehension(target=target):
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            self.given.setdefault(name.id, []).append(None)
        self.grown: dict[str, list[ast.expr]] = {}
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and isinstance(node.func.value, ast.Name)
            ):
                self.grown.setdefault(node.func.value.id, []).append(node.args[0])

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.given.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            values = (
                value.elts
                if isinstance(value, ast.Tuple)
                else [value.elt if isinstance(value, ast.GeneratorExp) else None] * len(target.elts)
            )
            for each, part in zip(target.elts, values, strict=False):
                self._bind(each, part)

    def ours(self, node: ast.expr | None, seen: frozenset[str] = frozenset()) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts):
                return all(self.ours(part, seen) for part in parts)
            case ast.FormattedValue(value=value, format_spec=spec):
                return is_number(spec) or self.ours(value, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.ours(left, seen) and self.ours(right, seen)
            case ast.IfExp(body=body, orelse=other):
                return self.ours(body, seen) and self.ours(other, seen)
            case ast.BoolOp(values=values):
                return all(self.ours(value, seen) for value in values)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(self.ours(part, seen) for part in parts)
            case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
                return self.ours(part, seen)
            case ast.Starred(value=value):
                return self.ours(value, seen)
            case ast.Lambda(body=body):
                return self.ours(body, seen)
            case ast.Dict(values=values):
                return all(self.ours(value, seen) for value in values)
            case ast.Subscript(value=value):
                return self.ours(value, seen)
            case ast.Call(func=ast.Attribute(attr="strip", value=value), args=[]):
                return self.ours(value, seen)
            case ast.Call(func=ast.Attribute(attr="join"), args=[parts]):
                return self.ours(parts, seen)
            case ast.Call(func=ast.Name(id=name)) if name in MAKERS:
                return True
            case ast.Call(func=ast.Name(id=name)) if name in self.returned and name not in seen:
                return all(self.ours(value, seen | {name}) for value in self.returned[name])
            case ast.Name(id=name) if name in {*self.given, *self.returned} and name not in seen:
                bound = [
                    *self.given.get(name, []),
                    *self.returned.get(name, []),
                    *self.grown.get(name, []),
                ]
                return all(self.ours(value, seen | {name}) for value in bound)
        return False


def markdown_words(node: ast.Call) -> Iterator[ast.expr]:
    name = called(node)
    places = MARKDOWN[name]
    yield from (word for position, word in enumerate(node.args) if position in places)
    yield from (word.value for word in node.keywords if word.arg in NAMED)
    if name in OPTIONS:
        looks = [word.value for word in node.keywords if word.arg == "format_func"]
        yield from looks or node.args[1:2]


def is_drawing(node: ast.Call) -> bool:
    """A call of Streamlit, or of a place on its page, and not of a Column or a list that has a
    method of the same name."""
    if called(node) in OURS:
        return True
    if not isinstance(node.func, ast.Attribute):
        return False
    return called(node) in MARKDOWN and ast.unparse(node.func.value) not in (
        "session",
        "load",
        "controls",
        "_log",
    )


@pytest.mark.parametrize(
    ("where", "module"), list(sources()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_whatever_is_drawn_as_markdown_was_made_literal(where, module):
    reader = Reader(module)
    wrong = [
        f"{where}:{word.lineno} {ast.unparse(word)}"
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and is_drawing(node)
        for word in markdown_words(node)
        if not reader.ours(word)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("where", "module"), list(sources()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_what_shows_words_as_they_are_is_given_no_markdown(where, module):
    """`t` with foreign words inside a table, a chart or a file would show the marks that keep them
    literal."""
    wrong = [
        f"{where}:{part.lineno} {ast.unparse(part)}"
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called(node) in PLAIN
        for part in ast.walk(node)
        if isinstance(part, ast.Call)
        and (called(part) in ("md", "short_name") or (called(part) == "t" and part.keywords))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("where", "module"), list(sources()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_no_words_are_made_literal_twice(where, module):
    """A text that `md` or `t` made and that was put together with others is no longer known as
    made: `t` would do it again."""

    def made(node: ast.expr) -> bool:
        inner = [part for part in ast.walk(node) if isinstance(part, ast.Call) and part is not node]
        whole = isinstance(node, ast.Call) and called(node) in ("t", "md")
        return not whole and any(
            called(part) in ("md", "short_name") or (called(part) == "t" and part.keywords)
            for part in inner
        )

    wrong = [
        f"{where}:{node.lineno} {ast.unparse(word)}"
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called(node) in ("t", "md")
        for word in [*node.args[(called(node) == "t") :], *(part.value for part in node.keywords)]
        if (isinstance(word, (ast.JoinedStr, ast.BinOp)) and made(word))
        or (isinstance(word, ast.Call) and called(word) == "join" and made(word))
    ]
    assert wrong == []
