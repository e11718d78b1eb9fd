"""`python -m bench [NAME ...]`: run the benches of those names, or all of them."""

from __future__ import annotations

import importlib
import sys

from bench.report import Report

BENCHES = ("wire", "leases", "store", "http", "edit", "tftp", "dhcp", "api", "notify", "legacy")


def main(*names: str) -> int:
    """Run them; 1 when a case fell short of its bound."""
    report = Report()
    for name in names or BENCHES:
        importlib.import_module(f"bench.{name}").run(report)
    for case in report.short:
        report.note(f"fell short: {case}")
    return bool(report.short)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
