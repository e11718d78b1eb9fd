"""Taking up settings while the server runs: read whole, checked whole, taken up in one go.

Whatever can fail is made first and beside what runs; then everything is changed in one turn of the
reactor, by assignments that cannot fail.  What is under way goes on with what it began with: a
transfer keeps its timeouts, a connection its bounds, an operation its raw config.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, frozen

from provd.access import Believed, UnusableAuthority, UnusableHtpasswd
from provd.api import answer_to
from provd.application.decisions import Decisions
from provd.application.serving import Secrecy
from provd.application.system import RestartNeeded
from provd.daemon.access import Access, Proving
from provd.daemon.log import Lines
from provd.daemon.packages import adopt_packages
from provd.daemon.settings import Settings, changes, why_not
from provd.daemon.showing import Showing
from provd.documents import server_raw_config
from provd.pipeline import CreationLimits, DraftApp, Pipeline, Stages, compose
from provd.values import Invalid, Problem, ProvdError


@define
class Standing:
    """The settings that hold at present."""

    settings: Settings

    def base_raw_config(self) -> dict[str, Any]:
        """What every raw config starts from."""
        return base_raw_config(self.settings)


@frozen
class Deciding:
    """What decides, and can be told to decide otherwise."""

    app: DraftApp
    pipeline: Pipeline
    limits: CreationLimits
    decisions: Decisions
    secrecy: Secrecy


class Reloading:
    """Brings a running server to the settings as they are written now."""

    def __init__(self, server: Any, read: Callable[[], Settings], lines: Lines | None) -> None:
        """`server` is what `wire` made; `read` reads settings; `lines` is the log, where it is ours."""
        self._server = server
        self._read = read
        self._lines = lines

    def __call__(self) -> Sequence[str]:
        """Take up what is written now; the names of the settings that changed.

        Files that settings name are read again even where no setting changed.

        @raise Invalid, RestartNeeded: and nothing was changed.
        """
        standing: Standing = self._server.standing
        wanted = self._read()
        changed = changes(standing.settings, wanted)
        _require_no_restart(changed)
        stages = self._composed(wanted)
        base = _checked(wanted)
        proving = self._proving(wanted)
        believed = self._believed(wanted)
        self._take_up(wanted, stages, base, changed)
        self._take_up_access(proving, changed)
        self._server.showing.adopt(believed, wanted)
        return changed

    def _proving(self, wanted: Settings) -> Proving:
        access: Access = self._server.access
        try:
            return access.prepared(wanted.access)
        except UnusableHtpasswd as error:
            raise Invalid("settings", (Problem("access.htpasswd", str(error)),)) from error
        except UnusableAuthority as error:
            raise Invalid("settings", (Problem("access.client_ca", str(error)),)) from error

    def _believed(self, wanted: Settings) -> Believed:
        showing: Showing = self._server.showing
        try:
            return showing.prepared(wanted)
        except UnusableAuthority as error:
            raise Invalid("settings", (Problem("certificates.bundles", str(error)),)) from error

    def _take_up_access(self, proving: Proving, changed: Sequence[str]) -> None:
        """From the next request on; a call that is under way is still whose it was, but for who listens."""
        server = self._server
        server.access.adopt(proving)
        if server.secured is not None and "access.client_ca" in changed:
            server.secured.ask_clients(wanted=bool(proving.settings.client_ca))
        if "access.required" in changed:
            server.welcome()
        if any(name.startswith("access.") for name in changed):
            server.operators.events.doubt()

    def _composed(self, wanted: Settings) -> Stages:
        try:
            return compose_for(self._server.deciding.app, wanted)
        except ProvdError as error:
            raise Invalid("settings", (Problem("pipeline", str(error)),)) from error

    def _take_up(
        self,
        wanted: Settings,
        stages: Stages,
        base: Mapping[str, Any],
        changed: Sequence[str],
    ) -> None:
        server = self._server
        deciding: Deciding = server.deciding
        server.standing.settings = wanted
        deciding.pipeline.adopt(stages)
        deciding.app.nat = wanted.pipeline.nat
        deciding.limits.adopt(wanted.limits)
        deciding.decisions.keep(wanted.decisions.kept)
        deciding.secrecy.adopt(wanted.sweeps)
        server.inquiries.adopt(wanted.inquiries)
        server.threshold.adopt(wanted.serving)
        server.operators.synchronizing.adopt(wanted.synchronization)
        server.drivers.adopt(wanted)
        server.http.adopt(wanted.http)
        server.tftp.adopt(wanted.tftp)
        server.dhcp.adopt(wanted.dhcp)
        server.plugins.cache.hold(wanted.plugins.cache_bytes)
        adopt_packages(server.operators, wanted)
        server.refresh_every(wanted.plugins.refresh)
        answer_to(server.api, wanted.api.hosts, wanted.api.cors_origins)
        if self._lines is not None:
            self._lines.adopt(wanted.log)
        if server.secured is not None:
            server.secured.look_again()
        if any(name.startswith("phones.") for name in changed):
            self._tell_phones(wanted, base)

    def _tell_phones(self, wanted: Settings, base: Mapping[str, Any]) -> None:
        """Every file that was rendered is out of date, and what is configured may not be any more."""
        server = self._server
        phones = wanted.phones
        server.plugins.advertise(phones.http_base_url or None, phones.raw_config)
        server.operators.readiness.adopt(base)
        for plugin_id in server.plugins.ids():
            server.operators.revalidation.plugin_changed(plugin_id, "reload")


def compose_for(app: DraftApp, settings: Settings) -> Stages:
    """The stages that the settings name. @raise PipelineFileBroken: one cannot be used."""
    pipeline = settings.pipeline
    names = {
        "info_extractor": pipeline.info_extractor,
        "retriever": pipeline.retriever,
        "updater": pipeline.updater,
    }
    return compose(app, names, Path(pipeline.directory) if pipeline.directory else None)


def base_raw_config(settings: Settings) -> dict[str, Any]:
    """What every raw config starts from, as far as it can be told without a request."""
    url = settings.phones.http_base_url
    if not url:
        host = settings.listen.interface or "127.0.0.1"
        host = f"[{host}]" if ":" in host else host
        url = f"http://{host}:{settings.listen.port}"
    return server_raw_config(settings.phones.raw_config, url, settings.tftp.port)


def _checked(settings: Settings) -> dict[str, Any]:
    try:
        return base_raw_config(settings)
    except Invalid as error:
        found = (
            Problem(f"phones.raw_config: {each.path}", each.message, each.expected)
            for each in error.problems
        )
        raise Invalid("settings", tuple(found)) from error


def _require_no_restart(changed: Sequence[str]) -> None:
    problems = tuple(
        Problem(name, f"takes effect at a start only: {why}", "what it was")
        for name in changed
        if (why := why_not(name))
    )
    if problems:
        raise RestartNeeded(problems)
