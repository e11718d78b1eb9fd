"""The conformance suite lets a good plugin pass, and finds what is wrong with a bad one."""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from provd.testing.plugin import make_plugin_tests
from provd.testing.plugin_files import ENTRY, INFO, write_plugin


class AcmeTests(make_plugin_tests(write_plugin)):  # type: ignore[misc]  # a suite is a class made by a function
    """The small plugin of other tests keeps the contract."""


settings.register_profile("find", deadline=None, phases=(Phase.generate,), max_examples=10)


@contextmanager
def without_shrinking() -> Iterator[None]:
    """It is enough that a defect is found; how small an example can get is of no interest here."""
    before = settings.get_current_profile_name()
    settings.load_profile("find")
    try:
        yield
    finally:
        settings.load_profile(before)


def fails(name: str, **written: Any) -> bool:
    """Whether a plugin fails this test of the suite."""

    def load(into: Path) -> Path:
        return write_plugin(into, **written)

    result = unittest.TestResult()
    with without_shrinking():
        unittest.TestSuite([make_plugin_tests(load)(name)]).run(result)
    return not result.wasSuccessful()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"files": {"templates/common.tpl": "{{ nothing }}"}}, "test_every_model_gets_every_file"),
        ({"files": {"templates/common.tpl": "{% if %}"}}, "test_templates_compile"),
        (
            {
                "files": {
                    "templates/common.tpl": "{% for c in admin_password %}\na: {{ c }}\n{% endfor %}"
                }
            },
            "test_values_stay_in_their_places",
        ),
        (
            {"entry": ENTRY.replace("by_user_agent, ", "lambda asked: None, ")},
            "test_witnesses_have_names",
        ),
        (
            {"entry": ENTRY.replace('"model": model}', '"colour": "x"}')},
            "test_witnesses_are_pure_and_sensible",
        ),
        (
            {"entry": ENTRY.replace("DeviceSupport.COMPLETE", "'much'")},
            "test_associates_what_it_declares",
        ),
        ({"info": INFO | {"capabilities": {}}}, "test_says_what_it_is"),
        (
            {"entry": ENTRY.replace("raw_config[", "raw_config['admin_password'] and raw_config[")},
            "test_every_model_gets_every_file",
        ),
        (
            {
                "entry": ENTRY.replace("{MAC}.cfg", "*.cfg").replace(
                    '"*.cfg", "phone.tpl"', '"00005E00532A.cfg", "phone.tpl"'
                )
            },
            "test_another_devices_file_is_refused",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_defect_is_found(written: dict[str, Any], found: str) -> None:
    """By the test that is about it."""
    assert fails(found, **written)
