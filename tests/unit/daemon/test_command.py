"""The command: quick, and clear about what it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from provd.daemon import command, demo
from provd.daemon.command import run


def test_importing_it_imports_no_twisted() -> None:
    """`provd --help` and every operator's command start without the server."""
    program = "import sys, provd.daemon.command; sys.exit('twisted' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--directory", "/x"], "--directory goes with --demo"),
        (["--demo", "--config", "/x"], "--demo brings its own settings"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], problem: str) -> None:
    """Wrong usage is told before anything is started."""
    done = CliRunner().invoke(run, arguments)
    assert done.exit_code == 2
    assert problem in done.output


def test_an_installed_server_has_its_settings_in_etc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --config they are read if they are there."""
    monkeypatch.setattr(command, "INSTALLED_SETTINGS", tmp_path / "provd.toml")
    assert command.default_settings() is None
    (tmp_path / "provd.toml").touch()
    assert command.default_settings() == tmp_path / "provd.toml"


def test_a_demonstration_listens_on_loopback(tmp_path: Path) -> None:
    """On ports of its own, unless the environment says otherwise."""
    settings = demo.demo_settings(tmp_path, {"PROVD_API__PORT": "18092"})
    assert {settings.listen.interface, settings.tftp.interface, settings.api.interface} == {
        "127.0.0.1"
    }
    assert (settings.listen.port, settings.tftp.port, settings.api.port) == (8667, 6969, 18092)
    told = demo.requests_to_try(settings, Path("/here/bin/provd"), Path("/here"))
    assert "\n  bin/provd explain" in told
    assert "export PROVD_URL=http://127.0.0.1:18092\n" in told


def test_a_demonstration_needs_the_sources(tmp_path: Path) -> None:
    """An installed provd says that, and where it looked."""
    with pytest.raises(demo.NoSources, match="run it from a checkout"):
        demo.prepare(tmp_path, tmp_path / "plugins")
