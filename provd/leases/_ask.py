"""From a packet and where it came in, the question."""

from __future__ import annotations

from functools import lru_cache

from provd.values import Question
from provd.wire.dhcp import Packet, RelayAgent, parse_address, relay_agent


def ask(
    packet: Packet,
    on_link: tuple[str, ...],
    now: float,
    *,
    device_id: str = "",
    unicast: bool = False,
) -> Question:
    """What to judge: the vias are those of RFC 2131 section 4.3.1 and RFC 3527.

    `on_link` are the addresses of the interface, each with the length of its network
    (`192.0.2.1/24`); see `Question` for the others.  Who has an address and sends to ours is on the link of
    its own address: any number of routers may stand between.  What clients themselves say of links
    (82.5 without a relay) is not believed.

    @raise MalformedOption: option 82 cannot be read.
    """
    agent = relay_agent(packet)
    ours = _numbers(on_link)
    return Question(
        packet=packet,
        agent=agent,
        vias=_vias(packet, agent, ours, unicast=unicast),
        server_ids=ours,
        now=now,
        device_id=device_id,
        unicast=unicast,
    )


def vias_of(packet: Packet, on_link: tuple[str, ...], *, unicast: bool = False) -> tuple[int, ...]:
    """The vias of the question that `ask` makes.

    @raise MalformedOption: option 82 cannot be read.
    """
    return _vias(packet, relay_agent(packet), _numbers(on_link), unicast=unicast)


def _vias(
    packet: Packet, agent: RelayAgent, ours: tuple[int, ...], *, unicast: bool
) -> tuple[int, ...]:
    if packet.giaddr:
        return (agent.link_selection or packet.giaddr,)
    return (packet.ciaddr,) if unicast and packet.ciaddr else ours


@lru_cache(maxsize=256)
def _numbers(on_link: tuple[str, ...]) -> tuple[int, ...]:
    """An interface's addresses: there are few of them, and each packet names them."""
    return tuple(parse_address(each.partition("/")[0]) for each in on_link if ":" not in each)
