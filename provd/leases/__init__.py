"""Who gets which address over DHCP: the policy, without a socket and without a clock.

`ask` makes a question of a packet; `Leases.judge` answers it from documents and from a few tables
of its own, and changes nothing; who serves the packet then calls `Leases.hold`, writes what the judgement says, and
replies once that is durable.  `contracts.ILeases` tells the whole of it.
"""

from provd.leases._ask import ask, vias_of
from provd.leases._leases import Leases
from provd.leases._occupancy import Shortage
from provd.leases._utilisation import Utilisation

__all__ = ["Leases", "Shortage", "Utilisation", "ask", "vias_of"]
