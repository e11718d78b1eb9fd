"""The pipeline: who asks, and which plugin answers.

`gather` (bounded, may wait) → `decide` (pure: extract, look up, update, route, over a draft).  What
is committed and answered afterwards is the business of the use case above.
"""

from provd.documents.natural import natural_key
from provd.pipeline.app import DraftApp
from provd.pipeline.associate import ReverseAlphabeticConflictSolver
from provd.pipeline.case import NOTHING_SETTLED, Awaiting, Case, Dropped
from provd.pipeline.compose import PipelineFileBroken, Stages, compose, vocabulary
from provd.pipeline.decide import Pipeline
from provd.pipeline.dispatch import Memo
from provd.pipeline.gather import settle, with_neighbour
from provd.pipeline.limits import CreationLimits, CreationSettings
from provd.pipeline.netlink import KernelTables
from provd.pipeline.prove import PROVERS, Proving

__all__ = [
    "NOTHING_SETTLED",
    "PROVERS",
    "Awaiting",
    "Case",
    "CreationLimits",
    "CreationSettings",
    "DraftApp",
    "Dropped",
    "KernelTables",
    "Memo",
    "Pipeline",
    "PipelineFileBroken",
    "Proving",
    "ReverseAlphabeticConflictSolver",
    "Stages",
    "compose",
    "natural_key",
    "settle",
    "vocabulary",
    "with_neighbour",
]
