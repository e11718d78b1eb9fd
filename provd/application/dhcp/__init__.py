"""DHCP's use case: from a decided device to the packet that answers it."""

from provd.application.dhcp.answering import DHCPAnswers
from provd.application.dhcp.templates import OptionTemplates
from provd.application.dhcp.upkeep import Upkeep

__all__ = ["DHCPAnswers", "OptionTemplates", "Upkeep"]
