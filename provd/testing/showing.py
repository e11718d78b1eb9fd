"""Devices that show what they have: keys and one-time URLs in paths, names and passwords in headers."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from provd.application.explain import tell
from provd.documents import (
    Device,
    DeviceCredential,
    UrlToken,
    digest_of_secret,
    parse_provisioning_key,
)
from provd.sdk import Clue
from provd.testing.access import keep
from provd.testing.inquiries import ARRIVED, Core, core, http
from provd.testing.plugins import acme, acme_by_filename
from provd.values import Content, Decision, Inquiry, Protocol, Refusal, RefusalKind
from provd.wire.http.authorization import DigestShown

MAC_A, MAC_B = "00:00:5e:00:53:0a", "00:00:5e:00:53:0b"
FILES = {"a": "ACME00005E00530A.cfg", "b": "ACME00005E00530B.cfg"}
"""The file of each of the two devices."""

KEYS = {"a": "keyOfTenantA", "b": "keyOfTenantB", "over": "keyOfYesterday", "none": "keyOfNobody"}
URLS = {
    "a": "once-ofDeviceA",
    "b": "once-ofDeviceB",
    "over": "once-ofYesterday",
    "used": "once-usedUp",
    "none": "once-ofNobody",
}
PASSWORDS = {"a": "passwordOfA", "b": "passwordOfB", "before": "passwordOfABefore"}
USERS = {"a": "d-userA", "b": "d-userB"}

SECRETS = (*KEYS.values(), *URLS.values(), *PASSWORDS.values())
"""None of these may be told."""


def secretive(inquiry: Any, device: Any, view: Any) -> Content:
    """A file with a secret, and what there is without it; or one that has none."""
    del view
    text = f"{device.id} {inquiry.path}"
    if not inquiry.path.endswith(".cfg"):
        return Content(text.encode(), etag="plain")
    return Content(f"{text} secret".encode(), etag="s", without=Content(text.encode(), etag="w"))


def two_tenants(**more: Any) -> Core:
    """A core with one phone of each of two tenants, and everything that they could show."""
    plugin = acme()
    plugin.answers = secretive
    plugin.clues += (Clue.filename(Protocol.HTTP, acme_by_filename, prefixes=("ACME",)),)
    made = core(plugin, **more)
    keep(
        made.store,
        devices=[
            Device(id="phone-a", mac=MAC_A, plugin="acme-1.0", tenant="a"),
            Device(id="phone-b", mac=MAC_B, plugin="acme-1.0", tenant="b"),
        ],
        keys=[
            parse_provisioning_key({"id": "key-a", "tenant": "a", "secret": KEYS["a"]}),
            parse_provisioning_key({"id": "key-b", "tenant": "b", "secret": KEYS["b"]}),
            parse_provisioning_key(
                {"id": "key-over", "tenant": "a", "secret": KEYS["over"], "ends": ARRIVED}
            ),
        ],
        credentials=[
            DeviceCredential(
                id="phone-a",
                tenant="a",
                username=USERS["a"],
                password=PASSWORDS["a"],
                previous_password=PASSWORDS["before"],
                previous_until=ARRIVED + 100,
            ),
            DeviceCredential(
                id="phone-b", tenant="b", username=USERS["b"], password=PASSWORDS["b"]
            ),
        ],
        **{
            "url-tokens": [
                url_token("url-a", "phone-a", URLS["a"], "a"),
                url_token("url-b", "phone-b", URLS["b"], "b"),
                url_token("url-over", "phone-a", URLS["over"], "a", expiry=ARRIVED),
                url_token("url-used", "phone-a", URLS["used"], "a", uses=0),
            ]
        },
    )
    return made


def url_token(token_id: str, device: str, text: str, tenant: str, **more: Any) -> UrlToken:
    """One that is good, unless said otherwise."""
    given = {"expiry": ARRIVED + 100, **more}
    digest = digest_of_secret(text)
    return UrlToken(id=token_id, device=device, digest=digest, tenant=tenant, **given)


def basic(username: str, password: str) -> dict[str, str]:
    """The header of RFC 7617."""
    return {"authorization": f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"}


_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^,]+))')


def answered(  # noqa: PLR0913 - what an answer to a challenge is made of
    challenge: str,
    username: str,
    password: str,
    uri: str,
    *,
    count: int = 1,
    method: str = "GET",
    session: bool = False,
    spoilt: Mapping[str, str] = {},
) -> dict[str, str]:
    """The header that answers a digest challenge (RFC 7616); `spoilt` replaces parameters."""
    asked: Mapping[str, str] = {
        name: quoted or plain for name, quoted, plain in _PARAMETER.findall(challenge)
    }
    shown = DigestShown(
        username=username,
        realm=asked["realm"],
        nonce=asked["nonce"],
        uri=uri,
        response="",
        algorithm=asked["algorithm"],
        session=session,
        cnonce="0a4f113b",
        count=count,
    )
    algorithm = asked["algorithm"] + ("-sess" if session else "")
    said = {
        "username": f'"{username}"',
        "realm": f'"{shown.realm}"',
        "nonce": f'"{shown.nonce}"',
        "uri": f'"{uri}"',
        "algorithm": algorithm,
        "nc": f"{count:08x}",
        "cnonce": f'"{shown.cnonce}"',
        "qop": "auth",
        "response": f'"{shown.expects(password, method)}"',
        **spoilt,
    }
    return {"authorization": "Digest " + ", ".join(f"{k}={v}" for k, v in said.items())}


def ask(made: Core, inquiry: Inquiry) -> tuple[Any, Decision]:
    """The answer and how it came to be; what-if said the same before."""
    supposed: list[Decision] = []
    made.inquiries.what_if(inquiry).addCallback(supposed.append)
    answer = made.inquiries.ask(inquiry)
    if hasattr(answer, "addBoth"):
        told: list[Any] = []
        answer.addBoth(told.append)
        answer = told[0]
    decision = made.decisions.get(inquiry.id)
    assert decision is not None
    if not isinstance(answer, Refusal) or answer.kind is not RefusalKind.UNAVAILABLE:
        assert supposed[0].answer == answer
        assert (supposed[0].level, supposed[0].inquiry) == (decision.level, decision.inquiry)
    for each in (decision, supposed[0]):
        told_of = json.dumps(tell(each)) + repr(each.inquiry)
        assert not [secret for secret in SECRETS if secret in told_of]
    return answer, decision


def challenged(made: Core, path: str, number: int = 100) -> tuple[str, ...]:
    """What a device that shows nothing is asked for."""
    answer, _decision = ask(made, http(path, number=number))
    assert answer.kind is RefusalKind.UNAUTHENTICATED
    return tuple(answer.challenge)


def shows(made: Core, path: str, number: int, **headers: Any) -> tuple[Any, Decision]:
    """A request with a header."""
    return ask(made, replace(http(path, number=number), headers=headers))


def replace_answers(made: Core, answers: Any) -> None:
    """Have the plugin answer otherwise."""
    plugin: Any = made.plugins.get("acme-1.0")
    plugin.answers = answers
