"""The plugin host: finds, loads and guards vendor plugins, and renders and caches their files."""

from provd.plugins._advertised import Advertised
from provd.plugins._cache import DEFAULT_BYTES, RenderCache
from provd.plugins._configuration import NotConfigured
from provd.plugins._find import find_plugins, is_plugin_id
from provd.plugins._info import PluginInfo, parse_plugin_info, read_plugin_info
from provd.plugins._loaded import LoadedPlugin
from provd.plugins._walk import ServedTree, segments
from provd.plugins.assemble import NoSuchEdition, assemble, editions
from provd.plugins.host import BrokenContract, Plugins

__all__ = [
    "DEFAULT_BYTES",
    "Advertised",
    "BrokenContract",
    "LoadedPlugin",
    "NoSuchEdition",
    "NotConfigured",
    "PluginInfo",
    "Plugins",
    "RenderCache",
    "ServedTree",
    "assemble",
    "editions",
    "find_plugins",
    "is_plugin_id",
    "parse_plugin_info",
    "read_plugin_info",
    "segments",
]
