"""SIP lines as accounts: what is written for each, series by series.

A phone has accounts with servers of their own.  An HT80x has ports likewise, under other numbers.  A DP75x and
an HT81x have accounts that name one of few profiles, and the servers stand in the profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from provd.sdk import RawConfigError, SipServer, numbered, sip_servers

from .codes import (
    ACTIVE,
    AUTH,
    DP_PROFILES,
    HANDSET_LINE,
    HANDSET_MODE,
    HT81_PROFILES,
    NAME,
    PASSWORD,
    PORTS,
    PROFILE,
    USER,
    Codes,
    account_codes,
    more_codes,
)
from .models import Model, Series

PValue = tuple[int, object]
"""What is written: the number of a P-value, and what it holds."""

_TRANSPORT = {"udp": 0, "tcp": 1, "tls": 2}
_SRTP = {"disabled": 0, "preferred": 1, "required": 2}
_DTMF = {
    # in audio, in RTP, in SIP INFO
    "RTP-in-band": (1, 0, 0),
    "RTP-out-of-band": (0, 1, 0),
    "SIP-INFO": (0, 0, 1),
}
_DTMF_ORDER = {
    # 100: in audio, 101: in RTP, 102: in SIP INFO; the first that both sides can is taken
    "RTP-in-band": (100, 101, 102),
    "RTP-out-of-band": (101, 102, 100),
    "SIP-INFO": (102, 101, 100),
}


class Line(Struct, frozen=True):
    """What of a SIP line is told in the same way whatever the series: its servers and how it speaks to them.

    The SIP server of these devices is the registrar, and calls go there unless there is an outbound
    proxy: that is what a proxy beside another registrar is to them.
    """

    server: str
    secondary: str
    outbound: str
    backup_outbound: str
    transport: int
    srtp: int
    dtmf: str
    mwi: int | None
    voicemail: str


def accounts(model: Model, raw_config: Mapping[str, Any]) -> tuple[list[PValue], list[int]]:
    """What is written for the lines, and the numbers of those that the model has no account for.

    Accounts that nobody configured are switched off.

    @raise RawConfigError: a line without a server, or more sets of servers than the device has profiles.
    """
    rows = numbered(raw_config, "sip_lines")
    kept = {number: row for number, row in rows.items() if number <= model.accounts}
    lines = {number: _line(number, row, raw_config) for number, row in kept.items()}
    written = list(_WRITTEN.get(model.series, _phone)(model, kept, lines))
    if pickup := raw_config.get("exten_pickup_call"):
        written += [(code, pickup) for code in _pickup_codes(model, kept)]
    return written, [number for number in rows if number not in kept]


def _line(number: int, row: Mapping[str, Any], raw_config: Mapping[str, Any]) -> Line:
    servers = sip_servers(number, row, raw_config).of_registrar()
    wants_mwi = raw_config.get("sip_subscribe_mwi")
    return Line(
        server=_written(servers.server),
        secondary=_written(servers.backup),
        outbound=_written(servers.outbound),
        backup_outbound=_written(servers.backup_outbound),
        transport=_TRANSPORT.get(raw_config.get("sip_transport") or "udp", 0),
        srtp=_SRTP.get(row.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled", 0),
        dtmf=row.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or "",
        mwi=None if wants_mwi is None else int(bool(wants_mwi)),
        voicemail=row.get("voicemail") or raw_config.get("exten_voicemail") or "",
    )


def _written(server: SipServer | None) -> str:
    """`192.0.2.10:5060`, `[2001:db8::1]:5060`; empty where there is none."""
    if server is None:
        return ""
    host = server.address
    bare_v6 = ":" in host and not host.startswith("[")
    return f"[{host}]:{server.port}" if bare_v6 else f"{host}:{server.port}"


Rows = Mapping[int, Mapping[str, Any]]
Lines = Mapping[int, Line]


def _phone(model: Model, rows: Rows, lines: Lines) -> Iterator[PValue]:
    for number in range(1, model.accounts + 1):
        codes = account_codes(model.series, number)
        yield codes["active"], int(number in lines)
        if number in lines:
            row, line = rows[number], lines[number]
            yield (
                codes["label"],
                row.get("number") or row.get("display_name") or row.get("username"),
            )
            yield from _credentials(codes, row)
            yield from _spoken(codes, line)
            yield from _apart(model.series, number, line)


def _apart(series: Series, number: int, line: Line) -> Iterator[PValue]:
    """The P-values of an account that stand elsewhere than the others."""
    more = more_codes(number)
    if series is not Series.GXV32:
        yield more["secondary"], line.secondary
    yield more["backup_outbound"], line.backup_outbound
    methods = _DTMF.get(line.dtmf, ())
    yield from zip((more["audio"], more["rtp"], more["info"]), methods, strict=False)


def _pickup_codes(model: Model, rows: Rows) -> Sequence[int]:
    if model.series in _WRITTEN:
        return ()
    return [account_codes(model.series, number)["pickup"] for number in rows]


def _ports(model: Model, rows: Rows, lines: Lines) -> Iterator[PValue]:
    for number in range(1, model.accounts + 1):
        codes = PORTS[number]
        yield codes["active"], int(number in lines)
        if number in lines:
            yield from _credentials(codes, rows[number])
            yield from _spoken(codes, lines[number])


def _gateway(model: Model, rows: Rows, lines: Lines) -> Iterator[PValue]:
    yield from _profiles(HT81_PROFILES, lines)
    for number in range(1, model.accounts + 1):
        yield ACTIVE + number - 1, int(number in lines)
        if number in lines:
            yield from _profiled(number, rows[number], 0)


def _dect(model: Model, rows: Rows, lines: Lines) -> Iterator[PValue]:
    yield from _profiles(DP_PROFILES, lines)
    profiles = _distinct(lines)
    for number in range(1, model.accounts + 1):
        yield ACTIVE + number - 1, int(number in lines)
        if number in lines:
            yield from _profiled(number, rows[number], profiles.index(lines[number]))
            yield from _handset(number)


def _handset(number: int) -> Iterator[PValue]:
    """Line n is that of handset n; from the factory all handsets ring in turn."""
    if number <= len(HANDSET_LINE):
        yield HANDSET_MODE + number - 1, number
        yield HANDSET_LINE[number - 1], number


def _profiled(number: int, row: Mapping[str, Any], profile: int) -> Iterator[PValue]:
    at = number - 1
    codes = {"user": USER + at, "auth": AUTH + at, "password": PASSWORD + at, "name": NAME + at}
    yield from _credentials(codes, row)
    yield PROFILE + at, profile


def _distinct(lines: Lines) -> list[Line]:
    """Each set of servers and ways once, in the order of the lines."""
    return list(dict.fromkeys(lines.values()))


def _profiles(profiles: Sequence[Codes], lines: Lines) -> Iterator[PValue]:
    wanted = _distinct(lines)
    if len(wanted) > len(profiles):
        raise RawConfigError(
            f"the lines have {len(wanted)} different sets of servers, DTMF, SRTP and voicemail;"
            f" this device takes {len(profiles)}"
        )
    for at, codes in enumerate(profiles):
        # The first is active from the factory, and stays so without lines.
        yield codes["active"], int(at < max(len(wanted), 1))
        if wanted:
            yield from _spoken(codes, wanted[at] if at < len(wanted) else _emptied(wanted[0]))


def _emptied(line: Line) -> Line:
    """What a profile is told that no line uses: there may be servers in it from before."""
    return replace(line, server="", secondary="", outbound="", backup_outbound="", voicemail="")


def _credentials(codes: Codes, row: Mapping[str, Any]) -> Iterator[PValue]:
    yield codes["user"], row.get("username")
    yield codes["auth"], row.get("auth_username") or row.get("username")
    yield codes["password"], row.get("password")
    yield codes["name"], row.get("display_name")


def _spoken(codes: Codes, line: Line) -> Iterator[PValue]:
    """The servers of a line and how it speaks to them, as far as `codes` has numbers for it."""
    values = {
        "server": line.server,
        "failover": line.secondary,
        "outbound": line.outbound,
        "backup_outbound": line.backup_outbound,
        "register": 1,
        "transport": line.transport,
        "srtp": line.srtp,
        "mwi": line.mwi,
        "voicemail": line.voicemail,
    }
    for name, value in values.items():
        if name in codes and value is not None:
            yield codes[name], value
    if "dtmf" in codes:
        yield from enumerate(_DTMF_ORDER.get(line.dtmf, ()), start=codes["dtmf"])


_WRITTEN = {Series.DP7: _dect, Series.HT81: _gateway, Series.HT80: _ports}
"""The series whose accounts are not those of phones."""
