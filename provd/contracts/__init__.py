"""The promises between rooms: zope interfaces and nothing else."""

from provd.contracts.feed import IFeed, ISubscription
from provd.contracts.identity import IIdentityProvider
from provd.contracts.leases import ILeases
from provd.contracts.pipeline import (
    IAssociator,
    IConflictSolver,
    IDeviceInfoExtractor,
    IDeviceRetriever,
    IDeviceUpdater,
    INeighbours,
)
from provd.contracts.plugin import (
    IAnswerDHCP,
    IAssociate,
    IConfigure,
    IIdentify,
    IPlugin,
    IServe,
    ISynchronize,
    ITellSecrets,
    IView,
)
from provd.contracts.plugins import IAdaptPlugins, ILoadedPlugin, IPlugins
from provd.contracts.probing import IProbes
from provd.contracts.proving import IJudgeCertificates, IProve
from provd.contracts.serving import IDHCPAnswers, IInquiries
from provd.contracts.store import ICollection, IDocumentStore, IDraft, IReadable
from provd.contracts.synchronizing import ISynchronizer

__all__ = [
    "IAdaptPlugins",
    "IAnswerDHCP",
    "IAssociate",
    "IAssociator",
    "ICollection",
    "IConfigure",
    "IConflictSolver",
    "IDHCPAnswers",
    "IDeviceInfoExtractor",
    "IDeviceRetriever",
    "IDeviceUpdater",
    "IDocumentStore",
    "IDraft",
    "IFeed",
    "IIdentify",
    "IIdentityProvider",
    "IInquiries",
    "IJudgeCertificates",
    "ILeases",
    "ILoadedPlugin",
    "INeighbours",
    "IPlugin",
    "IPlugins",
    "IProbes",
    "IProve",
    "IReadable",
    "IServe",
    "ISubscription",
    "ISynchronize",
    "ISynchronizer",
    "ITellSecrets",
    "IView",
]
