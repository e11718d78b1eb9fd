"""The gate: each thing that a policy may say, and what what-ifs and documents see of it."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from provd.application.explain import tell
from provd.application.serving.budgets import Budgets
from provd.application.serving.enrolments import OpenEnrolments
from provd.application.serving.policies import Policies
from provd.documents import (
    Device,
    Enrolment,
    LevelName,
    Otherwise,
    PolicyScope,
    ServingBudget,
    ServingPolicy,
    UrlToken,
    digest_of_secret,
)
from provd.testing.inquiries import ARRIVED, MAC, Core, core, http, tftp
from provd.testing.plugins import acme
from provd.values import Content, Decision, Outcome, Redirect, Refusal, RefusalKind

AGENT = f"Acme A20 {MAC} 1.0"
PLAIN = Content(b"", "text/plain", etag="p")
SECRET = Content(b"rosebud", "text/plain", etag="s", without=PLAIN)
PHONE = Device(id="phone", mac=MAC, vendor="Acme", model="A20", plugin="acme-1.0", tenant="blue")


class Known:
    """The kernel knows the phone at one address."""

    def mac_of(self, address: str, _interface: str = "") -> str:
        return MAC if address == "192.0.2.7" else ""


def server(*documents: Any, answer: Any = SECRET, **more: Any) -> Core:
    """One phone, whose file tells a secret."""
    phone = acme(answers=lambda _inquiry, _device, _view: answer)
    return core(phone, documents=(PHONE, *documents), **{"policies": (), **more})


def asked(made: Core, at: float = 0.0, **more: Any) -> Decision:
    """How its question was decided."""
    number = made.inquiries.counters()["asked"] + 1
    made.inquiries.ask(http("/a.cfg", AGENT, arrived=ARRIVED + at, number=number, **more))
    return made.decisions.latest(1)[0]


def outcome(decision: Decision) -> Outcome:
    """What became of the secrets."""
    assert decision.verdict is not None
    found: Outcome = decision.verdict.outcome
    return found


def test_the_shipped_policy() -> None:
    """Whoever the network knows has its secrets; whoever merely says so is told what nobody is told."""
    made = server(neighbours=Known())
    assert asked(made).answer is SECRET
    stranger = asked(made, peer="198.51.100.1")
    assert isinstance(stranger.answer, Refusal)
    assert stranger.answer.kind is RefusalKind.NOT_FOUND
    assert stranger.verdict.policy == "shipped-default"
    told = tell(stranger)
    assert told["verdict"]["outcome"] == "refused"
    assert "identity level is claimed, and policy shipped-default wants network" in str(told)
    assert "rosebud" not in str(told)


def test_what_tells_no_secret_passes() -> None:
    """Nothing is judged, counted or told of."""
    made = server(answer=PLAIN)
    decision = asked(made)
    assert decision.answer is PLAIN
    assert decision.verdict is None
    assert made.secrecy.counters()["given"] == 0


def test_redacted() -> None:
    """What there is without the secrets; a plugin that makes nothing of it refuses."""
    policy = ServingPolicy(id="p", otherwise=Otherwise.REDACTED)
    assert asked(server(policy)).answer is PLAIN
    cannot = Content(b"x", without=Refusal(RefusalKind.NOT_FOUND, "it cannot"))
    refused = asked(server(policy, answer=cannot)).answer
    assert isinstance(refused, Refusal)
    moved = Redirect("http://192.0.2.1/rosebud", Redirect("http://192.0.2.1/"))
    decision = asked(server(policy, answer=moved))
    assert decision.answer == Redirect("http://192.0.2.1/")


def test_a_secret_location_is_shown_to_nobody() -> None:
    """The device is sent there; an explanation does not say where."""
    moved = Redirect("http://192.0.2.1/rosebud", Redirect("http://192.0.2.1/"))
    decision = asked(server(answer=moved, neighbours=Known()))
    assert decision.answer is moved
    assert "rosebud" not in str(tell(decision))


def test_the_first_that_is_about_it_decides() -> None:
    """By order, then by id; the shipped one is the last, whatever order others have."""
    open_ = ServingPolicy(id="z", order=5, level=LevelName.CLAIMED)
    closed = ServingPolicy(id="y", order=6, level=LevelName.CERTIFICATE)
    late = ServingPolicy(id="zz", order=1_000_000, level=LevelName.CLAIMED)
    assert asked(server(closed, open_)).answer is SECRET
    assert asked(server(late)).answer is SECRET
    made = server(closed)
    assert asked(made).verdict.policy == "y"
    draft = made.store.draft("test")
    draft.put("serving-policies", open_)
    made.store.commit(draft)
    assert asked(made).verdict.policy == "z"


def test_whom_a_policy_is_about() -> None:
    """All that it says must hold of who asks."""
    about = {
        "vendor": ("Acme", "Other"),
        "model": ("A20", "A30"),
        "plugin": ("acme-1.0", "acme-2.0"),
        "device": ("phone", "fax"),
        "protocols": (("http",), ("tftp",)),
        "networks": (("192.0.2.0/24",), ("198.51.100.0/24",)),
    }
    for key, (fits, misses) in about.items():
        for value, decides in ((fits, "p"), (misses, "shipped-default")):
            policy = ServingPolicy(id="p", when=PolicyScope(**{key: value}))  # type: ignore[arg-type]  # by name
            assert asked(server(policy)).verdict.policy == decides, key
    for tenant, decides in (("blue", "p"), ("red", "shipped-default")):
        policy = ServingPolicy(id="p", tenant=tenant)
        assert asked(server(policy)).verdict.policy == decides


def test_over_budget() -> None:
    """So many times in the window, for each file; a what-if uses up nothing."""
    budget = ServingBudget(times=2, seconds=60)
    made = server(ServingPolicy(id="p", level=LevelName.CLAIMED, budget=budget))
    for _time in range(5):
        made.inquiries.what_if(http("/a.cfg", AGENT))
    assert [outcome(asked(made, at)) for at in (0, 10, 20)] == ["given", "given", "refused"]
    number = made.inquiries.counters()["asked"] + 1
    made.inquiries.ask(http("/b.cfg", AGENT, number=number))
    assert outcome(made.decisions.latest(1)[0]) is Outcome.GIVEN
    assert outcome(asked(made, 59)) is Outcome.REFUSED
    assert outcome(asked(made, 61)) is Outcome.GIVEN


def test_a_budget_is_one_however_a_path_is_spelled() -> None:
    """Plugins find the same file by all of them."""
    budget = ServingBudget(times=1, seconds=60)
    made = server(ServingPolicy(id="p", level=LevelName.CLAIMED, budget=budget))
    assert outcome(asked(made)) is Outcome.GIVEN
    for number, path in enumerate(("/a.cfg/", "//a.cfg", "/A.CFG", "/a.cfg//"), 10):
        made.inquiries.ask(http(path, AGENT, number=number))
        assert outcome(made.decisions.latest(1)[0]) is Outcome.REFUSED, path


def test_a_refused_question_uses_up_nothing() -> None:
    """Whoever is not who they say they are cannot use up a phone's budget."""
    budget = ServingBudget(times=1, seconds=60)
    made = server(ServingPolicy(id="p", budget=budget), neighbours=Known())
    for _time in range(3):
        assert outcome(asked(made, peer="198.51.100.1")) is Outcome.REFUSED
    assert outcome(asked(made)) is Outcome.GIVEN


