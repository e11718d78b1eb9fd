"""YAML for people: the part of it that every reader reads alike, and that costs what JSON costs.

Read are mappings, sequences and scalars.  Tags, anchors and aliases are refused (a few lines of
those make a billion), and so are plain scalars that YAML 1.1 and 1.2 read differently: `no`,
`012`, `1:30`, `2001-01-01`, `+33`.  Whoever means a text quotes it.

Written are block mappings whose texts are quoted as JSON quotes them, unless no reader could take
them for anything else.
"""

from provd.wire.yaml.reading import MalformedYaml, read_documents
from provd.wire.yaml.writing import write_item, write_yaml

__all__ = ["MalformedYaml", "read_documents", "write_item", "write_yaml"]
