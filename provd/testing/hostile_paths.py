"""Paths that try to leave a directory, for everything that serves files to the network.

`build_hostile_tree` makes a served directory with secrets around it: above, beside (with the served
directory's name as a prefix), and behind symbolic links.  Whatever is asked for, `SECRET` must not be
in the answer; `FRIENDLY_PATHS` must be served, so that a server that refuses everything fails too.
"""

from __future__ import annotations

import os
from pathlib import Path

SECRET = b"secret: this file lies outside of the served directory\n"
PUBLIC = b"public: this file is there to be served\n"

FRIENDLY_PATHS = (
    "phone.cfg",
    "firmware/6730i.st",
    "firmware/inside.st",
    "name with spaces.cfg",
    "naïve.cfg",
    "..hidden.cfg",
    "dots...cfg",
    "100%25.cfg",
)
"""Paths that lead to `PUBLIC`: odd names of real files, and a link that stays inside."""

HOSTILE_PATHS = (
    # climbing
    "..",
    ".",
    "../secret.cfg",
    "../../secret.cfg",
    "firmware/../../secret.cfg",
    "firmware/../phone.cfg/../../secret.cfg",
    "./../secret.cfg",
    "firmware/./../../secret.cfg",
    "....//secret.cfg",
    "..../secret.cfg",
    ".../secret.cfg",
    "../served-sibling/secret.cfg",
    "/../secret.cfg",
    "//../secret.cfg",
    "firmware//..//..//secret.cfg",
    "..;/secret.cfg",
    # the prefix of a sibling
    "-sibling/secret.cfg",
    "../served-sibling/../secret.cfg",
    # absolute; {outside} is the directory above the served one
    "{outside}/secret.cfg",
    "/{outside}/secret.cfg",
    "//{outside}/secret.cfg",
    "file://{outside}/secret.cfg",
    "/etc/passwd",
    "//etc/passwd",
    "C:/secret.cfg",
    "C:\\secret.cfg",
    # backslashes
    "..\\secret.cfg",
    "firmware\\..\\..\\secret.cfg",
    "\\..\\secret.cfg",
    "..\\/secret.cfg",
    "firmware/..\\../secret.cfg",
    # NUL and other control characters
    "phone.cfg\0",
    "../secret.cfg\0.cfg",
    "\0../secret.cfg",
    "..\0/secret.cfg",
    "phone.cfg\n",
    "phone.cfg\r\n",
    "\x7f/../secret.cfg",
    # decoded once too often
    "%2e%2e/secret.cfg",
    "%2e%2e%2fsecret.cfg",
    "..%2fsecret.cfg",
    "%252e%252e%252fsecret.cfg",
    "..%5csecret.cfg",
    "..%c0%afsecret.cfg",
    "%c0%ae%c0%ae/secret.cfg",
    "..%00/secret.cfg",
    # characters that look or normalise like dots and slashes
    "\uff0e\uff0e/secret.cfg",
    "\u2024\u2024/secret.cfg",
    "..\u2215secret.cfg",
    "..\uff0fsecret.cfg",
    "..\ufffdsecret.cfg",
    "\ufeff../secret.cfg",
    "\u202e../secret.cfg",
    "\udcff/../secret.cfg",
    "phone.cfg\udc00",
    # links
    "link-out/secret.cfg",
    "link-to-secret.cfg",
    "link-to-absolute.cfg",
    "link-to-link.cfg",
    "firmware/link-up/secret.cfg",
    "link-loop",
    "link-loop/secret.cfg",
    # no regular files
    "",
    "/",
    "firmware",
    "firmware/",
    "phone.cfg/",
    "phone.cfg/..",
    "phone.cfg/secret.cfg",
    "pipe",
    "/dev/zero",
    "/proc/self/environ",
    # too much
    "a" * 256,
    "a" * 4096 + "/../secret.cfg",
    "a/" * 4096 + "x",
    "../" * 500 + "secret.cfg",
    "/".join(["firmware", ".."] * 200) + "/../secret.cfg",
    # queries and fragments that are part of the name here
    "../secret.cfg?x",
    "../secret.cfg#x",
    "~/secret.cfg",
    "$HOME/secret.cfg",
)
"""Paths as a server has them after decoding once; `{outside}` is to be replaced, see `hostile_paths`."""

HOSTILE_TARGETS = (
    b"/../secret.cfg",
    b"/%2e%2e/secret.cfg",
    b"/%2E%2E%2Fsecret.cfg",
    b"/..%2fsecret.cfg",
    b"/firmware/%2e%2e/%2e%2e/secret.cfg",
    b"/%252e%252e/secret.cfg",
    b"/%252e%252e%252fsecret.cfg",
    b"/..%5csecret.cfg",
    b"/..%255csecret.cfg",
    b"/%c0%ae%c0%ae/secret.cfg",
    b"/..%c0%afsecret.cfg",
    b"/%ff%fe/../secret.cfg",
    b"/phone.cfg%00",
    b"/../secret.cfg%00.cfg",
    b"/..%00/secret.cfg",
    b"/phone.cfg%0d%0aX-Injected:%20yes",
    b"/link-out/secret.cfg",
    b"/link-to-secret.cfg",
    b"/firmware/link-up/secret.cfg",
    b"//../secret.cfg",
    b"/./../secret.cfg",
    b"/.%2e/secret.cfg",
    b"/%2e./secret.cfg",
    b"/%uff0e%uff0e/secret.cfg",
    b"/..;/secret.cfg",
    b"/%",
    b"/%2",
    b"/%zz/../secret.cfg",
    b"http://192.0.2.1/../secret.cfg",
    b"http://192.0.2.1/%2e%2e/secret.cfg",
)
"""Request targets as they stand in an HTTP request line."""


def hostile_paths(served: Path) -> tuple[str, ...]:
    """The paths for one served directory, each as text decoded once."""
    outside = str(served.parent)
    return tuple(path.replace("{outside}", outside) for path in HOSTILE_PATHS)


def hostile_names(served: Path) -> tuple[bytes, ...]:
    """The same as a TFTP request carries them; those with a NUL, which ends a name there, left out."""
    return tuple(
        path.encode(
            "utf-8",
            "surrogateescape" if "\udc80" <= max(path, default="") <= "\udcff" else "replace",
        )
        for path in hostile_paths(served)
        if "\0" not in path
    )


def build_hostile_tree(directory: Path) -> Path:
    """Make the served directory below `directory` and everything around it; answers the served one."""
    served = directory / "served"
    firmware = served / "firmware"
    sibling = directory / "served-sibling"
    for made in (firmware, sibling):
        made.mkdir(parents=True)
    for place in (directory, sibling):
        (place / "secret.cfg").write_bytes(SECRET)
    for name in FRIENDLY_PATHS:
        if name != "firmware/inside.st":
            (served / name).write_bytes(PUBLIC)
    (firmware / "inside.st").symlink_to("6730i.st")
    (served / "link-out").symlink_to("..")
    (served / "link-to-secret.cfg").symlink_to("../secret.cfg")
    (served / "link-to-absolute.cfg").symlink_to(directory / "secret.cfg")
    (served / "link-to-link.cfg").symlink_to("link-to-secret.cfg")
    (firmware / "link-up").symlink_to("../..")
    (served / "link-loop").symlink_to("link-loop")
    os.mkfifo(served / "pipe")
    return served