def test_budgets_are_bounded() -> None:
    """Of more devices and files than are remembered, the one given longest ago begins anew."""
    budgets, budget = Budgets(2), ServingBudget(times=1, seconds=60)
    for name in ("a", "b", "c"):
        assert budgets.allows((name, "x"), budget, ARRIVED, keep=True)
    assert len(budgets) == 2
    left = [budgets.allows((name, "x"), budget, ARRIVED, keep=False) for name in "abc"]
    assert left == [True, False, False]
    assert budgets.allows(("b", "x"), budget, ARRIVED - 5, keep=False)


def test_an_enrolment() -> None:
    """While it is open, less proof suffices; it begins and ends by itself, and closes at once."""
    window = Enrolment(id="w", device="phone", seconds=60, opened=ARRIVED + 10)
    made = server(window)
    assert [outcome(asked(made, at)) for at in (5, 15, 69, 71)] == [
        "refused",
        "given",
        "given",
        "refused",
    ]
    assert "enrolment w" in str(made.decisions.latest(2)[1].verdict)
    draft = made.store.draft("test")
    draft.delete("enrolments", "w")
    made.store.commit(draft)
    assert outcome(asked(made, 20)) is Outcome.REFUSED


def test_an_enrolment_lowers_what_a_policy_lets_it() -> None:
    """`enrolling` of the policy says how much is enough, and networks still hold."""
    window = Enrolment(id="w", seconds=60, opened=ARRIVED)
    strict = ServingPolicy(id="p", level=LevelName.CERTIFICATE, enrolling=LevelName.NETWORK)
    made = server(window, strict, neighbours=Known())
    assert outcome(asked(made, 1)) is Outcome.GIVEN
    assert outcome(asked(made, 1, peer="198.51.100.1")) is Outcome.REFUSED
    elsewhere = ServingPolicy(id="p", networks=("203.0.113.0/24",))
    assert outcome(asked(server(window, elsewhere), 1)) is Outcome.REFUSED


