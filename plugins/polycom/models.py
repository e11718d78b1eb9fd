"""The models, as data: how many lines and keys each has, and which firmware it runs.

Sources: "reg.x.lineKeys" and "attendant" in the administrator guide of SIP 3.1, engineering advisory
62475 ("Using Statically Configured Busy Lamp Field"), and for lines, keys and expansion modules of the VVX
the tables of Wazo's plugins.  Where no source tells how many keys a model has, it has as many as it likes: a
phone passes over what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

Release = tuple[int, int]
"""The first two numbers of a firmware version."""

UCS: Release = (3, 3)
"""The first release of UC Software.  Before it, files of another structure were read."""


class Series(Struct, frozen=True):
    """What phones of one series have in common."""

    releases: tuple[Release, Release]
    """The oldest and the newest whose parameters the templates know."""
    flexible: bool = True
    """Whether each line key can be told what it is (`lineKey.x`)."""


SOUNDPOINT = Series((UCS, (4, 0)), flexible=False)
SOUNDSTATION = Series((UCS, (4, 0)), flexible=False)
VVX = Series(((4, 1), (6, 4)))
VVX1500 = Series((UCS, (5, 9)), flexible=False)
TRIO = Series(((5, 4), (7, 2)), flexible=False)
CCX = Series(((7, 0), (9, 4)))
EDGE = Series(((8, 0), (9, 0)))


class Model(Struct, frozen=True, kw_only=True):
    """One model."""

    series: Series
    lines: int
    keys: int | None = None
    """Its line keys, on which lines and function keys stand; None where nobody tells."""
    modules: tuple[int, int] = (0, 0)
    """How many expansion modules it takes, and the keys of each."""
    watches: bool = True
    """Whether it knows busy lamp fields that it is told one by one (`attendant.resourceList`)."""

    @property
    def all_keys(self) -> int | None:
        """With every expansion module that fits."""
        most, each = self.modules
        return None if self.keys is None else self.keys + most * each


def _soundpoint(lines: int, *, watches: bool = False, keys: int | None = None) -> Model:
    return Model(series=SOUNDPOINT, lines=lines, keys=keys or lines, watches=watches)


def _soundstation() -> Model:
    return Model(series=SOUNDSTATION, lines=1, keys=1, watches=False)


def _vvx(lines: int, keys: int, modules: int = 0) -> Model:
    return Model(series=VVX, lines=lines, keys=keys, modules=(modules, 40))


_MOST_LINES = 34
"""`reg.x` goes up to there; what is assumed where nobody tells how many lines a model has."""
_CCX = Model(series=CCX, lines=_MOST_LINES)
_EDGE = Model(series=EDGE, lines=_MOST_LINES)
_TRIO = Model(series=TRIO, lines=_MOST_LINES, watches=False)
_SIDECARS = 48
"""The line keys of a SoundPoint IP 601, 650 or 670 with its expansion modules."""

MODELS: Mapping[str, Model] = {
    "SPIP301": _soundpoint(2),
    "SPIP320": _soundpoint(2),
    "SPIP321": _soundpoint(2),
    "SPIP330": _soundpoint(2),
    "SPIP331": _soundpoint(2),
    "SPIP335": _soundpoint(2),
    "SPIP430": _soundpoint(2),
    "SPIP450": _soundpoint(3, watches=True),
    "SPIP501": _soundpoint(3),
    "SPIP550": _soundpoint(4, watches=True),
    "SPIP560": _soundpoint(4, watches=True),
    "SPIP600": _soundpoint(6),
    "SPIP601": _soundpoint(6, keys=_SIDECARS),
    "SPIP650": _soundpoint(6, watches=True, keys=_SIDECARS),
    "SPIP670": _soundpoint(6, watches=True, keys=_SIDECARS),
    "SSIP4000": _soundstation(),
    "SSIP5000": _soundstation(),
    "SSIP6000": _soundstation(),
    "SSIP7000": _soundstation(),
    # lines, keys, expansion modules
    "VVX101": _vvx(1, 2),
    "VVX150": _vvx(2, 2),
    "VVX200": _vvx(2, 2),
    "VVX201": _vvx(2, 2),
    "VVX250": _vvx(4, 4),
    "VVX300": _vvx(6, 6, 3),
    "VVX301": _vvx(6, 6, 3),
    "VVX310": _vvx(6, 6, 3),
    "VVX311": _vvx(6, 6, 3),
    "VVX350": _vvx(6, 6),
    "VVX400": _vvx(12, 12, 3),
    "VVX401": _vvx(12, 12, 3),
    "VVX410": _vvx(12, 12, 3),
    "VVX411": _vvx(12, 12, 3),
    "VVX450": _vvx(12, 12, 3),
    "VVX500": _vvx(12, 12, 3),
    "VVX501": _vvx(12, 12, 3),
    "VVX600": _vvx(16, 16, 3),
    "VVX601": _vvx(16, 16, 3),
    "VVX1500": Model(series=VVX1500, lines=6, keys=6),
    "Trio8500": _TRIO,
    "Trio8800": _TRIO,
    "TrioC60": _TRIO,
    "CCX350": _CCX,
    "CCX400": _CCX,
    "CCX500": _CCX,
    "CCX505": _CCX,
    "CCX600": _CCX,
    "CCX700": _CCX,
    "EdgeE100": _EDGE,
    "EdgeE220": _EDGE,
    "EdgeE300": _EDGE,
    "EdgeE320": _EDGE,
    "EdgeE350": _EDGE,
    "EdgeE400": _EDGE,
    "EdgeE450": _EDGE,
    "EdgeE500": _EDGE,
    "EdgeE550": _EDGE,
}
"""Names as the phones write them in their User-Agent, without underscores."""

UNKNOWN = Model(series=EDGE, lines=_MOST_LINES)
"""What is assumed of a model that is none of these: a large new desk phone."""


def model_named(name: str | None) -> Model:
    """What is known of a model."""
    return MODELS.get(name or "", UNKNOWN)


def release_of(version: str | None) -> Release | None:
    """The release of a firmware version; None where there is none to be read."""
    numbers = (version or "").split(".")
    if len(numbers) < 2 or not all(each.isascii() and each.isdigit() for each in numbers[:2]):
        return None
    return int(numbers[0][:6]), int(numbers[1][:6])
