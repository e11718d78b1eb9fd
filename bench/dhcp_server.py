"""All of provd for the DHCP bench: `python -m bench.dhcp_server DATA` prints a line when it serves eth0.

As the service starts it, but for the log: the servers compared with write no line per packet either.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from twisted.internet import reactor as global_reactor
from twisted.logger import globalLogBeginner

from provd.daemon import wiring
from provd.daemon.log import log_to
from provd.daemon.settings import ApiSettings, DataSettings, HTTPListen, LogSettings, Settings
from provd.daemon.sockets import bind
from provd.servers.dhcp import DHCPSettings
from provd.servers.tftp import TFTPSettings

HOST = "127.0.0.1"
reactor: Any = global_reactor


def main(data: str) -> None:
    """Serve until killed."""
    settings = Settings(
        data=DataSettings(directory=data),
        listen=HTTPListen(interface=HOST, port=0),
        tftp=TFTPSettings(interface=HOST, port=0),
        api=ApiSettings(interface=HOST, port=0),
        dhcp=DHCPSettings(interfaces=("eth0",)),
        log=LogSettings(level="warn"),
    )
    log = (Path(data) / "log").open("a")
    globalLogBeginner.beginLoggingTo([log_to(log, reactor, settings.log)], redirectStandardIO=False)
    server = wiring.wire(settings, reactor)
    server.start(bind(settings))
    reactor.callWhenRunning(lambda: print("serving", flush=True))
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
