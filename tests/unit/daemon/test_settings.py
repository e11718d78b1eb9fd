"""Settings: every source, every mistake at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.daemon.settings import Settings, read_settings
from provd.daemon.settings._reader import Reader, Source, fields_of
from provd.values import Invalid


def file(directory: Path, text: str, name: str = "provd.toml") -> Path:
    """A settings file."""
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_nothing_set_is_the_defaults() -> None:
    """A server starts without a file."""
    assert read_settings(None, {"HOME": "/", "PROVD_URL": "x"}) == Settings()


def test_later_sources_win(tmp_path: Path) -> None:
    """The file, then conf.d in order of name, then the environment; keys, not whole sections."""
    path = file(tmp_path, "[tftp]\nport = 1\nsingle_port = true\n[listen]\nport = 1")
    file(tmp_path, "[tftp]\nport = 2", "conf.d/10.toml")
    file(tmp_path, "[tftp]\nport = 3", "conf.d/20.toml")
    settings = read_settings(path, {"PROVD_LISTEN__PORT": "4", "PROVD_LISTEN__INTERFACE": "::1"})
    assert (settings.tftp.port, settings.tftp.single_port) == (3, True)
    assert (settings.listen.port, settings.listen.interface) == (4, "::1")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Each with its file and line, its key and what was expected; unknown ones name the nearest known."""
    path = file(
        tmp_path,
        "[tftp]\nprot = 69\nport = 70000\n[htpp]\n[listen]\nport = 'x'\n[pipeline]\nnat = 1\n[limits]\nnat_networks = [1]",
    )
    file(tmp_path, "not toml", "conf.d/10.toml")
    with pytest.raises(Invalid) as caught:
        read_settings(path, {"PROVD_TFTP": "1", "PROVD_API__PORT": "many"})
    told = [str(problem) for problem in caught.value.problems]
    assert told == [
        f"{path}:2: tftp.prot: there is no such key (expected port)",
        f"{path}:3: tftp.port: 70000 cannot be used (expected int <= 65535)",
        f"{path}:4: htpp: there is no such section (expected http)",
        f"{path}:6: listen.port: 'x' cannot be used (expected int)",
        f"{path}:8: pipeline.nat: 1 cannot be used (expected bool)",
        f"{path}:10: limits.nat_networks[0]: [1] cannot be used (expected str)",
        (
            f"{tmp_path / 'conf.d' / '10.toml'}:1: it is not TOML: Expected '=' after a key in a"
            " key/value pair (expected a TOML file)"
        ),
        "environment: PROVD_TFTP: it names no key (expected PROVD_<SECTION>__<KEY>)",
        "environment: PROVD_API__PORT: api.port: 'many' cannot be used (expected int)",
    ]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(Invalid, match=r"nobody.toml: it cannot be read"):
        read_settings(tmp_path / "nobody.toml", {})


@given(
    st.dictionaries(
        st.sampled_from([*fields_of(Settings), "other"]),
        st.one_of(
            st.integers(),
            st.dictionaries(st.sampled_from(["port", "x"]), st.one_of(st.integers(), st.text())),
        ),
    )
)
def test_no_table_is_more_than_problems(tables: dict[str, object]) -> None:
    """Whatever a file holds, there are settings or problems."""
    reader = Reader()
    reader.read(Source("f", tables))
    assert reader.problems or isinstance(reader.settings(), Settings)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[api]\ninterface = 'localhost'", "api.interface: 'localhost' is no address"),
        ("[listen]\ninterface = 'eth0'", "listen.interface: 'eth0' is no address"),
        ("[limits]\nnat_networks = ['192.0.2.1/24']", "limits.nat_networks[0]: 192.0.2.1/24 has"),
        ("[http]\ntrusted_proxies = ['x']", "http.trusted_proxies[0]: 'x' does not"),
        ("[inquiries]\npatience = -1", "inquiries.patience: -1"),
        ("[http]\nidle_seconds = inf", "http.idle_seconds: inf cannot be used"),
        ("[limits]\ntotal = -5", "limits.total: -5 cannot be used"),
        ("[phones]\nhttp_base_url = 'x'", "phones.http_base_url: 'x' is no URL"),
        ("[phones]\nhttp_base_url = 'http://h:x'", "phones.http_base_url: 'http://h:x' is no URL"),
        ("[phones]\nraw_config = { ntp_enabled = 'x' }", "phones.raw_config.ntp_enabled: "),
    ],
)
def test_what_a_type_cannot_say(tmp_path: Path, text: str, problem: str) -> None:
    """A value of the right type that could not work is a mistake in the settings, not a crash later."""
    path = file(tmp_path, text)
    with pytest.raises(Invalid) as caught:
        read_settings(path, {})
    (told,) = caught.value.problems
    assert str(told).startswith(f"{path}:2: {problem}")


