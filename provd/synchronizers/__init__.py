"""What makes devices fetch their files again: SIP NOTIFY, Asterisk, and the action URLs of vendors."""

from provd.synchronizers._tls import make_agent
from provd.synchronizers.ami import AmiDriver
from provd.synchronizers.http import HttpDriver
from provd.synchronizers.settings import ActionUrlSettings, AmiSettings, SipSettings
from provd.synchronizers.sip import SipDriver, Surroundings

__all__ = [
    "ActionUrlSettings",
    "AmiDriver",
    "AmiSettings",
    "HttpDriver",
    "SipDriver",
    "SipSettings",
    "Surroundings",
    "make_agent",
]
