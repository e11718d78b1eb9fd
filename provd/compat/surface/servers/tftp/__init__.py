"""`servers.tftp`: services and packets."""
