"""The API's nouns, as a program says them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from provd.client.packages import Packages
from provd.client.plugin_packages import PluginPackages
from provd.client.wire import DEFAULT_URL, TIMEOUT, How, Reply, Transport, segment

if TYPE_CHECKING:
    from provd.client.events import EventStream

ROOT = "/api/v1"
PIECE = 1 << 19
"""Bytes of a file that are sent at once: half of what a server reads."""

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"

Object = dict[str, Any]


class Collection:
    """A collection of documents: devices, configs."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._base = f"{ROOT}/{name}"

    def _path(self, document_id: str) -> str:
        return f"{self._base}/{segment(document_id)}"

    def list(
        self,
        *,
        where: Mapping[str, str | Sequence[str]] | None = None,
        sort: str = "",
        skip: int = 0,
        limit: int = 0,
        fields: Sequence[str] = (),
    ) -> Object:
        """`{"total": …, "items": […]}`.

        `where`: filters (`version`: `Gte(3.2)`; several of one may hold either way), and `q` for a
        selector in JSON; `sort`: a dotted key, with a leading `-` for descending; `limit` 0: all.
        """
        window = {"sort": sort, "skip": skip, "limit": limit, "fields": ",".join(fields)}
        given = {name: str(each) for name, each in window.items() if each}
        parameters: dict[str, str | Sequence[str]] = {**(where or {}), **given}
        return dict(self._transport.call("GET", self._base, parameters=parameters).body)

    def get(self, document_id: str) -> Reply:
        """One document and its revision."""
        return self._transport.call("GET", self._path(document_id))

    def create(self, document: Mapping[str, Any], **how: Unpack[How]) -> Reply:
        """Create a document; the server chooses an id where it has none."""
        return self._transport.call("POST", self._base, dict(document), **how)

    def replace(self, document_id: str, document: Mapping[str, Any], **how: Unpack[How]) -> Reply:
        """Put another document in the place of the present one."""
        return self._transport.call("PUT", self._path(document_id), dict(document), **how)

    def change(self, document_id: str, patch: Mapping[str, Any], **how: Unpack[How]) -> Reply:
        """Merge-patch (RFC 7396): null removes a key."""
        path = self._path(document_id)
        return self._transport.call("PATCH", path, dict(patch), media_type=MERGE_PATCH, **how)

    def patch(
        self, document_id: str, operations: Sequence[Mapping[str, Any]], **how: Unpack[How]
    ) -> Reply:
        """JSON patch (RFC 6902): operations, `test` among them; all of them or none."""
        path, patch = self._path(document_id), [dict(each) for each in operations]
        return self._transport.call("PATCH", path, patch, media_type=JSON_PATCH, **how)

    def bulk(
        self, operations: Sequence[Mapping[str, Any]], *, atomic: bool = True, **how: Unpack[How]
    ) -> Object:
        """Many changes: in one commit or, where not `atomic`, those that can be made."""
        body = {"operations": [dict(each) for each in operations], "atomic": atomic}
        return dict(self._transport.call("POST", f"{self._base}:bulk", body, **how).body)

    def delete(self, document_id: str, **how: Unpack[How]) -> Reply:
        """Delete a document."""
        return self._transport.call("DELETE", self._path(document_id), **how)


class Devices(Collection):
    """Devices, and what is done to many of them."""

    def synchronize(
        self, where: Mapping[str, str | Sequence[str]] | None = None, **given: Any
    ) -> Object:
        """Have all that `where` chooses, as in `list`, fetch their files again; the operation is in `result`.

        `given` are `at`, `window`, `reboot` and `by`.
        """
        path = f"{self._base}:synchronize"
        return dict(self._transport.call("POST", path, given, parameters=where).body)


class Configs(Collection):
    """Configs, and what they come to once flattened."""

    def raw(self, config_id: str) -> Object:
        """`{"raw_config": …, "origin": {path: config id}}`."""
        return dict(self._transport.call("GET", f"{self._path(config_id)}/raw").body)


class Users(Collection):
    """Users, and their passwords."""

    def set_password(self, user_id: str, password: str) -> None:
        """Give a user another password; every token of the user is void then."""
        self._transport.call("PUT", f"{self._path(user_id)}/password", {"password": password})


class Leases(Collection):
    """Who has which address."""

    def release(self, address: str) -> Object:
        """Free an address at once; answers its lease."""
        return dict(self._transport.call("POST", f"{self._path(address)}/release").body)


class Tokens:
    """Tokens, one's own and others'."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._base = f"{ROOT}/tokens"

    def own(self) -> Object:
        """One's own."""
        return dict(self._transport.call("GET", f"{ROOT}/self/tokens").body)

    def list(self, user: str = "") -> Object:
        """Everybody's, or those of a user."""
        where = {"subject": user} if user else None
        return dict(self._transport.call("GET", self._base, parameters=where).body)

    def issue(self, wish: Mapping[str, Any]) -> Object:
        """A token for whoever calls; its text is in `token`."""
        return dict(self._transport.call("POST", self._base, dict(wish)).body)

    def give_back(self, token_id: str) -> None:
        """Have one's own refused from now on."""
        self._transport.call("DELETE", f"{ROOT}/self/tokens/{segment(token_id)}")

    def revoke(self, token_id: str) -> None:
        """Have anybody's refused from now on."""
        self._transport.call("DELETE", f"{self._base}/{segment(token_id)}")

    def revoke_all(self, user: str = "") -> Object:
        """Have all of a user's refused, or everybody's; `{"revoked": …}`."""
        whose = {"subject": user} if user else {}
        return dict(self._transport.call("POST", f"{self._base}/revoke", whose).body)


