"""Documents: Device, Config, User, …: the single point of validation; pure.

What comes from outside is parsed here once (`parse_device`, `parse_config`), with every problem
told at once; inside, documents are immutable and right.
"""

from provd.documents.alert import ALERTS, Alert, AlertKind
from provd.documents.audit import AUDIT, AuditLine
from provd.documents.autocreate import autocreate_template, autocreated
from provd.documents.base import EMPTY_OBJECT, Document, Kind, to_dict, to_show
from provd.documents.claim import EVERY, Claim
from provd.documents.config import CONFIGS, Config, parse_config, without_nulls
from provd.documents.credential import CREDENTIALS, DeviceCredential
from provd.documents.descent import abandoned_config, heirs
from provd.documents.device import (
    DERIVED_KEYS,
    DEVICES,
    Device,
    in_normal_spelling,
    is_new,
    keep_what_the_server_manages,
    parse_device,
)
from provd.documents.device_right import (
    MOST_DEVICES,
    NOT_ON_ONE,
    RIGHTS,
    DeviceRight,
    Revocation,
    RightWish,
    holding,
    parse_revocation,
    parse_right_wish,
)
from provd.documents.dhcp.boot_rule import BOOT_RULES, BootRule, When
from provd.documents.dhcp.lease import LEASES, TENURES, Lease, LeaseState, Tenure
from provd.documents.dhcp.options import OptionValue
from provd.documents.dhcp.reservation import RESERVATIONS, Reservation
from provd.documents.dhcp.shortage import SHORTAGES, ShortPool, SubnetShortage
from provd.documents.dhcp.strategy import STRATEGIES, client_key
from provd.documents.dhcp.subnet import SUBNETS, Creates, Mode, Picker, Pool, Probe, Subnet
from provd.documents.enrolment import ENROLMENTS, Enrolment, parse_enrolment
from provd.documents.explain import SERVER, explain
from provd.documents.flatten import (
    DecodedConfigs,
    Lineage,
    decode,
    flatten,
    linearize,
    revision_of,
)
from provd.documents.fresh_ids import numeric_id, uuid_id, uuid_text
from provd.documents.ids import MAX_ID, check_id
from provd.documents.operation import (
    OPERATIONS,
    IllegalStep,
    Operation,
    State,
    cancelled,
    failed,
    progressed,
    succeeded,
    waiting,
)
from provd.documents.preferences import (
    PREFERENCES,
    Preferences,
    parse_preferences,
    preferences_in,
    service_of,
)
from provd.documents.projection import project
from provd.documents.provisioning_key import (
    KEYS,
    ONCE_URL,
    ProvisioningKey,
    digest_of_secret,
    is_key,
    parse_provisioning_key,
)
from provd.documents.query import Page, Place, Query
from provd.documents.raw_config import check_raw_config, complete_raw_config, zone_names
from provd.documents.receipt import RECEIPTS, Receipt
from provd.documents.reconfigure import RECONFIGURING, needs_reconfiguration
from provd.documents.redaction import (
    REDACTED,
    holds_secrets,
    is_secret,
    orders_secrets,
    patch_tells,
    redacted,
    secrets_restored,
    without_secrets,
)
from provd.documents.role import ROLES, Role, parse_role
from provd.documents.selector import Selector, compile_selector
from provd.documents.server_base import server_raw_config
from provd.documents.serving_policy import (
    SERVING_POLICIES,
    SHIPPED_SERVING_POLICIES,
    LevelName,
    Otherwise,
    PolicyScope,
    ServingBudget,
    ServingPolicy,
    parse_serving_policy,
    policies_in_order,
)
from provd.documents.status import (
    STATUSES,
    Answered,
    Status,
    Wanted,
    answered,
    configured,
    seen_over_dhcp,
    seen_with_version,
)
from provd.documents.synchronization import SYNCHRONIZATIONS, Stage, Synchronization
from provd.documents.token import SHORTEST_LIFE, TOKENS, Token, TokenWish, parse_token_wish
from provd.documents.url_token import URL_TOKENS, UrlToken
from provd.documents.user import USERS, User, parse_password, parse_user
from provd.documents.well_known import well_known_configs
from provd.documents.window import Window, parse_window

