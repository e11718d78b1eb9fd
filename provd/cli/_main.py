"""The root of the command; each subcommand is imported when it is called.

`run`, which starts a server, stands above this room: `provd.daemon.command` adds it.  So does the
reader of a server's settings: it comes as the command's `obj`, for the doctor.
"""

from __future__ import annotations

import click

from provd.cli._lazy import LazyGroup

COMMANDS = {
    "devices": "provd.cli.devices:devices",
    "configs": "provd.cli.configs:configs",
    "plugins": "provd.cli.plugins:plugins",
    "plugin": "provd.cli.plugin:plugin",
    "packages": "provd.cli.packages:packages",
    "subnets": "provd.cli.subnets:subnets",
    "reservations": "provd.cli.reservations:reservations",
    "leases": "provd.cli.leases:leases",
    "boot-rules": "provd.cli.boot_rules:boot_rules",
    "serving-policies": "provd.cli.serving:serving_policies",
    "enrolments": "provd.cli.serving:enrolments",
    "alerts": "provd.cli.serving:alerts",
    "interfaces": "provd.cli.interfaces:interfaces",
    "dhcp": "provd.cli.dhcp:dhcp",
    "explain": "provd.cli.explain:explain",
    "whatif": "provd.cli.whatif:whatif",
    "login": "provd.cli.login:login",
    "logout": "provd.cli.login:logout",
    "whoami": "provd.cli.login:whoami",
    "users": "provd.cli.users:users",
    "roles": "provd.cli.roles:roles",
    "tokens": "provd.cli.tokens:tokens",
    "rights": "provd.cli.rights:rights",
    "keys": "provd.cli.keys:keys",
    "credentials": "provd.cli.keys:credentials",
    "url-tokens": "provd.cli.keys:url_tokens",
    "audit": "provd.cli.audit:audit",
    "logs": "provd.cli.logs:logs",
    "events": "provd.cli.events:events",
    "operations": "provd.cli.operations:operations",
    "preferences": "provd.cli.preferences:preferences",
    "system": "provd.cli.system:system",
    "reload": "provd.cli.reload:reload",
    "backup": "provd.cli.backups:backup",
    "restore": "provd.cli.backups:restore",
    "reseal": "provd.cli.backups:reseal",
    "doctor": "provd.cli.doctor:doctor",
}


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="provd", prog_name="provd")
def main() -> None:
    """One provisioning server that knows which device is asking.

    Exit codes: 0 done; 1 the server refused, or a check failed; 2 wrong usage; 3 no server
    answers; 4 the server failed.
    """
