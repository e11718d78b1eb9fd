"""What DHCP is told by its operators, and what it keeps: subnets, reservations, leases, boot rules.

Documents like all others: parsed once at the border, immutable and right inside.
"""
