"""`services`: what a plugin lets operators set, kept in a file of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class InvalidParameterError(Exception):
    """A value cannot be set."""


class AbstractConfigurationService:
    """Parameters by name; `description` tells each in a sentence."""

    description: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str | None:
        """The value. @raise KeyError: there is no such parameter."""
        raise NotImplementedError

    def set(self, name: str, value: str | None) -> None:
        """Set it. @raise KeyError: there is no such parameter. @raise InvalidParameterError: it cannot be."""
        raise NotImplementedError


class AbstractInstallationService:
    """A name for signatures."""


class AttrConfigurationServiceParameter:
    """A parameter that is an attribute of an object."""

    def __init__(
        self, obj: Any, name: str, description: str, check_fun: Any = None, **localized: str
    ) -> None:
        self._obj, self._name, self._check = obj, name, check_fun
        self.description = description
        self.localized = localized

    def get(self) -> Any:
        return getattr(self._obj, self._name)

    def set(self, value: Any) -> None:
        if self._check is not None:
            self._check(value)
        setattr(self._obj, self._name, value)


class DictConfigurationServiceParameter:
    """A parameter that is an item of a dictionary; None removes it."""

    def __init__(
        self,
        dict_: dict[str, Any],
        key: str,
        description: str,
        check_fun: Any = None,
        **localized: str,
    ) -> None:
        self._dict, self._key, self._check = dict_, key, check_fun
        self.description = description
        self.localized = localized

    def get(self) -> Any:
        return self._dict.get(self._key)

    def set(self, value: Any) -> None:
        if self._check is not None:
            self._check(value)
        if value is None:
            self._dict.pop(self._key, None)
        else:
            self._dict[self._key] = value


class BaseConfigurationService(AbstractConfigurationService):
    """Parameters by name, each an object that gets and sets."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params
        self.description = [(name, each.description) for name, each in params.items()]

    def get(self, name: str) -> Any:
        return self._params[name].get()

    def set(self, name: str, value: Any) -> None:
        self._params[name].set(value)


class PersistentConfigurationServiceDecorator(AbstractConfigurationService):
    """Another service whose values outlive the process."""

    def __init__(self, cfg_service: Any, persister: Any) -> None:
        self._service = cfg_service
        self._persister = persister
        for name, value in persister.params().items():
            cfg_service.set(name, value)

    @property
    def description(self) -> Any:  # type: ignore[override]  # the other one's
        return self._service.description

    def get(self, name: str) -> Any:
        return self._service.get(name)

    def set(self, name: str, value: Any) -> None:
        self._service.set(name, value)
        self._persister.update(name, value)


PersistentConfigureServiceDecorator = PersistentConfigurationServiceDecorator
"""Its older name, which a plugin still imports."""


class JsonConfigPersister:
    """Values in a JSON file, written whole."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._values: dict[str, Any] = {}
        if self._path.exists():
            self._values = json.loads(self._path.read_bytes())

    def params(self) -> dict[str, Any]:
        """Every value that was ever set."""
        return self._values

    def update(self, name: str, value: Any) -> None:
        """Keep a value."""
        self._values[name] = value
        beside = self._path.with_name(self._path.name + ".tmp")
        with beside.open("w") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(self._values, file)
        beside.replace(self._path)
