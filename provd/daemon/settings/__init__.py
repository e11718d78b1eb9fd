"""Settings: TOML files and the environment become one frozen, typed object."""

from provd.daemon.settings._changing import (
    AT_START,
    WITHOUT_RESTART,
    changes,
    why_not,
)
from provd.daemon.settings._https import HTTPSListen, Oldest
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
    "AT_START",
    "WITHOUT_RESTART",
    "ApiSettings",
    "DataSettings",
    "DecisionSettings",
    "HTTPListen",
    "HTTPSListen",
    "LogSettings",
    "Oldest",
    "PhoneSettings",
    "PipelineSettings",
    "PluginSettings",
    "ServiceSettings",
    "Settings",
    "StoreSettings",
    "changes",
    "read_settings",
    "why_not",
]
