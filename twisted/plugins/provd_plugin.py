"""Makes `twistd provd` known; naming the module imports nothing until the service is asked for."""

from twisted.application.service import ServiceMaker

provd = ServiceMaker("provd", "provd.daemon.tap", "The provisioning server", "provd")
