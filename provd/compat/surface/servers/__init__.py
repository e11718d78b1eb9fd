"""`servers`: what a plugin gives its devices, by protocol."""
