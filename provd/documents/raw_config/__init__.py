"""The parameters a device is configured with: which there are, whether they are right, their defaults."""

from provd.documents.raw_config.check import check_raw_config
from provd.documents.raw_config.defaults import complete_raw_config
from provd.documents.raw_config.zones import zone_names

__all__ = ["check_raw_config", "complete_raw_config", "zone_names"]
