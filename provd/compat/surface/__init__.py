"""What legacy plugins import: module by module, in the places where they look for it."""
