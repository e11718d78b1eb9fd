"""What this edition adds to the family: its firmware, and the models that firmware is for."""

VERSION = "2.6.0.2019"

MODELS = frozenset(
    {
        "6730i",
        "6731i",
        "6751i",
        "6753i",
        "6755i",
        "6757i",
        "6757iCT",
        "9143i",
        "9480i",
        "9480iCT",
    }
)
