"""Copies on disk."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from provd.daemon.copies import CopiesOnDisk
from provd.store import NO_SEAL, CopyUnusable
from provd.testing.http import SameThread

NAME = "provd-20261120T120000Z-0a1b2c3d.db"


class ReceivingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.data = Path(self.mktemp())
        self.data.mkdir()
        self.copies = CopiesOnDisk(self.data, lambda: NO_SEAL, SameThread())

    def left(self) -> Any:
        """What there is of copies."""
        return [path.name for path in (self.data / "backups").iterdir()]

    def test_what_is_no_copy_is_not_kept(self) -> None:
        """It may be large, and nobody could do anything with it."""
        self.successResultOf(self.copies.receive(NAME, 0, b"no database"))
        self.assertEqual([f"{NAME}.received"], self.left())
        digest = sha256(b"no database").hexdigest()
        self.failureResultOf(self.copies.accept(NAME, digest), CopyUnusable)
        self.assertEqual([], self.left())
