"""Wire protocols without I/O: bytes to values, values to bytes, and conversations as state."""
