"""Inheritance: which layers there are, and what they give together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    SERVER,
    Config,
    DecodedConfigs,
    decode,
    explain,
    flatten,
    heirs,
    linearize,
)
from provd.testing.documents import a_config


def family(*configs: Config) -> dict[str, Config]:
    """Configs by id: what a store would find them in."""
    return {config.id: config for config in configs}


def order(config_id: str, *configs: Config) -> list[str]:
    """The ids of a lineage in order of application."""
    lineage = linearize(config_id, family(*configs).get)
    assert lineage is not None
    return [config.id for config in lineage.configs]


def flat(config_id: str, *configs: Config, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a config gives over its parents and the base."""
    lineage = linearize(config_id, family(*configs).get)
    assert lineage is not None
    return flatten(lineage, base or {})


def test_an_unknown_config_has_no_lineage() -> None:
    """Nothing is flattened for a device whose config dangles."""
    assert linearize("nobody", {}.get) is None


def test_parents_come_before_their_child() -> None:
    """Depth first, in the order of the parents."""
    assert order(
        "c",
        a_config("c", "a", "b"),
        a_config("a", "a1", "a2"),
        a_config("a1"),
        a_config("a2"),
        a_config("b"),
    ) == ["a1", "a2", "a", "b", "c"]


def test_a_shared_ancestor_is_applied_once_at_its_first_visit() -> None:
    """So what an earlier parent says over it is not undone by a later one that inherits it too."""
    configs = (
        a_config("c", "a", "b"),
        a_config("a", "root", locale="fr_FR"),
        a_config("b", "root"),
        a_config("root", locale="en_US"),
    )
    assert order("c", *configs) == ["root", "a", "b", "c"]
    assert flat("c", *configs) == {"locale": "fr_FR"}


def test_cycles_do_no_harm() -> None:
    """A config that inherits from itself, however indirectly, is applied once."""
    assert order("a", a_config("a", "b"), a_config("b", "a")) == ["b", "a"]
    assert order("a", a_config("a", "a")) == ["a"]


def test_unknown_parents_are_passed_over_and_noted() -> None:
    """A parent that appears later changes the result, so its absence is part of the lineage."""
    lineage = linearize(
        "a", family(a_config("a", "nobody", "b", revision=3), a_config("b", revision=2)).get
    )
    assert lineage is not None
    assert dict(lineage.seen) == {"a": 3, "nobody": 0, "b": 2}
    assert [config.id for config in lineage.configs] == ["b", "a"]


def test_a_config_that_is_only_proposed_is_never_mistaken_for_a_kept_or_absent_one() -> None:
    """Its revision in a lineage is one that no stored document has, and not that of absence."""
    lineage = linearize("a", family(a_config("a", revision=0)).get)
    assert lineage is not None
    assert lineage.seen == (("a", -1),)


def test_the_length_of_a_chain_is_nobodys_limit() -> None:
    """Ten thousand generations are walked without recursion."""
    chain = [a_config(str(at), str(at + 1)) for at in range(10_000)]
    assert len(order("0", *chain)) == 10_000


def test_later_parents_win_and_the_config_itself_over_all() -> None:
    """Over the base, in order of application."""
    configs = (
        a_config("c", "a", "b", x="c"),
        a_config("a", x="a", y="a", z="a"),
        a_config("b", x="b", y="b"),
    )
    base = {"x": "base", "y": "base", "z": "base", "w": "base"}
    assert flat("c", *configs, base=base) == {"x": "c", "y": "b", "z": "a", "w": "base"}


@pytest.mark.parametrize(
    ("below", "above", "together"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": 1}, 2, 2),
        ({"a": 1}, None, None),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": None}, {"a": None}),
        (1, {"a": 1}, {"a": 1}),
        (None, {}, {}),
        ([1, 2], [3], [3]),
        ([{"a": 1}], {"b": 1}, {"b": 1}),
        ({"a": 1}, [], []),
    ],
)
def test_merging(below: Any, above: Any, together: Any) -> None:
    """An object over an object is merged, anything else replaces, null included."""
    child = a_config("child", "parent", X=above)
    assert flat("child", child, a_config("parent", X=below)) == {"X": together}
    assert flat("child", child, base={"X": below}) == {"X": together}


def test_nothing_is_shared() -> None:
    """Whoever changes a flattened raw config changes nobody else's."""
    base = {"X_list": [{"a": [1]}], "X_dict": {"b": {"c": 1}}}
    kept = copy.deepcopy(base)
    configs = family(
        a_config("c", "p", X_own={"a": [1]}),
        a_config("p", sip_lines={"1": {"number": "1"}}, X_p=[[1]]),
    )
    lineage = linearize("c", configs.get)
    assert lineage is not None
    decoded = DecodedConfigs()
    first = flatten(lineage, base, decoded)
    expected = copy.deepcopy(first)
    first["X_list"][0]["a"].append(2)
    first["X_dict"]["b"]["c"] = 2
    first["sip_lines"]["1"]["number"] = "2"
    first["X_p"][0].append(2)
    assert base == kept
    assert flatten(lineage, base, decoded) == expected