class Rights(Collection):
    """Rights on single devices; they are granted and taken back, never changed."""

    def grant(self, wish: Mapping[str, Any], **how: Unpack[How]) -> Object:
        """`user`, `devices`, `actions`, perhaps `until`: on all of the devices, or on none."""
        return dict(self._transport.call("POST", self._base, dict(wish), **how).body)

    def revoke(self, *, user: str = "", devices: Sequence[str] = ()) -> Object:
        """All of a user's, everybody's on some devices, or the user's on those; `{"revoked": …, "ended": …}`."""
        whose: Object = {"user": user} if user else {}
        if devices:
            whose["devices"] = [*devices]
        return dict(self._transport.call("POST", f"{self._base}/revoke", whose).body)


class Api:
    """One provd. Every method raises `ServerUnreachable`, `StrangeAnswer` or an `ApiError`."""

    def __init__(
        self, url: str = DEFAULT_URL, timeout: float = TIMEOUT, ca: str = "", *, token: str = ""
    ) -> None:
        """`ca`: over HTTPS, a file of certificates to trust, or the server's pin; `token`: what
        proves who calls.
        """
        self._transport = Transport(url, timeout, ca, f"Bearer {token}" if token else "")
        self.devices = Devices(self._transport, "devices")
        self.configs = Configs(self._transport, "configs")
        self.users = Users(self._transport, "users")
        self.roles = Collection(self._transport, "roles")
        self.tokens = Tokens(self._transport)
        self.rights = Rights(self._transport, "rights")
        self.audit = Collection(self._transport, "audit")
        self.operations = Collection(self._transport, "operations")
        self.packages = Packages(self._transport)
        self.plugin_packages = PluginPackages(self._transport)
        self.subnets = Collection(self._transport, "subnets")
        self.reservations = Collection(self._transport, "reservations")
        self.leases = Leases(self._transport, "leases")
        self.tenures = Collection(self._transport, "tenures")
        self.boot_rules = Collection(self._transport, "boot-rules")
        self.keys = Collection(self._transport, "keys")
        self.credentials = Collection(self._transport, "credentials")
        self.url_tokens = Collection(self._transport, "url-tokens")
        self.serving_policies = Collection(self._transport, "serving-policies")
        self.enrolments = Collection(self._transport, "enrolments")
        self.alerts = Collection(self._transport, "alerts")

    @property
    def url(self) -> str:
        """Where it speaks to."""
        return self._transport.url

    def close(self) -> None:
        """Close the connection. Idempotent."""
        self._transport.close()

    def _get(self, path: str, parameters: Mapping[str, str] | None = None) -> Object:
        return dict(self._transport.call("GET", ROOT + path, parameters=parameters).body)

    def whoami(self) -> Object:
        """Who the server takes the caller for: `user`, `provider`, `token`, `rights`."""
        return self._get("/self")

    def log_in(self, user: str, password: str, wish: Mapping[str, Any] | None = None) -> Object:
        """A token for a name and a password; its text is in `token`."""
        pair = b64encode(f"{user}:{password}".encode()).decode("ascii")
        return self._log_in(f"Basic {pair}", wish)

    def log_in_with(self, once: str, wish: Mapping[str, Any] | None = None) -> Object:
        """A token for one that is good once; its text is in `token`."""
        return self._log_in(f"Bearer {once}", wish)

    def _log_in(self, proof: str, wish: Mapping[str, Any] | None) -> Object:
        usual = self._transport
        once = Transport(usual.url, usual.timeout, usual.ca, proof)
        try:
            return dict(once.call("POST", f"{ROOT}/tokens", dict(wish or {})).body)
        finally:
            once.close()

    def actions(self, noun: str, document_id: str = "") -> Object:
        """`{"total": …, "items": […]}`: what can be done now with a document, a plugin (`plugins`) or the
        server itself (`system`, without an id), and by whom.
        """
        return self._get(_place(noun, document_id))

    def act(
        self, noun: str, document_id: str, command: str, parameters: Mapping[str, Any]
    ) -> Object:
        """Do it; what came of it is in `result`."""
        path = f"{ROOT}{_place(noun, document_id)}/{segment(command)}"
        return dict(self._transport.call("POST", path, dict(parameters)).body)

    def index(self) -> Object:
        """What the API offers."""
        return self._get("")

    def ready(self) -> Object:
        """`{"ready": true, …}`. @raise ServerFailed: it is not, and why."""
        return dict(self._transport.call("GET", "/readyz").body)

    def interfaces(self) -> Object:
        """The network interfaces of the server's host, and the subnets that could be served there."""
        return self._get("/interfaces")

    def plugins(self) -> Object:
        """Every plugin, loaded or broken."""
        return self._get("/plugins")

    def plugin(self, plugin_id: str) -> Object:
        """One plugin, with its last failure."""
        return self._get(f"/plugins/{segment(plugin_id)}")

    def reload_plugin(self, plugin_id: str) -> Object:
        """Load a plugin's code anew; the one loaded before stays when that fails."""
        path = f"{ROOT}/plugins/{segment(plugin_id)}/reload"
        return dict(self._transport.call("POST", path).body)

    def preferences(self) -> Object:
        """What operators have chosen of the server, and what holds where nobody has."""
        return self._get("/preferences")

    def prefer(self, patch: Mapping[str, Any], **how: Unpack[How]) -> Object:
        """Choose some (RFC 7396), all of them or none: null is as if nobody had; what holds since."""
        path = f"{ROOT}/preferences"
        call = self._transport.call("PATCH", path, dict(patch), media_type=MERGE_PATCH, **how)
        return dict(call.body)

    def reload(self) -> Object:
        """Have the server read its settings again; `changed` names those that took effect."""
        return dict(self._transport.call("POST", f"{ROOT}/system/reload").body)

    def last_reload(self) -> Object:
        """What became of the last attempt to read the settings again."""
        return self._get("/system/reload")

    def backup(self) -> Object:
        """Begin a copy of what the server keeps; the operation, whose `result` names it at the end."""
        return dict(self._transport.call("POST", f"{ROOT}/system/backup").body)

    def backups(self) -> Object:
        """Every copy there is, the newest first."""
        return self._get("/system/backups")

    def send_backup(self, file: Path) -> Object:
        """Send a copy from elsewhere, under the name of its file; what the server says of it.

        It is checked as a whole, and is then one of those that can be restored.
        """
        path = f"{ROOT}/system/backups/{segment(file.name)}"
        digest, offset = sha256(), 0
        with file.open("rb") as source:
            while piece := source.read(PIECE):
                self._put_piece(path, piece, {"offset": str(offset)})
                digest.update(piece)
                offset += len(piece)
        return self._put_piece(path, b"", {"sha256": digest.hexdigest()})

    def _put_piece(self, path: str, piece: bytes, parameters: Mapping[str, str]) -> Object:
        sent = self._transport.call(
            "PUT", path, piece, parameters=parameters, media_type="application/octet-stream"
        )
        return dict(sent.body)

    def restore(self, name: str, *, rehearse: bool = False) -> Object:
        """Begin to put a copy in the place of what there is; the operation. To `rehearse` changes nothing."""
        given = {"dryrun": "true"} if rehearse else {}
        path = f"{ROOT}/system/restore"
        return dict(self._transport.call("POST", path, {"name": name}, parameters=given).body)

    def reseal(self) -> Object:
        """Begin to seal everything with the first of the keys, which are read again; the operation."""
        return dict(self._transport.call("POST", f"{ROOT}/system/reseal").body)

    def logs(
        self, where: Mapping[str, str] | None = None, *, limit: int = 0, after: int = 0
    ) -> Object:
        """The last lines of the log: `where` holds `call`, `token`, `inquiry`, `device` and `level`.

        With `after`, the number of a line, the first of those that follow on it.
        """
        given = {**(where or {}), "limit": str(limit or ""), "after": str(after or "")}
        return self._get("/logs", {name: each for name, each in given.items() if each})

    def decisions(self, *, device_id: str = "", limit: int = 0) -> Object:
        """The latest decisions, of one device where named."""
        given = {"device": device_id, "limit": str(limit) if limit else ""}
        return self._get("/decisions", {name: each for name, each in given.items() if each})

    def decision(self, inquiry_id: str) -> Object:
        """How one inquiry was decided."""
        return self._get(f"/decisions/{segment(inquiry_id)}")

    def what_if(self, description: Mapping[str, Any]) -> Object:
        """What a request would be answered, and why; changes nothing."""
        return dict(self._transport.call("POST", f"{ROOT}/whatif", dict(description)).body)

    def operation(self, operation_id: str) -> Object:
        """One piece of long work."""
        return self._get(f"/operations/{segment(operation_id)}")

    def cancel(self, operation_id: str) -> Object:
        """Stop long work where it stands."""
        path = f"{ROOT}/operations/{segment(operation_id)}/cancel"
        return dict(self._transport.call("POST", path).body)

    def events(self) -> EventStream:
        """What happens, as it happens: subscribe, and go through it. A connection of its own; close it."""
        from provd.client.events import EventStream  # noqa: PLC0415 - other calls do without WebSockets

        return EventStream(self._transport)

    def counters(self) -> Object:
        """What was counted since the start: answers, refusals, limits."""
        return self._get("/counters")


def _place(noun: str, document_id: str) -> str:
    """Where the actions of a document are, or of the noun itself."""
    return f"/{noun}/{segment(document_id)}/actions" if document_id else f"/{noun}/actions"
