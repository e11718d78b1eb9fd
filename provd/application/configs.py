"""What operators may do with configs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from provd.application.collection import Editable
from provd.application.grades import Grades
from provd.application.readiness import BaseRawConfig
from provd.application.resolved import RESOLVED, Resolver
from provd.application.slices import Slices
from provd.application.writing import settled
from provd.contracts import IDocumentStore
from provd.documents import CONFIGS, Config, Kind, explain, flatten, linearize
from provd.values import NoSuchDocument


class Configs(Editable[Config]):
    """Configs, and what each comes to over its parents.

    A change is told as soon as it is kept; whether the devices that inherit from it are still
    configured is looked at afterwards (see `revalidation`).  Devices and configs that refer to one
    that was deleted stay, and say so.
    """

    kind: ClassVar[Kind] = CONFIGS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        base: BaseRawConfig,
        grades: Grades | None = None,
    ) -> None:
        super().__init__(store, slices, new_id, grades=grades)
        self._base = base
        self.derived = {RESOLVED: Resolver(store, base).of_config}

    async def raw(self, config_id: str) -> dict[str, Any]:
        """`raw_config` flattened over its parents and the server's base, and the `origin` of each value.

        An origin is the id of a config, or `(server)` for what the server itself gives; `lineage`
        lists the configs in order of application.

        @raise NoSuchDocument: there is none.
        """
        lineage = linearize(config_id, lambda each: self._store.get(self.kind.name, each))
        if lineage is None:
            raise NoSuchDocument(self.kind.name, config_id)
        for config in lineage.configs:
            await settled(self._store, self.kind.name, config.id)
        base = self._base()
        return {
            "id": config_id,
            "raw_config": flatten(lineage, base),
            "origin": explain(lineage, base),
            "lineage": [config.id for config in lineage.configs],
            "missing": [each for each, revision in lineage.seen if not revision],
        }