def test_decoded_parents_are_bounded_and_forgotten_in_turn() -> None:
    """However many configs there are, no more than the limit stay decoded."""
    decoded = DecodedConfigs(limit=2)
    configs = [a_config(str(at), x=at) for at in range(5)]
    for config in configs:
        assert decoded.of(config) == {"x": int(config.id)}
    assert len(decoded) == 2
    assert decoded.of(configs[4]) is decoded.of(configs[4])


def test_a_decoded_parent_is_as_good_as_its_text() -> None:
    """A proposal under the revision of a stored config is never taken for it; an equal text is."""
    decoded = DecodedConfigs()
    stored, proposed = a_config("p", x=1), a_config("p", x=2)
    assert [decoded.of(config)["x"] for config in (stored, proposed, stored)] == [1, 2, 1]
    assert decoded.of(a_config("p", revision=9, x=1)) is decoded.of(a_config("p", x=1))


ids = st.sampled_from("abcdef")
values = st.recursive(
    st.none() | st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("klm"), inner, max_size=3),
    max_leaves=6,
)
layers = st.dictionaries(st.sampled_from("xyz"), values, max_size=3)
families = st.dictionaries(
    ids, st.tuples(st.lists(ids, max_size=4), layers), min_size=1, max_size=6
).map(
    lambda drawn: family(
        *(a_config(name, *parents, **raw) for name, (parents, raw) in drawn.items())
    )
)


def plainly_flattened(
    config_id: str, configs: dict[str, Config], base: dict[str, Any]
) -> dict[str, Any]:
    """The rule, written down as simply as it can be said."""
    result = copy.deepcopy(base)
    visited: set[str] = set()

    def merge(into: dict[str, Any], layer: dict[str, Any]) -> None:
        for key, value in layer.items():
            if isinstance(value, dict) and isinstance(into.get(key), dict):
                merge(into[key], value)
            else:
                into[key] = copy.deepcopy(value)

    def visit(name: str) -> None:
        if name in visited or name not in configs:
            return
        visited.add(name)
        for parent in configs[name].parent_ids:
            visit(parent)
        merge(result, decode(configs[name]))

    visit(config_id)
    return result


@given(families, layers)
def test_flattening_is_its_rule(configs: dict[str, Config], base: dict[str, Any]) -> None:
    """Cyclic, dangling and shared parents included, with and without remembered parents, it always ends."""
    decoded = DecodedConfigs(limit=2)
    for config_id in configs:
        lineage = linearize(config_id, configs.get)
        assert lineage is not None
        expected = plainly_flattened(config_id, configs, base)
        assert flatten(lineage, base) == flatten(lineage, base, decoded) == expected
        assert lineage.configs[-1].id == config_id
        looked_for = {config_id, *(p for config in lineage.configs for p in config.parent_ids)}
        assert {name for name, _revision in lineage.seen} == looked_for


def leaves(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted path → value, for everything that is no object with something inside."""
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict) and item:
            found.update(leaves(item, f"{prefix}{key}."))
        else:
            found[prefix + key] = item
    return found


@given(families, layers)
def test_every_value_is_explained(configs: dict[str, Config], base: dict[str, Any]) -> None:
    """Each value of a flattened raw config comes from a layer, and that layer says it."""
    sources = {name: leaves(decode(config)) for name, config in configs.items()}
    sources[SERVER] = leaves(base)
    for config_id in configs:
        lineage = linearize(config_id, configs.get)
        assert lineage is not None
        told = leaves(flatten(lineage, base))
        origins = explain(lineage, base)
        assert origins.keys() == told.keys()
        for path, origin in origins.items():
            assert sources[origin][path] == told[path]


def test_explaining_names_the_last_who_said_it() -> None:
    """Per value, down to the parameters of a line; the server's own values say so, and a config called `base` is not mistaken for it."""
    configs = family(
        a_config("phone", "site", sip_lines={"1": {"number": "1001"}}, funckeys={}),
        a_config("site", locale="fr_FR", sip_lines={"1": {"number": "", "proxy_ip": "p"}}),
    )
    lineage = linearize("phone", configs.get)
    assert lineage is not None
    assert explain(lineage, {"tftp_port": 69, "locale": "en_US"}) == {
        "tftp_port": SERVER,
        "locale": "site",
        "sip_lines.1.number": "phone",
        "sip_lines.1.proxy_ip": "site",
        "funckeys": "phone",
    }


def test_heirs_are_found_through_every_generation() -> None:
    """Who must be configured again when a config changes: itself and all that inherit, cycles included."""
    configs = (
        a_config("base", "phone"),
        a_config("site", "base"),
        a_config("phone", "site", "base"),
        a_config("other"),
    )

    def children(config_id: str) -> list[Config]:
        return [config for config in configs if config_id in config.parent_ids]

    assert set(heirs("base", children)) == {"base", "site", "phone"}
    assert heirs("other", children) == ("other",)
    assert heirs("nobody", children) == ("nobody",)
