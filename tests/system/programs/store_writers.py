"""Writers on a store, for `test_store_kill.py`: started once, it forks a fresh process for each round.

Takes the path of a database on each line of its input; answers with the process id of the writers,
which then write one line for each change that was acknowledged as durable: `<id> <value>`.
"""

from __future__ import annotations

import os
import sys

from twisted.internet.defer import Deferred

from provd.store import SQLiteStore
from provd.testing.store_fixture import KINDS, Box, Note

WRITERS = 12


async def write(store: SQLiteStore, document_id: str) -> None:
    """Count upwards, in a box and in a note at once, and say so each time it is durable."""
    while True:
        draft = store.draft("writers")
        box, note = draft.get("boxes", document_id), draft.get("notes", document_id)
        value = box.weight + 1 if box else 1
        draft.put("boxes", Box(id=document_id, revision=box.revision if box else 0, weight=value))
        text = str(value) * 50
        draft.put("notes", Note(id=document_id, revision=note.revision if note else 0, text=text))
        draft.put("boxes", Box(id=f"{document_id}-{value}", mac=f"{document_id}-{value}"))
        if value > 3 and draft.get("boxes", f"{document_id}-{value - 3}"):
            draft.delete("boxes", f"{document_id}-{value - 3}")
        await store.durable(await store.commit(draft))
        os.write(1, f"{document_id} {value}\n".encode())


def run(path: str) -> None:
    """One round: write until killed."""
    from twisted.internet import reactor

    store = SQLiteStore.open(path, KINDS, reactor)
    for each in range(WRITERS):
        Deferred.fromCoroutine(write(store, f"w{each}"))
    reactor.run()


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(line.strip())
        print("pid", child, flush=True)  # noqa: T201
        os.waitpid(child, 0)
        print("end", flush=True)  # noqa: T201
