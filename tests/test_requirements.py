"""What the app runs is named, pinned, explained and locked with hashes; nothing else is."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.conftest import ROOT

# Asked for by others of these only when they are needed, and never imported by us.
BY_OTHERS = {"authlib", "httpx", "brotli", "psycopg"}
LINE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)", re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name: str) -> dict[str, str]:
    return {
        plain(package): version
        for package, version in LINE.findall((ROOT / name).read_text(encoding="utf-8"))
    }


def imported(*folders: str) -> set[str]:
    """The packages that the code of these folders imports, by the names that they are installed
    under."""
    names = set()
    for path in [
        path
        for folder in folders
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {module.name.partition(".")[0] for module in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    packages = packages_distributions()
    foreign = names - set(sys.stdlib_module_names) - {"analytics", "pages", "tests", "dashboard"}
    return {plain(packages[name][0]) if name in packages else plain(name) for name in foreign}


APP = imported("analytics", "pages", "dashboard.py")


def test_the_app_imports_what_it_names_and_names_what_it_needs():
    assert APP - set(pinned("requirements.txt")) == set()
    assert set(pinned("requirements.txt")) - APP == BY_OTHERS


def test_tools_of_the_tests_are_named_beside_and_not_among_what_the_app_runs():
    tools = set(pinned("requirements-test.txt"))
    assert tools & set(pinned("requirements.txt")) == set()
    assert imported("tests") - APP - tools - set(pinned("requirements.txt")) == set()


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-test.txt", "requirements-build.txt"]
)
def test_every_package_is_pinned_and_says_why_it_is_there(name):
    lines = [
        line
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-r"))
    ]
    assert [line for line in lines if not re.fullmatch(r"\S+==\S+  # \S.+", line)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-test", "requirements-build"])
def test_the_lock_holds_what_is_named_in_the_same_versions_with_hashes(name):
    locked, text = pinned(f"{name}.lock"), (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    named = pinned(f"{name}.txt")
    assert {package: locked.get(package) for package in named} == named
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert [
        entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)
    ] == []
    assert len(locked) == len(entries)


def requirements(name: str) -> list[str]:
    """What a file asks for, extras and versions with it, without its reasons."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return sorted(line.split()[0] for line in lines if line and not line.startswith(("#", "-r")))


@pytest.mark.parametrize(
    ("table", "key", "name"),
    [
        ("project", "dependencies", "requirements.txt"),
        ("build-system", "requires", "requirements-build.txt"),
    ],
)
def test_the_project_asks_for_exactly_what_is_named_with_its_reason(table, key, name):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(project[table][key]) == requirements(name)


def test_both_locks_agree():
    app, tests = pinned("requirements.lock"), pinned("requirements-test.lock")
    assert {package: tests.get(package) for package in app} == app
