"""The demonstration: a data directory with plugins and configs, and requests to try on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from provd.daemon.settings import ApiSettings, DataSettings, HTTPListen, Settings
from provd.documents import well_known_configs
from provd.plugins.assemble import assemble, editions
from provd.servers.tftp import TFTPSettings

LOOPBACK = "127.0.0.1"
FAMILIES = ("aastra", "cisco-7900", "zero")


def demo_settings(directory: Path) -> Settings:
    """Loopback only: devices over HTTP on 8667 and TFTP on 6969, the API on 8092."""
    return Settings(
        data=DataSettings(directory=str(directory)),
        listen=HTTPListen(interface=LOOPBACK, port=8667),
        tftp=TFTPSettings(interface=LOOPBACK, port=6969),
        api=ApiSettings(interface=LOOPBACK, port=8092),
    )


def prepare(directory: Path, families: Path) -> list[str]:
    """Install the families' plugins below `directory`; the ids of what was installed."""
    (directory / "plugins").mkdir(parents=True, exist_ok=True)
    return [
        assemble(families / family, edition, directory / "plugins").name
        for family in FAMILIES
        for edition in editions(families / family) or ("",)
    ]


def fill(store: Any) -> Deferred[None]:
    """Put the configs that a site begins with into an empty store; what is there stays."""
    draft = store.draft("demonstration")
    for config in well_known_configs(
        LOOPBACK, more={"timezone": "Europe/Paris", "locale": "fr_FR"}, sip_password="demonstration"
    ):
        if store.get("configs", config.id) is None:
            draft.put("configs", config)
    return store.commit(draft).addCallback(store.durable)  # type: ignore[no-any-return]  # a Deferred of None


TRY = """
provd answers on loopback, with a demonstration in {directory}.

Two Aastra 6730i with different firmware ask for the same file and get different ones:

  curl -A 'Aastra6730i MAC:00-08-5D-00-00-01 V:2.6.0.2019-SIP' http://127.0.0.1:8667/6730i.st
  curl -A 'Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP' http://127.0.0.1:8667/6730i.st
  curl -A 'Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP' http://127.0.0.1:8667/aastra.cfg

A browser is nobody, whatever its address:

  curl -i http://127.0.0.1:8667/6730i.st

A Cisco 7940 says who it is in one file name, and is known by its address when it asks for the next:

  curl tftp://127.0.0.1:6969/SEP0002FDFF2103.cnf.xml
  curl tftp://127.0.0.1:6969/RINGLIST.XML

Who asked, and why they got it: {provd} explain --last 3
What would this one get?        {provd} whatif --protocol http --path /aastra.cfg \\
                                  --header 'User-Agent: Aastra6731i MAC:00-08-5D-00-00-03 V:3.2.0.1011-SIP'
Devices and their configs:      {provd} devices list
The API:                        curl http://127.0.0.1:8092/api/v1
"""
