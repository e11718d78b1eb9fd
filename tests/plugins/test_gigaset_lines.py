"""The gigaset family: what a raw config says of lines, in the form that the model reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from provd.plugins import Plugins
from provd.testing.families import asking_as, named_values

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "gigaset"
OWN = "/7C2F80005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10", "number": "1001"}
BASE, MANAGER, DECT, DESK = "N510 IP PRO", "N720 DM PRO", "N870 IP PRO", "Maxwell 3"
FORMS = (BASE, MANAGER, DECT, DESK)

asked = asking_as(mac="7c:2f:80:00:53:01", model=DECT, plugin="gigaset")
"""What a device gets, an N870 unless said otherwise."""


def written(answer: Any) -> dict[str, str]:
    """What a rendered file says, texts without their quotes."""
    return {name: value.strip('"') for name, value in named_values(answer).items()}


def servers(said: dict[str, str], model: str) -> list[str]:
    """Proxy, registrar, second server and outbound proxy of line 1."""
    if model == BASE:
        data = "BS_IP_Data1."
        names = ["SIP_SERVER", "SIP_REGISTRAR", "", "OUTBOUND_PROXY"]
        pairs = [(f"{data}aucS_{name}", f"{data}uiI_{name}_PORT") for name in names]
    elif model == MANAGER:
        data = "BS_VOIP_Data.astVoipProviders[0]."
        names = ["SIP_SERVER", "SIP_REGISTRAR", "", "OUTBOUND_PROXY"]
        pairs = [(f"{data}auc{name}[%]", f"{data}ui{name}_PORT") for name in names]
    elif model == DECT:
        data = "SipProvider.0."
        names = ["ProxyServer", "RegServer", "FailoverServer", "OutboundProxy"]
        pairs = [(f"{data}{name}Address", f"{data}{name}Port") for name in names]
    else:
        data = "SIP.Account.0."
        names = ["ProxyServer", "RegistrationServer", "FailoverServer", "OutboundProxy"]
        pairs = [(f"{data}{name}.Address", f"{data}{name}.Port") for name in names]
    found = [(said.get(address, ""), said.get(port, "0")) for address, port in pairs]
    return [f"{address}:{int(port, 0)}" if address else "" for address, port in found]


@pytest.mark.parametrize("model", FORMS)
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["192.0.2.10:5060", "192.0.2.10:5060", "", ""]),
        ({"sip_transport": "tls"}, ["192.0.2.10:5061", "192.0.2.10:5061", "", ""]),
        (
            {"sip_registrar_ip": "192.0.2.12", "sip_registrar_port": 5062},
            ["192.0.2.10:5060", "192.0.2.12:5062", "", ""],
        ),
        (
            {"sip_backup_proxy_ip": "192.0.2.11"},
            ["192.0.2.10:5060", "192.0.2.10:5060", "192.0.2.11:5060", ""],
        ),
        (
            {"sip_backup_proxy_ip": "192.0.2.11", "sip_backup_registrar_ip": "192.0.2.13"},
            ["192.0.2.10:5060", "192.0.2.10:5060", "192.0.2.13:5060", ""],
        ),
        (
            {"sip_outbound_proxy_ip": "192.0.2.14", "sip_outbound_proxy_port": 5070},
            ["192.0.2.10:5060", "192.0.2.10:5060", "", "192.0.2.14:5070"],
        ),
    ],
)
def test_which_servers_a_line_uses(
    plugins: Plugins, model: str, more: dict[str, Any], expected: list[str]
) -> None:
    """In every form; the older ones have no second server, and say in a comment that it is left out."""
    line = {"username": "alice", "password": "secret"}
    raw = {"sip_proxy_ip": "192.0.2.10", **more, "sip_lines": {"1": line}}
    answer = asked(plugins, OWN, raw, model=model)
    is_old = model in {BASE, MANAGER}
    wanted = [*expected[:2], "" if is_old else expected[2], expected[3]]
    assert servers(written(answer), model) == wanted
    untold = is_old and (bool(expected[2]) or "sip_transport" in more)
    assert (b"left out" in answer.body) is untold


@pytest.mark.parametrize(
    ("model", "with_one", "without", "name"),
    [
        (BASE, "0x0", "0x1", "BS_IP_Data1.ucI_OUTBOUND_PROXY_MODE"),
        (MANAGER, "0x0", "0x2", "BS_VOIP_Data.astVoipProviders[0].ucOUTBOUND_PROXY_MODE"),
        (DECT, "0", "2", "SipProvider.0.OutboundProxyMode"),
        (DESK, "1", "2", "SIP.Account.0.OutboundProxy.Mode"),
    ],
)
def test_whether_there_is_an_outbound_proxy(
    plugins: Plugins, model: str, with_one: str, without: str, name: str
) -> None:
    """Each form has its own number for always, and for what it does without."""
    for line, mode in ((LINE, without), ({**LINE, "outbound_proxy_ip": "192.0.2.14"}, with_one)):
        assert written(asked(plugins, OWN, {"sip_lines": {"1": line}}, model=model))[name] == mode


@pytest.mark.parametrize(
    ("model", "more", "told"),
    [
        (DECT, {"sip_transport": "udp"}, {"SipProvider.0.TransportProtocol": "1"}),
        (DECT, {"sip_transport": "tcp"}, {"SipProvider.0.TransportProtocol": "2"}),
        (DECT, {"sip_transport": "tls"}, {"SipProvider.0.TransportProtocol": "3"}),
        (DESK, {"sip_transport": "udp"}, {"SIP.TransportProtocol": "1"}),
        (
            DESK,
            {"sip_transport": "tls"},
            {"SIP.TransportProtocol": "2", "SIP.Security.UseSIPS": "1"},
        ),
        (
            MANAGER,
            {"sip_transport": "udp"},
            {"BS_VOIP_Data.astVoipProviders[0].ucSIP_PREFERRED_TRANSPORT_LAYER": "0x11"},
        ),
        (
            DECT,
            {"sip_srtp_mode": "disabled"},
            {"SipProvider.0.SRTP_Enabled": "0", "SipProvider.0.AcceptNonSRTPCalls": "1"},
        ),
        (
            DECT,
            {"sip_srtp_mode": "preferred"},
            {"SipProvider.0.SRTP_Enabled": "1", "SipProvider.0.AcceptNonSRTPCalls": "1"},
        ),
        (
            DECT,
            {"sip_srtp_mode": "required"},
            {"SipProvider.0.SRTP_Enabled": "1", "SipProvider.0.AcceptNonSRTPCalls": "0"},
        ),
        (
            DESK,
            {"sip_srtp_mode": "required"},
            {"SIP.Security.SRTP": "1", "SIP.Security.AcceptNonSRTPCalls": "0"},
        ),
        (DECT, {"sip_dtmf_mode": "RTP-in-band"}, {"SipProvider.0.DTMFTransmission": "1"}),
        (DECT, {"sip_dtmf_mode": "RTP-out-of-band"}, {"SipProvider.0.DTMFTransmission": "2"}),
        (DECT, {"sip_dtmf_mode": "SIP-INFO"}, {"SipProvider.0.DTMFTransmission": "4"}),
        (DESK, {"sip_dtmf_mode": "RTP-in-band"}, {"SIP.Account.0.DTMFTransmission": "0"}),
        (DESK, {"sip_dtmf_mode": "RTP-out-of-band"}, {"SIP.Account.0.DTMFTransmission": "1"}),
        (DESK, {"sip_dtmf_mode": "SIP-INFO"}, {"SIP.Account.0.DTMFTransmission": "3"}),
        (
            BASE,
            {"sip_dtmf_mode": "SIP-INFO"},
            {
                "BS_IP_Data1.ucB_DTMF_TX_MODE_AUTO": "0x0",
                "BS_IP_Data1.ucI_DTMF_TX_MODE_BITS": "0x4",
            },
        ),
        (MANAGER, {}, {"BS_VOIP_Data.ucB_DTMF_TX_MODE_AUTO": "0x1"}),
        (DECT, {"sip_subscribe_mwi": True}, {"SipProvider.0.MWISubscription": "1"}),
        (
            DECT,
            {"exten_voicemail": "*98"},
            {
                "SipAccount.00001.VoiceMailMailbox": "*98",
                "SipAccount.00001.VoiceMailActive": "1",
            },
        ),
        (BASE, {"exten_voicemail": "*98"}, {"BS_IP_Data1.aucS_VOIP_NET_AM_NUMBER_1": "*98"}),
        (
            MANAGER,
            {"exten_dnd": "*25"},
            {
                "BS_VOIP_Data.astVoipProviders[0].NetCodeDND_ON[%]": "*25",
                "BS_VOIP_Data.astVoipProviders[0].NetCodeDND_OFF[%]": "*25",
            },
        ),
    ],
)
def test_how_a_line_speaks(
    plugins: Plugins, model: str, more: dict[str, Any], told: dict[str, str]
) -> None:
    """Transport, encryption, DTMF, messages and codes, by the numbers of the form."""
    said = written(asked(plugins, OWN, {**more, "sip_lines": {"1": LINE}}, model=model))
    assert {name: said.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (BASE, {"sip_transport": "tcp"}),
        (BASE, {"sip_srtp_mode": "required"}),
        (BASE, {"admin_password": "no pin"}),
        (MANAGER, {"sip_srtp_mode": "preferred"}),
        (DECT, {"vlan_enabled": True, "vlan_id": 42}),
        (DESK, {"funckeys": {"9": {"type": "speeddial", "value": "9"}}}),
        (DESK, {"sip_lines": {"5": LINE}}),
    ],
)
def test_what_no_parameter_is_known_for_is_said(
    plugins: Plugins, model: str, more: dict[str, Any]
) -> None:
    """The file says that something is left out, and nothing is said in its place."""
    assert b"left out" in asked(plugins, OWN, {"sip_lines": {"1": LINE}, **more}, model=model).body
    assert b"left out" not in asked(plugins, OWN, {"sip_lines": {"1": LINE}}, model=model).body


def test_lines_with_the_same_servers_share_a_provider(plugins: Plugins) -> None:
    """Providers are numbered from 0 in the order of the lines; how they are spoken to is part of them."""
    lines = {
        "1": LINE,
        "2": {**LINE, "proxy_ip": "192.0.2.20"},
        "3": LINE,
        "4": {**LINE, "dtmf_mode": "SIP-INFO"},
    }
    said = written(asked(plugins, OWN, {"sip_lines": lines}))
    assert [said[f"SipAccount.0000{number}.ProviderId"] for number in lines] == list("0102")
    proxies = [said[f"SipProvider.{index}.ProxyServerAddress"] for index in range(3)]
    assert proxies == ["192.0.2.10", "192.0.2.20", "192.0.2.10"]
    old = written(asked(plugins, OWN, {"sip_lines": lines}, model=MANAGER))
    indices = [old[f"BS_VOIP_Data.astVoipAccounts[{at}].ucVoipProviderIndex"] for at in range(4)]
    assert indices == ["0x0", "0x1", "0x0", "0x2"]


@pytest.mark.parametrize(
    ("number", "code"), [("1001", "1001"), ("21234", "1234"), ("7", "0007"), ("auto7", "0000")]
)
def test_the_code_of_a_handset_is_the_end_of_its_number(
    plugins: Plugins, number: str, code: str
) -> None:
    """Four digits; 0000 where the number has others than digits."""
    said = written(asked(plugins, OWN, {"sip_lines": {"1": {**LINE, "number": number}}}))
    assert said["hs.00001.DECT_AC"] == code


def test_a_line_nobody_configured_does_not_register(plugins: Plugins) -> None:
    """Old bases and desk phones are told each line; the others lose the handsets that are not named."""
    raw = {"sip_lines": {"2": LINE}}
    old = written(asked(plugins, OWN, raw, model=BASE))
    active = [old[f"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_{number}"] for number in range(1, 7)]
    assert active == ["0x0", "0x1", "0x0", "0x0", "0x0", "0x0"]
    assert (
        old["BS_IP_Data3.aucS_SIP_LOGIN_ID_2"],
        old["BS_Accounts.astAccounts[1].uiSendMask"],
    ) == (
        "alice",
        "0x2",
    )
    desk = written(asked(plugins, OWN, raw, model=DESK))
    assert [desk[f"SIP.Account.{at}.Active"] for at in range(4)] == list("0100")
    assert desk["SIP.Account.0.AuthPassword"] == ""
    root = ET.fromstring(asked(plugins, OWN, raw).body)
    assert [(each.get("name"), each.get("value")) for each in root.iter("oper")] == [
        ("DeleteNotProvisionedHS", None),
        ("add_hs", "00002"),
    ]


def test_when_a_base_begins_to_take_handsets(plugins: Plugins) -> None:
    """The operator says it in seconds since 1970; who says nothing opens the base by hand."""
    assert "RegStart" not in written(asked(plugins, OWN, {}))
    said = written(asked(plugins, OWN, {"X_gigaset_registration_start": 1700000000}))
    assert (said["RegStart"], said["RegDuration"]) == ("1700000000", "900")