def test_enrolment_by_schedule() -> None:
    """At the same time of every day, where the clock on the wall shows it."""
    noon = 12 * 3600 - ARRIVED % 86_400
    policy = ServingPolicy(id="p", enrolment_hours=("13:00-14:00 Europe/Paris",))
    made = server(policy)
    # In November Paris is an hour ahead of UTC.
    times = [noon + minutes * 60 for minutes in (-1, 0, 59, 60, 24 * 60)]
    assert [outcome(asked(made, at)) for at in times] == [
        "refused",
        "given",
        "given",
        "refused",
        "given",
    ]


def test_whose_enrolment_it_is() -> None:
    """A tenant's is for its devices, and for whoever shows a key of its before there is a device."""
    made = server(Enrolment(id="w", tenant="red", seconds=60, opened=ARRIVED))
    opened = OpenEnrolments(made.store.collection("enrolments"))
    assert not opened.open_for(PHONE, "", "192.0.2.1", ARRIVED)
    assert opened.open_for(None, "red", "192.0.2.1", ARRIVED) == "w"
    assert not opened.open_for(None, "blue", "192.0.2.1", ARRIVED)


def test_a_source_without_an_address() -> None:
    """Is in no network."""
    made = server(ServingPolicy(id="p", when=PolicyScope(networks=("0.0.0.0/0",))))
    rule = Policies(made.store.collection("serving-policies")).deciding(tftp("x", peer=""), PHONE)
    assert rule.policy.id == "shipped-default"


def test_an_expired_one_time_url() -> None:
    """It proves nothing, over HTTP and over TFTP; a good one is as good as a credential."""
    text = "once-" + "x" * 40
    wanted = ServingPolicy(id="p", level=LevelName.CREDENTIAL, enrolling=LevelName.CREDENTIAL)
    for seconds, expected in ((60, SECRET), (-1, None)):
        made = server(wanted)
        token = UrlToken(
            id="u",
            tenant="blue",
            device="phone",
            digest=digest_of_secret(text),
            expiry=ARRIVED + seconds,
            uses=9,
        )
        draft = made.store.draft("test")
        draft.put("url-tokens", token)
        made.store.commit(draft)
        name = f"ACME{MAC.replace(':', '')}.cfg"
        for inquiry in (
            http(f"/{text}/a.cfg", AGENT, number=1),
            tftp(f"{text}/{name}", number=2),
        ):
            told: list[Any] = []
            answer = made.inquiries.ask(inquiry)
            if isinstance(answer, Deferred):
                answer.addCallback(told.append)
            else:
                told.append(answer)
            decision = made.decisions.latest(1)[0]
            assert (told[0] is SECRET) == (expected is SECRET), tell(decision)
            if expected is None:
                assert told[0].kind is RefusalKind.NOT_FOUND
                assert "one-time URL" in str(tell(decision))
