"""What a stranger reads first: short enough to be read, and every link of it leads somewhere."""

import re
import tomllib

import pytest

from tests import animation
from tests.conftest import ROOT
from tests.screenshots import LARGEST, PICTURES

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").glob("*.md")]
)
# JSON knows no broken strings; locks and licences are not ours to wrap.
KINDS = {".py", ".sql", ".js", ".css", ".toml", ".md", ".txt", ".yaml", ".mako"}
FOLDERS = (".ci", ".streamlit", "analytics", "data", "docs", "pages", "tests")
WRITTEN = sorted(
    path
    for path in [*ROOT.iterdir(), *(path for name in FOLDERS for path in (ROOT / name).rglob("*"))]
    if path.suffix in KINDS or path.name in {"Makefile", "run"}
)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def prose(path):
    return CODE.sub("", path.read_text(encoding="utf-8"))


def anchors(path):
    """The names under which the headings of a document are reached."""
    headings = HEADING.findall(
        re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_read_in_a_few_minutes():
    words = (ROOT / "README.md").read_text(encoding="utf-8").split()
    assert len(words) <= 700


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_to_something_that_is_there(document):
    lost = []
    for link in LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_no_line_that_somebody_writes_is_longer_than_a_hundred_characters():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in WRITTEN
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert len(WRITTEN) > 500
    assert long == []


def test_every_picture_is_one_that_make_screenshots_takes_and_small():
    pictures = {
        path.name: path.stat().st_size for path in (ROOT / "docs" / "screenshots").iterdir()
    }
    taken = {f"{page or 'overview'}-{language}.png" for page, _, language in PICTURES}
    assert pictures.pop("ranking.webp") <= animation.LARGEST
    assert set(pictures) == taken
    assert max(pictures.values()) <= LARGEST


def test_the_index_of_decisions_names_each_of_them_once():
    folder = ROOT / "docs" / "decisions"
    written = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert sorted(LINK.findall((folder / "README.md").read_text(encoding="utf-8"))) == written


def test_every_decision_says_what_led_to_it_what_was_decided_and_what_follows():
    unlike = {
        path.name
        for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")
        if re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.M)
        != ["Context", "Decision", "Consequence"]
    }
    assert unlike == set()


def test_the_changelog_knows_the_version_of_the_project_and_when_it_came():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = re.findall(r"^## (\S+) · (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    assert dated[0][0] == project["version"]
    assert [day for _, day in dated] == sorted((day for _, day in dated), reverse=True)


def test_every_variable_of_the_environment_is_told_where_the_app_is_put_to_work():
    named = re.findall(
        r"RENEWAL_\w+", (ROOT / "analytics" / "settings.py").read_text(encoding="utf-8")
    )
    table = re.findall(
        r"^\| `(RENEWAL_\w+)`", (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8"), re.M
    )
    assert sorted(set(named)) == sorted(table)


def test_a_commit_is_checked_as_make_check_does():
    hooks = re.findall(
        r"entry: (.+)", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    )
    recipe = (
        (ROOT / "Makefile")
        .read_text(encoding="utf-8")
        .partition("\ncheck-only:")[2]
        .partition("\n\n")[0]
    )
    assert hooks == [line.strip().replace("$(VENV)", ".venv") for line in recipe.splitlines()[1:]]
