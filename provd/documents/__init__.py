"""Documents: Device, Config, Status, Operation; the single point of validation; pure."""
