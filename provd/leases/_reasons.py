"""Why a packet is judged as it is: every sentence there is. Operators read them in `explain`, counters count them."""

from __future__ import annotations

# Silence: it is not ours to answer
NO_SUBNET = "no subnet of ours covers the link that it came through"
NOT_SERVED = "the subnet {subnet} is in the mode {mode}, in which no address is given"
NO_KEY = "it says nothing by which the subnet {subnet} knows its clients"
CHOSE_ANOTHER = "the client chose another server"
NOT_A_REQUEST = "no client sends such a message"
NO_ADDRESS_LEFT = "no address is left for it"
ONLY_RESERVED = (
    "the subnet {subnet} gives addresses to reservations only, and none is this client's"
)
BEING_PROBED = "an earlier packet of the client is still waiting for the probe of its address"
NO_RESERVATION = "BOOTP clients are answered with a reservation only, and none is this client's"

# Addresses that are given
GIVEN_RESERVED = "its reservation"
GIVEN_OFFERED = "it was offered the address already"
GIVEN_AGAIN = "it has, or had, the address already"
GIVEN_ASKED = "the address it asks for is free"
GIVEN_FREE = "the next free address"
GIVEN_EXPIRED = "the address whose lease ended the longest ago"
GIVEN_OVERTAKEN = "the pool is full, and the oldest offer was not answered"
GIVEN_OPPOSITE = "the other end of the link"
RENEWED = "its lease is renewed"
REQUESTED_FREE = "the address is free, and it may have it"
INFORMED = "it has its address from elsewhere, and gets options"

# NAK
NOT_AN_ADDRESS = "no host can have the address that it asks for"
WRONG_LINK = "the address is not of the link that it came through"
OF_ANOTHER = "another client has the address"
RESTING = "the address rests: somebody else was found to use it"
RESERVED_FOR_ANOTHER = "the address is reserved for another client"
PROMISED_TO_ANOTHER = "the address was offered to another client"
HAS_RESERVATION = "another address is reserved for it"
NOT_IN_POOL = "the address is in no pool of the subnet {subnet}, nor reserved for it"
NO_LEASE = "there is no lease of that address for it"

# What it has is given back
DECLINED = "the client found somebody else at the address, which rests now"
RELEASED = "the client gave its address back"
SPOOFED = "the address is not that client's: somebody pretends, or a lease was lost"
CONFLICT = "somebody answered for the address, which rests now"

# Lease queries
NOT_A_KNOWN_RELAY = "lease queries are answered to relays that are known, or were named"
LEASED = "the address is leased"
NOT_LEASED = "the address is ours to give, and is nobody's"
NOT_KNOWN = "nothing is known of it"

# Why a candidate lost
ELSEWHERE = "it is reserved for the client on another link"
OUT_OF_POOLS = "it is in no pool any more"
OURS = "it is an address of this server, or of the relay"
