"""The demonstration: a data directory with plugins and configs, and requests to try on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred

from provd.daemon.privileges import MODE
from provd.daemon.settings import ApiSettings, Settings, read_settings
from provd.documents import LevelName, PolicyScope, ServingPolicy, well_known_configs
from provd.plugins.assemble import assemble, editions
from provd.values import ProvdError

LOOPBACK = "127.0.0.1"
FAMILIES = (
    "aastra",
    "cisco-7900",
    "cisco-spa",
    "fanvil",
    "gigaset",
    "grandstream",
    "netboot",
    "polycom",
    "snom",
    "yealink",
    "zero",
)

POLICY = ServingPolicy(
    id="demonstration",
    when=PolicyScope(networks=("127.0.0.0/8", "::1/128")),
    level=LevelName.CLAIMED,
    description="the phones of the demonstration are programs on this host, and prove nothing",
)
"""Where there is none, a phone is given its passwords when the network knows it to be that one."""


@define
class NoSources(ProvdError):
    """The demonstration installs its plugins from a checkout, and there is none here."""

    directory: str

    def __str__(self) -> str:
        return (
            f"the demonstration needs the sources of the plugins, and {self.directory} is not there;"
            " run it from a checkout"
        )


def demo_settings(directory: Path, environment: Mapping[str, str]) -> Settings:
    """Loopback only: devices over HTTP on 8667 and TFTP on 6969, the API on 8092.

    The environment may say otherwise (`PROVD_LISTEN__PORT=8668`), where another program has a port.

    @raise Invalid: with every mistake in the environment.
    """
    first: dict[str, dict[str, Any]] = {
        "data": {"directory": str(directory)},
        "listen": {"interface": LOOPBACK, "port": 8667},
        "tftp": {"interface": LOOPBACK, "port": 6969},
        "api": {"interface": LOOPBACK, "port": 8092},
    }
    return read_settings(None, environment, first)


def prepare(directory: Path, families: Path) -> list[str]:
    """Install the families' plugins below `directory`; the ids of what was installed.

    @raise NoSources: there are no families.
    @raise OSError: `directory` cannot be written.
    """
    if not families.is_dir():
        raise NoSources(str(families))
    (directory / "plugins").mkdir(mode=MODE, parents=True, exist_ok=True)
    return [
        assemble(families / family, edition, directory / "plugins").name
        for family in FAMILIES
        for edition in editions(families / family) or ("",)
    ]


def fill(store: Any) -> Deferred[None]:
    """Put the configs that a site begins with into an empty store, and the policy that lets programs on this
    host have the secrets of phones; what is there stays.
    """
    draft = store.draft("demonstration")
    for config in well_known_configs(
        LOOPBACK,
        more={"timezone": "Europe/Paris", "locale": "fr_FR"},
        sip_password="demonstration",  # noqa: S106 - of a demonstration that nobody can call
    ):
        if store.get("configs", config.id) is None:
            draft.put("configs", config)
    if store.get("serving-policies", POLICY.id) is None:
        draft.put("serving-policies", POLICY)
    return store.commit(draft).addCallback(store.durable)  # type: ignore[no-any-return]  # a Deferred of None


def requests_to_try(settings: Settings, command: Path, here: Path) -> str:
    """What there is to try, spelled so that it can be pasted; `command` is how this was started."""
    directory = Path(settings.data.directory)
    return TRY.format(
        directory=shown_from(here, directory),
        provd=shown_from(here, command),
        http=f"{settings.listen.interface}:{settings.listen.port}",
        tftp=f"{settings.tftp.interface}:{settings.tftp.port}",
        api=settings.api.url,
        url="" if settings.api == ApiSettings() else URL.format(url=settings.api.url),
    )


def shown_from(here: Path, path: Path) -> Path:
    """A path as it is typed in `here`."""
    return path.relative_to(here) if path.is_relative_to(here) else path


URL = """
  export PROVD_URL={url}
"""

TRY = """
provd answers on loopback. Ctrl-C ends it; what it keeps is in {directory}. In another terminal:

Two Aastra 6730i with different firmware ask for the same file and get different ones:

  curl -A 'Aastra6730i MAC:00-08-5D-00-00-01 V:2.6.0.2019-SIP' http://{http}/6730i.st
  curl -A 'Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP' http://{http}/6730i.st

Each is configured on its own:

  curl -A 'Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP' http://{http}/aastra.cfg
  curl -A 'Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP' http://{http}/00085D000002.cfg

A browser is nobody, whatever its address:

  curl -i http://{http}/6730i.st

A Cisco 7940 says who it is in one file name, and is known by its address when it asks for the next:

  curl tftp://{tftp}/SEP0002FDFF2103.cnf.xml
  curl tftp://{tftp}/RINGLIST.XML

All of them are programs on this host, whom a policy of the demonstration lets have the passwords of phones. Without it
the files with passwords are refused, as they are to anybody on a network who merely says a MAC address:

  {provd} serving-policies list

Why each got what it got, what another one would get, and what provd knows now:
{url}
  {provd} explain --last 3
  {provd} whatif --protocol http --path /aastra.cfg \\
      --header 'User-Agent: Aastra6731i MAC:00-08-5D-00-00-03 V:3.2.0.1011-SIP'
  {provd} devices list
  curl {api}/api/v1

"""