def test_a_start_of_its_own() -> None:
    """Tables that come first are laid under everything else."""
    first = {"listen": {"port": 1, "interface": "::1"}}
    settings = read_settings(None, {"PROVD_LISTEN__PORT": "4"}, first)
    assert (settings.listen.port, settings.listen.interface) == (4, "::1")


@pytest.mark.parametrize("path", ["seal.keys", "/data/seal.keys", "/else/../data/in/seal.keys"])
def test_keys_stand_apart_from_the_data(path: str) -> None:
    """A copy of the data must not carry what seals it."""
    environment = {"PROVD_DATA__DIRECTORY": "/data", "PROVD_STORE__SEAL_KEYS": path}
    with pytest.raises(Invalid, match=r"store\.seal_keys"):
        read_settings(None, environment)
    environment["PROVD_STORE__SEAL_KEYS"] = "/data2/seal.keys"
    assert read_settings(None, environment).store.seal_keys == "/data2/seal.keys"


def test_asterisk_wants_a_secret() -> None:
    """Told before anything starts, and not when the first phone is to be told."""
    with pytest.raises(Invalid, match=r"ami\.secret: is missing"):
        read_settings(None, {"PROVD_AMI__HOST": "pbx.example"})
    both = {"PROVD_AMI__HOST": "pbx.example", "PROVD_AMI__SECRET": "/etc/provd/ami"}
    assert read_settings(None, both).ami.host == "pbx.example"


def test_what_does_not_go_together_is_told_where_it_stands(tmp_path: Path) -> None:
    """In the source that holds in the end; what stands nowhere has no place."""
    path = file(tmp_path, "[access]\nclient_ca = 'a.pem'\n\n[api]\ncertificate = 'x'")
    later = file(tmp_path, "# mine\n[access]\nclient_ca = 'b.pem'", "conf.d/10.toml")
    with pytest.raises(Invalid) as caught:
        read_settings(path, {})
    first, second = (str(each) for each in caught.value.problems)
    assert first.startswith(f"{later}:3: access.client_ca: ")
    assert second.startswith("api.key: is missing")
    with pytest.raises(Invalid, match=r"environment: PROVD_ACCESS__CLIENT_CA: access\.client_ca: "):
        read_settings(None, {"PROVD_ACCESS__CLIENT_CA": "c.pem"})


def test_deep_inside_a_value(tmp_path: Path) -> None:
    """The line is that of the key that is wrong, not of the table around it."""
    text = "[phones.raw_config]\nntp_enabled = true\nntp_ip = '192.0.2.1'\n[phones.raw_config.sip_lines.1]\nproxy_ip = 'x'\nproxy_port = 'y'"
    path = file(tmp_path, text)
    with pytest.raises(Invalid) as caught:
        read_settings(path, {})
    assert [each.path for each in caught.value.problems] == [
        f"{path}:6: phones.raw_config.sip_lines.1.proxy_port"
    ]
