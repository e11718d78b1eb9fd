"""What the benches print: each figure beside its baseline of the same run, and the bound it should keep."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


class Report:
    """Prints cases as they are measured, and remembers which fell short."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.short: list[str] = []

    def section(self, title: str) -> None:
        """Begin a group of cases."""
        print(f"\n{title}\n{'-' * len(title)}", flush=True)

    def note(self, text: str) -> None:
        """Say something that is no figure."""
        print(f"  {text}", flush=True)

    def ratio(
        self,
        case: str,
        ours: Sequence[float],
        baseline: Sequence[float],
        at_least: float,
        unit: str,
    ) -> None:
        """Rounds of ours and of the baseline, taken in turns; the ratio of their medians decides."""
        one, other = median(ours), median(baseline)
        self._line(
            case,
            f"{one:10,.0f} {unit} [{min(ours):,.0f}-{max(ours):,.0f}]"
            f" / {other:,.0f} [{min(baseline):,.0f}-{max(baseline):,.0f}] = {one / other:5.2f}",
            one / other,
            at_least,
        )

    def rate(self, case: str, ours: Sequence[float], at_least: float, unit: str) -> None:
        """Rounds of an absolute figure, where no baseline exists."""
        one = median(ours)
        self._line(case, f"{one:10,.0f} {unit} [{min(ours):,.0f}-{max(ours):,.0f}]", one, at_least)

    def bounded(self, case: str, ours: Sequence[float], at_most: float, unit: str) -> None:
        """Rounds of an absolute figure that must not be large."""
        worst = max(ours)
        verdict = "ok" if worst <= at_most else "SHORT"
        if worst > at_most:
            self.short.append(case)
        figures = f"{median(ours):10,.1f} {unit} [{min(ours):,.1f}-{worst:,.1f}]"
        print(f"  {verdict:5} {case:52} {figures}  (at most {at_most:g})", flush=True)

    def _line(self, case: str, figures: str, value: float, at_least: float) -> None:
        verdict = "ok" if value >= at_least else "SHORT"
        if value < at_least:
            self.short.append(case)
        print(f"  {verdict:5} {case:52} {figures}  (at least {at_least:g})", flush=True)
