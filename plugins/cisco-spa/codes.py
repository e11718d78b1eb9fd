"""What a device does itself when it is dialled.

From its box it answers to some fifty star codes, and the server would never see them: its own extensions are at those
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEFAULT_CODES = (
    *("Call_Return", "Call_Redial", "Blind_Transfer", "Call_Back_Act", "Call_Back_Deact"),
    *("Call_Back_Busy_Act", "Cfwd_All_Act", "Cfwd_All_Deact", "Cfwd_Busy_Act", "Cfwd_Busy_Deact"),
    *("Cfwd_No_Ans_Act", "Cfwd_No_Ans_Deact", "Cfwd_Last_Act", "Cfwd_Last_Deact"),
    *("Block_Last_Act", "Block_Last_Deact", "Accept_Last_Act", "Accept_Last_Deact"),
    *("CW_Act", "CW_Deact", "CW_Per_Call_Act", "CW_Per_Call_Deact", "Block_CID_Act"),
    *("Block_CID_Deact", "Block_CID_Per_Call_Act", "Block_CID_Per_Call_Deact", "Block_ANC_Act"),
    *("Block_ANC_Deact", "DND_Act", "DND_Deact", "CID_Act", "CID_Deact", "CWCID_Act"),
    *("CWCID_Deact", "Dist_Ring_Act", "Dist_Ring_Deact", "Speed_Dial_Act", "Paging"),
    *("Secure_All_Call_Act", "Secure_No_Call_Act", "Secure_One_Call_Act"),
    *("Secure_One_Call_Deact", "Conference_Act", "Attn-Xfer_Act", "Modem_Line_Toggle"),
    *("FAX_Line_Toggle", "Media_Loopback", "Call_Park", "Call_UnPark", "Group_Call_Pickup"),
)


def codes(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """None of them, but the prefix that picks up a call, which its keys dial."""
    yield from ((f"{code}_Code", "") for code in DEFAULT_CODES)
    yield "Call_Pickup_Code", raw_config.get("exten_pickup_call")
