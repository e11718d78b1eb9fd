"""A plugin as wazo-provd has them, written for the tests: every way of that contract that plugins use."""

from __future__ import annotations

import json
from pathlib import Path

PLUGIN_ID = "acme-legacy"
MAC = "00:00:5e:00:53:01"
USER_AGENT = f"AcmePhone A20 {MAC} 1.0"

INFO = {
    "version": "1.0",
    "description": "Acme phones",
    "capabilities": {"Acme, A20, 1.0": {"lines": 2, "protocol": "sip"}},
}

ENTRY = """
from typing import TYPE_CHECKING

common = {}
execfile_('common.py', common)

class AcmePlugin(common['BaseAcmePlugin']):
    IS_PLUGIN = True
    pg_associator = common['BaseAcmePgAssociator']({'A20': '1.0'})
"""

COMMON = r"""
import logging
import os
import re

try:
    from wazo_provd import plugins, synchronize, tzinform
    from wazo_provd.devices.config import RawConfigError
    from wazo_provd.devices.ident import DHCPRequest, RequestType
    from wazo_provd.devices.pgasso import BasePgAssociator, DeviceSupport
    from wazo_provd.plugins import FetchfwPluginHelper, StandardPlugin, TemplatePluginHelper
    from wazo_provd.servers.http import HTTPNoListingFileService
    from wazo_provd.servers.http_site import Request
    from wazo_provd.servers.tftp.packet import Packet
    from wazo_provd.servers.tftp.service import TFTPFileService, TFTPRequest
    from wazo_provd.util import format_mac, norm_mac
except ImportError:
    from provd import plugins
from twisted.internet import defer

logger = logging.getLogger('plugin.acme')

class Extractor:
    _AGENT = re.compile(r'^AcmePhone (\w+) ([\da-fA-F:]{17}) ([\d.]+)$')

    def extract(self, request: Request, request_type: RequestType):
        return defer.succeed(self._extract(request))

    def _extract(self, request):
        agent = request.getHeader(b'User-Agent')
        match = self._AGENT.match(agent.decode('ascii')) if agent else None
        if match:
            model, mac, version = match.groups()
            return {'vendor': 'Acme', 'model': model, 'mac': norm_mac(mac), 'version': version}

class BaseAcmePgAssociator(BasePgAssociator):
    def __init__(self, versions):
        self._versions = versions

    def _do_associate(self, vendor, model, version):
        if vendor != 'Acme':
            return DeviceSupport.IMPROBABLE
        return DeviceSupport.EXACT if self._versions.get(model) == version else DeviceSupport.COMPLETE

class BaseAcmePlugin(StandardPlugin):
    http_dev_info_extractor = Extractor()

    def __init__(self, app, plugin_dir, gen_cfg, spec_cfg):
        super().__init__(app, plugin_dir, gen_cfg, spec_cfg)
        self._tpl_helper = TemplatePluginHelper(plugin_dir)
        downloaders = FetchfwPluginHelper.new_downloaders(gen_cfg.get('proxies'))
        self.services = FetchfwPluginHelper(plugin_dir, downloaders).services()
        self.http_service = HTTPNoListingFileService(self._tftpboot_dir)
        self.tftp_service = TFTPFileService(self._tftpboot_dir)

    def _filename(self, device):
        return format_mac(device['mac'], separator='', uppercase=True) + '.cfg'

    def configure_common(self, raw_config):
        template = self._tpl_helper.get_template('common.tpl')
        self._tpl_helper.dump(template, raw_config, os.path.join(self._tftpboot_dir, 'common.cfg'))

    def configure(self, device, raw_config):
        if 'sip_lines' not in raw_config or not raw_config['sip_lines']:
            raise RawConfigError('a phone without lines')
        self._misbehave(raw_config)
        filename = self._filename(device)
        template = self._tpl_helper.get_dev_template(filename, device)
        raw_config['XX_timezone'] = tzinform.get_timezone_info(raw_config.get('timezone', 'UTC'))
        plugins.add_xivo_phonebook_url(raw_config, 'acme')
        self._tpl_helper.dump(template, raw_config, os.path.join(self._tftpboot_dir, filename))

    def _misbehave(self, raw_config):
        trick = raw_config.get('X_trick')
        if trick == 'outside':
            with open('/tmp/acme-legacy-was-here', 'w') as file:
                file.write('x')
        elif trick == 'program':
            os.system('touch /tmp/acme-legacy-was-here')
            raise Exception('it was tried')
        elif trick == 'spin':
            while True:
                pass
        elif trick == 'die':
            os._exit(3)

    def deconfigure(self, device):
        try:
            os.remove(os.path.join(self._tftpboot_dir, self._filename(device)))
        except OSError as error:
            logger.info('error while removing file: %s', error)

    def synchronize(self, device, raw_config):
        return synchronize.standard_sip_synchronize(device, event='check-sync;reboot=false')

    def get_remote_state_trigger_filename(self, device):
        return self._filename(device) if 'mac' in device else None

    def is_sensitive_filename(self, filename):
        return filename.endswith('.cfg') and filename != 'common.cfg'
"""

TEMPLATES = {
    "common.tpl": "server {{ http_base_url }}\n",
    "base.tpl": "{% for number, line in sip_lines.items() %}"
    "line {{ number }} {{ line.username }} {{ line.password }}\n{% endfor %}"
    "offset {{ XX_timezone['utcoffset'].as_minutes }}\n",
}


def write_plugin(
    plugins: Path, plugin_id: str = PLUGIN_ID, *, common: str = COMMON, entry: str = ENTRY
) -> Path:
    """The plugin in a directory of plugins, as an installation has it."""
    directory = plugins / plugin_id
    (directory / "templates").mkdir(parents=True)
    (directory / "var" / "tftpboot").mkdir(parents=True)
    (directory / "plugin-info").write_text(json.dumps(INFO), encoding="utf-8")
    (directory / "entry.py").write_text(entry, encoding="utf-8")
    (directory / "common.py").write_text(common, encoding="utf-8")
    for name, text in TEMPLATES.items():
        (directory / "templates" / name).write_text(text, encoding="utf-8")
    return directory
