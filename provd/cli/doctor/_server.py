"""The running server: is it ready, and are its plugins well?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provd.cli.doctor._finding import Finding, fail, ok, warn
from provd.client.errors import ApiError, ServerUnreachable, StrangeAnswer
from provd.client.pin import NotTrusted

if TYPE_CHECKING:
    from provd.client import Api

SERVER = "server"
PLUGINS = "plugins"


def check_server(api: Api) -> tuple[bool, list[Finding]]:
    """Whether a server answers, and what it says of itself."""
    try:
        told = api.ready()
    except ServerUnreachable:
        step = "start it with `provd run` or `systemctl start provd`"
        return False, [warn(SERVER, f"nothing answers at {api.url}", step)]
    except NotTrusted as error:
        return True, [fail(SERVER, str(error), "see the line about the certificate")]
    except StrangeAnswer as error:
        return False, [fail(SERVER, str(error), "set another api.port, or stop what listens there")]
    except ApiError as error:
        return True, [fail(SERVER, str(error), "see the server's log")]
    worries = [warn(SERVER, text, "see the server's log") for text in told.get("warnings", ())]
    return True, [ok(SERVER, f"ready at {api.url}"), *worries]


def check_plugins(api: Api) -> list[Finding]:
    """Every plugin that is broken or fails, or that all is well."""
    found: list[Finding] = []
    try:
        plugins = api.plugins()["items"]
    except (ServerUnreachable, StrangeAnswer, ApiError, NotTrusted) as error:
        return [fail(PLUGINS, str(error), "see the server's log")]
    for plugin in plugins:
        step = f"`provd plugins show {plugin['id']}` has the traceback"
        if plugin["state"] == "broken":
            found.append(fail(PLUGINS, f"{plugin['id']} could not be loaded", step))
        elif plugin["failures"] or plugin["reason"]:
            found.append(warn(PLUGINS, f"{plugin['id']} failed {plugin['failures']} times", step))
    if not plugins:
        step = "put plugins into the data directory's plugins/"
        return [warn(PLUGINS, "there are none", step)]
    return found or [ok(PLUGINS, f"{len(plugins)} plugins, none failed")]
