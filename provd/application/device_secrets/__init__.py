"""Secrets that are handed out: keys to tenants, credentials and one-time URLs to devices."""

from provd.application.device_secrets.deeds import DeviceDeeds, deeds_of_keys
from provd.application.device_secrets.together import DeviceSecrets, make_device_secrets

__all__ = ["DeviceDeeds", "DeviceSecrets", "deeds_of_keys", "make_device_secrets"]
