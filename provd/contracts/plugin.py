"""The plugin contract: what a vendor plugin may promise. The host asks, never assumes.

A plugin provides `IPlugin` and as many of the small interfaces as it can keep.  Every call
into it goes through one guard: whatever it raises becomes `PluginFailed`, names the plugin, and
refuses that device only.  All calls are made on the reactor thread and must not block it;
a plugin keeps no state between calls but in its own directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.values import Answer, Format, Info, Way


class IPlugin(Interface):
    """A vendor family's plugin, as the host finds it in `entry.py` under the name `PLUGIN`."""


class IIdentify(Interface):
    """Recognises its devices in requests.

    Called for every request that matches a clue, for every vendor: it must be a pure function
    of what it reads from `asked` (the host remembers its answers under exactly those fields).
    """

    clues = Attribute("tuple of `provd.sdk.Clue`")
    by_address = Attribute(
        "protocols (frozenset of 'http' | 'tftp' | 'dhcp') over which its devices may send nothing"
        " that names them; empty for almost every vendor"
    )


class IAssociate(Interface):
    """Says how well the plugin supports a device."""

    def associate(info: Info) -> int:
        """A `provd.sdk.DeviceSupport` level for vendor, model and version in `info`. Pure."""


class IConfigure(Interface):
    """Checks and completes what a device is configured with, before its files are rendered."""

    def configure(device: Any, raw_config: dict[str, Any]) -> None:
        """Complete `raw_config` (a private copy) in place with `XX_` values for the templates. Pure.

        @raise provd.sdk.RawConfigError: the device cannot be configured with it, and why.
        """


class IView(Interface):
    """What a plugin may see while it answers: its device, its own directory, nothing else."""

    device = Attribute("the device document (provd.documents.Device)")
    raw_config = Attribute("the flattened raw config, completed with defaults (dict, private copy)")
    base_url = Attribute("`http://address:port` under which this device reaches this server (str)")
    shared_url = Attribute("`base_url` without what is one tenant's (str)")
    base = Attribute(
        "the server's own part of every raw config, with `shared_url` (dict, private copy)"
    )
    inputs = Attribute(
        "equal to that of another view of the device as long as `raw_config` and `base_url` are;"
        " None for a device without a config (hashable)"
    )
    keep = Attribute(
        "whether what is answered is given; False (what-if): nothing may be left behind"
    )

    def file(relative: str) -> Answer:
        """A file of the plugin's served tree (`var/tftpboot`): walked, never joined.

        A Refusal when there is none.
        """

    def firmware() -> Any:
        """What the device is to run (a `provd.sdk.Firmware`) out of the plugin's packages; None: what it has.

        As `provd.sdk.firmware` tells it from the raw config; without one, what is installed counts.
        """

    def render(
        candidates: Sequence[str],
        context: Mapping[str, Any],
        format: Format,  # noqa: A002 - the word authors would look for
        media_type: str = "text/plain; charset=utf-8",
    ) -> Answer:
        """The first of these templates that exists, rendered with its format's escaping.

        Each is looked for among the administrator's overrides, then in the plugin's `templates/`.
        A template sees every key of the raw config at its top level (`sip_lines`, `XX_...`), the
        device as `device`, its options as `XX_options`, `base_url`, and over all that `context`.
        """


class IServe(Interface):
    """Answers its devices: one tree for all protocols."""

    def serve(path: str, view: IView) -> Answer | Deferred[Answer]:
        """What is at `path` (no leading slash, `/` between segments, never `.` or `..`).

        HEAD, ranges, conditionals and block sizes are the edges' business.
        """


class ITellSecrets(Interface):
    """Says by their names which files of its tree tell secrets: a file on disk does not show it."""

    def tells_secrets(path: str) -> bool:
        """Whether whoever may not have secrets is refused `path` altogether. Pure."""


class IAnswerDHCP(Interface):
    """Says what its devices are told over DHCP, beside their address: where their files are, above all."""

    def dhcp_options(asked: Any, view: IView) -> Mapping[int, str | bytes]:
        """The options for one device by code; `asked` (a `provd.sdk.Asked`) is what it sent.

        A text is written as documents write the option (`192.0.2.1`, `3600`, a plain text); bytes go
        out as they are; what is empty keeps the option from being sent.  Called for every answer, on
        the reactor thread: quick, and pure but for what it reads from `asked` and `view`.  Each is
        sent where the device asks for it (option 55).
        """


class IAct(Interface):
    """Does things with its devices that operators ask for: reboot it, make it blink, read its state."""

    actions = Attribute(
        "mapping of command (`[a-z][a-z0-9_-]*`) to `provd.sdk.Action`; the same while it is loaded"
    )

    def act(
        command: str, device: Any, raw_config: dict[str, Any], parameters: Mapping[str, Any]
    ) -> Any:
        """Do one of them; answers a JSON object, None, or a Deferred of either within ten seconds.

        Called for declared commands only, with every required parameter and no unknown one.  Raises,
        or fails, with a message for the operator.  A Deferred whose answer nobody wants any more, since
        the operator may not do that any more, or stopped it, is cancelled.
        """


class IActOnSystem(Interface):
    """Does things that are about no single device: fetch a directory, take over an import, ask a vendor."""

    system_actions = Attribute(
        "mapping of command (`[a-z][a-z0-9_-]*`) to `provd.sdk.Action`; the same while it is loaded"
    )

    def act_on_system(command: str, parameters: Mapping[str, Any]) -> Any:
        """Do one of them; answers a JSON object, None, or a Deferred of either within ten seconds.

        Called for declared commands only, with every required parameter and no unknown one.  Raises,
        or fails, with a message for the operator.
        """


class ISynchronize(Interface):
    """Says how its devices are made to fetch their files again; the host does it."""

    def ways(device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """What a device understands (`provd.sdk.Notify`, `provd.sdk.ActionUrl`), the best first. Pure.

        The site's settings choose among them.
        """

    def accounts_file(device: Any) -> str:
        """The name, without directories, of the file that tells a device its SIP accounts; or empty.

        A device that fetched it runs the accounts in it, and has what it was synchronized for. Pure.
        """
