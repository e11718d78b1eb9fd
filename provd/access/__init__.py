"""Access: who somebody is, and what they may do."""

from provd.access.attempts import Attempts
from provd.access.audit import AuditedStore, AuditTrail
from provd.access.basic import BasicIdentity
from provd.access.bearer import AUDIENCE, ONCE, BearerTokens, digest_of
from provd.access.builtin import BUILT_IN, OWN, for_device, for_plugin
from provd.access.bundle import Bundle
from provd.access.certificates import Authority, Certificates
from provd.access.claims import Grant, Permits, Right, covers, permits
from provd.access.device_logins import FREE_FOR_DEVICE, FREE_FOR_SOURCE, DeviceLogins
from provd.access.devices import (
    Believed,
    CertificateSettings,
    DeviceCertificates,
    believed,
    fingerprint,
)
from provd.access.errors import (
    Forbidden,
    NotAuthenticated,
    NotToBeHad,
    SiteOwned,
    TooManyAttempts,
    TooManyClaims,
    UnsafeKeyFile,
    UnusableAuthority,
    UnusableHtpasswd,
)
from provd.access.failures import FailedLogins
from provd.access.gate import Gate
from provd.access.guesses import Guesses
from provd.access.held import HeldRights, UserPermits
from provd.access.htpasswd import Htpasswd
from provd.access.ident import Ident
from provd.access.keyring import Keyring
from provd.access.nonces import Nonces
from provd.access.oidc import ForeignTokens
from provd.access.origins import OnlyFrom
from provd.access.ouis import contradicts
from provd.access.passwords import InThread, Passwords
from provd.access.principal import Principal
from provd.access.sealing import SealingKeys, UnusableSealKeys
from provd.access.serving import ServingSettings
from provd.access.settings import AccessSettings, Way
from provd.access.signing import SigningKeys
from provd.access.sweeps import Sighting, Sweep, Sweeps, SweepSettings
from provd.access.tenancy import TenantStore
from provd.access.threshold import Threshold
from provd.access.vendors import Mapped, check_mapped, shipped
from provd.access.whitelist import Whitelist

__all__ = [
    "AUDIENCE",
    "BUILT_IN",
    "FREE_FOR_DEVICE",
    "FREE_FOR_SOURCE",
    "ONCE",
    "OWN",
    "AccessSettings",
    "Attempts",
    "AuditTrail",
    "AuditedStore",
    "Authority",
    "BasicIdentity",
    "BearerTokens",
    "Believed",
    "Bundle",
    "CertificateSettings",
    "Certificates",
    "DeviceCertificates",
    "DeviceLogins",
    "FailedLogins",
    "Forbidden",
    "ForeignTokens",
    "Gate",
    "Grant",
    "Guesses",
    "HeldRights",
    "Htpasswd",
    "Ident",
    "InThread",
    "Keyring",
    "Mapped",
    "Nonces",
    "NotAuthenticated",
    "NotToBeHad",
    "OnlyFrom",
    "Passwords",
    "Permits",
    "Principal",
    "Right",
    "SealingKeys",
    "ServingSettings",
    "Sighting",
    "SigningKeys",
    "SiteOwned",
    "Sweep",
    "SweepSettings",
    "Sweeps",
    "TenantStore",
    "Threshold",
    "TooManyAttempts",
    "TooManyClaims",
    "UnsafeKeyFile",
    "UnusableAuthority",
    "UnusableHtpasswd",
    "UnusableSealKeys",
    "UserPermits",
    "Way",
    "Whitelist",
    "believed",
    "check_mapped",
    "contradicts",
    "covers",
    "digest_of",
    "fingerprint",
    "for_device",
    "for_plugin",
    "permits",
    "shipped",
]