KINDS = (
    DEVICES,
    CONFIGS,
    STATUSES,
    OPERATIONS,
    USERS,
    ROLES,
    TOKENS,
    AUDIT,
    RECEIPTS,
    SUBNETS,
    RESERVATIONS,
    LEASES,
    TENURES,
    BOOT_RULES,
    SHORTAGES,
    RIGHTS,
    PREFERENCES,
    KEYS,
    CREDENTIALS,
    URL_TOKENS,
    SYNCHRONIZATIONS,
    SERVING_POLICIES,
    ENROLMENTS,
    ALERTS,
)
"""Every kind of document that a provd keeps."""

NEVER_SHOWN = frozenset[str]().union(*(kind.type.never_shown for kind in KINDS))
"""Keys that leave the server for nobody, and that nobody can ask by."""

__all__ = [
    "ALERTS",
    "AUDIT",
    "BOOT_RULES",
    "CONFIGS",
    "CREDENTIALS",
    "DERIVED_KEYS",
    "DEVICES",
    "EMPTY_OBJECT",
    "ENROLMENTS",
    "EVERY",
    "KEYS",
    "KINDS",
    "LEASES",
    "MAX_ID",
    "MOST_DEVICES",
    "NEVER_SHOWN",
    "NOT_ON_ONE",
    "ONCE_URL",
    "OPERATIONS",
    "PREFERENCES",
    "RECEIPTS",
    "RECONFIGURING",
    "REDACTED",
    "RESERVATIONS",
    "RIGHTS",
    "ROLES",
    "SERVER",
    "SERVING_POLICIES",
    "SHIPPED_SERVING_POLICIES",
    "SHORTAGES",
    "SHORTEST_LIFE",
    "STATUSES",
    "STRATEGIES",
    "SUBNETS",
    "SYNCHRONIZATIONS",
    "TENURES",
    "TOKENS",
    "URL_TOKENS",
    "USERS",
    "Alert",
    "AlertKind",
    "Answered",
    "AuditLine",
    "BootRule",
    "Claim",
    "Config",
    "Creates",
    "DecodedConfigs",
    "Device",
    "DeviceCredential",
    "DeviceRight",
    "Document",
    "Enrolment",
    "IllegalStep",
    "Kind",
    "Lease",
    "LeaseState",
    "LevelName",
    "Lineage",
    "Mode",
    "Operation",
    "OptionValue",
    "Otherwise",
    "Page",
    "Picker",
    "Place",
    "PolicyScope",
    "Pool",
    "Preferences",
    "Probe",
    "ProvisioningKey",
    "Query",
    "Receipt",
    "Reservation",
    "Revocation",
    "RightWish",
    "Role",
    "Selector",
    "ServingBudget",
    "ServingPolicy",
    "ShortPool",
    "Stage",
    "State",
    "Status",
    "Subnet",
    "SubnetShortage",
    "Synchronization",
    "Tenure",
    "Token",
    "TokenWish",
    "UrlToken",
    "User",
    "Wanted",
    "When",
    "Window",
    "abandoned_config",
    "answered",
    "autocreate_template",
    "autocreated",
    "cancelled",
    "check_id",
    "check_raw_config",
    "client_key",
    "compile_selector",
    "complete_raw_config",
    "configured",
    "decode",
    "digest_of_secret",
    "explain",
    "failed",
    "flatten",
    "heirs",
    "holding",
    "holds_secrets",
    "in_normal_spelling",
    "is_key",
    "is_new",
    "is_secret",
    "keep_what_the_server_manages",
    "linearize",
    "needs_reconfiguration",
    "numeric_id",
    "orders_secrets",
    "parse_config",
    "parse_device",
    "parse_enrolment",
    "parse_password",
    "parse_preferences",
    "parse_provisioning_key",
    "parse_revocation",
    "parse_right_wish",
    "parse_role",
    "parse_serving_policy",
    "parse_token_wish",
    "parse_user",
    "parse_window",
    "patch_tells",
    "policies_in_order",
    "preferences_in",
    "progressed",
    "project",
    "redacted",
    "revision_of",
    "secrets_restored",
    "seen_over_dhcp",
    "seen_with_version",
    "server_raw_config",
    "service_of",
    "succeeded",
    "to_dict",
    "to_show",
    "uuid_id",
    "uuid_text",
    "waiting",
    "well_known_configs",
    "without_nulls",
    "without_secrets",
    "zone_names",
]
