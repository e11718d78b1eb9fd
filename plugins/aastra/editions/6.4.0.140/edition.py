"""What this edition adds to the family: its firmware, and the models that firmware is for."""

VERSION = "6.4.0.140"

MODELS = frozenset(
    {
        "6863i",
        "6865i",
        "6867i",
        "6869i",
        "6873i",
        "6905",
        "6910",
        "6915",
        "6920",
        "6920w",
        "6930",
        "6930w",
        "6940",
        "6940w",
        "6970",
    }
)
