"""The composition root: settings → wiring → service. The only room that imports the reactor."""
