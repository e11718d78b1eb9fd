"""Settings: TOML files and the environment become one frozen, typed object."""

from provd.daemon.settings._model import (
    ApiSettings,
    DataSettings,
    DecisionSettings,
    HTTPListen,
    LogSettings,
    PhoneSettings,
    PipelineSettings,
    PluginSettings,
    ServiceSettings,
    Settings,
    StoreSettings,
)
from provd.daemon.settings._sources import read_settings

__all__ = [
    "ApiSettings",
    "DataSettings",
    "DecisionSettings",
    "HTTPListen",
    "LogSettings",
    "PhoneSettings",
    "PipelineSettings",
    "PluginSettings",
    "ServiceSettings",
    "Settings",
    "StoreSettings",
    "read_settings",
]
