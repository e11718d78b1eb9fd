"""What DHCP is told by its operators, and what it keeps: subnets, reservations, leases, boot rules.

Documents like all others: parsed once at the border, immutable and right inside.
"""

from provd.documents.dhcp.addressing import network, reserved_ends
from provd.documents.dhcp.boot_rule import (
    ARCHITECTURES,
    BOOT_RULES,
    FEATURES,
    HTTP_BASE_URL,
    BootRule,
    When,
    parse_boot_rule,
)
from provd.documents.dhcp.booting import (
    SHIPPED_BOOT_RULES,
    BootClient,
    deciding_rule,
    in_order,
    is_about,
)
from provd.documents.dhcp.lease import LEASES, TENURES, Lease, LeaseState, Tenure, ended, released
from provd.documents.dhcp.options import OptionValue
from provd.documents.dhcp.reservation import RESERVATIONS, Reservation, parse_reservation
from provd.documents.dhcp.shortage import SHORTAGES, ShortPool, SubnetShortage
from provd.documents.dhcp.strategy import (
    STRATEGIES,
    check_strategy,
    client_key,
    normal_token,
    strategy_and_token,
)
from provd.documents.dhcp.subnet import (
    SUBNETS,
    Creates,
    Mode,
    Picker,
    Pool,
    Probe,
    Subnet,
    parse_subnet,
)

__all__ = [
    "ARCHITECTURES",
    "BOOT_RULES",
    "FEATURES",
    "HTTP_BASE_URL",
    "LEASES",
    "RESERVATIONS",
    "SHIPPED_BOOT_RULES",
    "SHORTAGES",
    "STRATEGIES",
    "SUBNETS",
    "TENURES",
    "BootClient",
    "BootRule",
    "Creates",
    "Lease",
    "LeaseState",
    "Mode",
    "OptionValue",
    "Picker",
    "Pool",
    "Probe",
    "Reservation",
    "ShortPool",
    "Subnet",
    "SubnetShortage",
    "Tenure",
    "When",
    "check_strategy",
    "client_key",
    "deciding_rule",
    "ended",
    "in_order",
    "is_about",
    "network",
    "normal_token",
    "parse_boot_rule",
    "parse_reservation",
    "parse_subnet",
    "released",
    "reserved_ends",
    "strategy_and_token",
]
