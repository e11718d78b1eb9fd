"""`provd doctor`: what an operator would look at first, looked at in a second."""

from provd.cli.doctor._command import doctor

__all__ = ["doctor"]
