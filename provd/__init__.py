"""provd: one server that knows which device is asking, and gives it exactly what it needs."""
