"""The project installed into its environment: one command, and the code of the folder that is
worked in."""

import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner

from analytics.__main__ import main
from tests.conftest import ROOT


def test_the_installed_command_is_the_command_line():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "scripts"
    ]
    assert scripts == {"renewal-scorecard": f"analytics.__main__:{main.name}"}


def test_the_command_line_needs_nothing_from_whoever_calls_it(tmp_path, monkeypatch):
    """The installed command is called without the context that `python -m analytics` hands over."""
    monkeypatch.setenv("RENEWAL_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(main, ["loads"])
    assert (done.exit_code, done.output) == (0, "[]\n")


@pytest.mark.parametrize("package", ["analytics", "pages"])
def test_a_folder_runs_its_own_code_whatever_its_environment_has_installed(package):
    """A linked environment holds the code of the folder that it was made for: ours comes first."""
    words = f"import {package}; print({package}.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(ROOT / package / "__init__.py")
