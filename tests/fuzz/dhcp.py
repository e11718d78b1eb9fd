"""Hunt for DHCP packets and texts that the codec does not bear.

    .venv/bin/python tests/fuzz/dhcp.py [--seconds 600] [--text] [--corpus DIRECTORY]

With atheris where that is installed (`pip install atheris`), which measures coverage a hundred
times faster; with `provd.testing.exploration` elsewhere.  Ends with 0 where nothing was found.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
import sys
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]
ENGINE = "atheris"
GOLDENS = ROOT / "tests" / "unit" / "wire" / "dhcp" / "packets"


def main() -> int:
    """Hunt."""
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("--seconds", type=int, default=600)
    told.add_argument("--text", action="store_true", help="hunt for texts instead of datagrams")
    told.add_argument("--corpus", type=Path, help="keep what reached new code here (atheris only)")
    arguments = told.parse_args()
    if importlib.util.find_spec(ENGINE) is None:
        return by_ourselves(arguments.seconds, text=arguments.text)
    return by_atheris(arguments.seconds, arguments.corpus, text=arguments.text)


def by_atheris(seconds: int, corpus: Path | None, *, text: bool) -> int:
    """libFuzzer, with the codec's bytecode instrumented."""
    atheris = importlib.import_module(ENGINE)

    with atheris.instrument_imports(include=["provd.wire", "provd.testing.dhcp_packets"]):
        from provd.testing.dhcp_packets import bears_datagram, bears_text

    def target(data: bytes) -> None:
        if text:
            bears_text(data.decode("utf-8", "replace"))
        else:
            bears_datagram(data)

    kept = corpus or ROOT / "build" / "fuzz" / ("dhcp-text" if text else "dhcp")
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(text=text)):
        (kept / f"seed-{number}").write_bytes(seed)
    flags = [f"-max_total_time={seconds}", "-max_len=2048", "-timeout=5", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *flags, str(kept)], target)
    atheris.Fuzz()
    return 0


def by_ourselves(seconds: int, *, text: bool) -> int:
    """Rounds of our own loop, each beginning with what the last one found."""
    from provd.testing.dhcp_packets import bears_datagram, bears_text
    from provd.testing.exploration import explore

    def target(data: bytes) -> None:
        if text:
            bears_text(data.decode("utf-8", "replace"))
        else:
            bears_datagram(data)

    kept = seeds(text=text)
    chance = random.Random()
    runs, until = 0, monotonic() + seconds
    while monotonic() < until:
        found = explore(
            target, kept, under="/wire/dhcp/", executions=len(kept) + 2000, chance=chance
        )
        kept, runs = list(found.kept), runs + found.executions
        print(f"{runs} runs, {len(kept)} inputs, {found.edges} edges", flush=True)  # noqa: T201
    return 0


def seeds(*, text: bool) -> list[bytes]:
    """The goldens, as what is hunted."""
    from provd.wire.dhcp import encode, parse_packet

    texts = [path.read_text() for path in sorted(GOLDENS.glob("*.text"))]
    return [golden.encode() if text else encode(parse_packet(golden)) for golden in texts]


if __name__ == "__main__":
    sys.exit(main())
