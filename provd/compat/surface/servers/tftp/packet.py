"""`servers.tftp.packet`: a name for signatures."""

from __future__ import annotations

from typing import Any

Packet = dict[str, Any]
"""`opcode`, `filename`, `mode`: bytes; `options`: bytes by bytes."""
