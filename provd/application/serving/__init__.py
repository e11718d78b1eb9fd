"""Serving secrets: what policy says of answers that tell them, and who looks for them."""

from provd.application.serving.gate import SecretsGate
from provd.application.serving.secrecy import TURNED_AWAY, Secrecy, make_secrecy
from provd.application.serving.security import NAMESPACE

__all__ = ["NAMESPACE", "TURNED_AWAY", "Secrecy", "SecretsGate", "make_secrecy"]
