"""The token that commands show: kept for one server, readable by nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provd.cli._token import UnsafeTokenFile, keep_token, token_file, token_for

HERE, THERE = "http://127.0.0.1:8092", "https://elsewhere.example:8092"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A configuration directory of our own."""
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_a_token_is_for_the_server_that_issued_it(environment: dict[str, str]) -> None:
    """No other is ever sent it; a slash at the end of the URL says nothing."""
    keep_token(f"{HERE}/", "one", environment)
    keep_token(THERE, "two", environment)
    assert token_for(HERE, environment) == token_for(f"{HERE}/", environment) == "one"
    assert token_for("http://127.0.0.1:8093", environment) == ""
    keep_token(HERE, "", environment)
    assert (token_for(HERE, environment), token_for(THERE, environment)) == ("", "two")


def test_the_variable_goes_first(environment: dict[str, str]) -> None:
    """For programs, and for once."""
    keep_token(HERE, "kept", environment)
    assert token_for(HERE, environment | {"PROVD_TOKEN": "given"}) == "given"


def test_the_file_is_ours_alone(environment: dict[str, str]) -> None:
    """From its first byte; and nothing is left beside it."""
    path = keep_token(HERE, "one", environment)
    assert path == token_file(environment)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["token"]


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_can_read_is_not_used(mode: int, environment: dict[str, str]) -> None:
    """Neither read nor written."""
    path = keep_token(HERE, "one", environment)
    path.chmod(mode)
    with pytest.raises(UnsafeTokenFile):
        token_for(HERE, environment)
    with pytest.raises(UnsafeTokenFile):
        keep_token(HERE, "two", environment)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "\udcff"])
def test_a_file_of_something_else_is_not_used(text: str, environment: dict[str, str]) -> None:
    """It is named, and stays as it is."""
    path = token_file(environment)
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    path.chmod(0o600)
    with pytest.raises(UnsafeTokenFile, match="provd login"):
        token_for(HERE, environment)


def test_a_link_is_not_followed(environment: dict[str, str], tmp_path: Path) -> None:
    """Whoever can place one cannot have us read, or send, something else."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(json.dumps({HERE: "x"}))
    elsewhere.chmod(0o600)
    path = token_file(environment)
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere)
    with pytest.raises(UnsafeTokenFile):
        token_for(HERE, environment)


def test_without_a_home_of_its_own_configuration_is_below_the_usual_one() -> None:
    """A relative directory is none (XDG base directory specification)."""
    assert token_file({"XDG_CONFIG_HOME": "x"}) == Path.home() / ".config" / "provd" / "token"
