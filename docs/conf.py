"""How the documentation is built: `make docs` (warnings are errors, every reference must resolve)."""

from importlib.metadata import version as version_of

project = "provd"
author = "the provd maintainers"
copyright = "the provd maintainers"
version = release = version_of("provd")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.extlinks",
]
root_doc = "index"
exclude_patterns = ["_build", "decisions/template.rst"]
nitpicky = True
smartquotes = False
autodoc_typehints = "description"
autodoc_member_order = "bysource"

# `:rfc:` is Sphinx's own; the references below are to code outside this documentation.
nitpick_ignore_regex = [
    ("py:.*", r"(twisted|zope|klein|msgspec|attrs|jinja2)\..*"),
]

html_theme = "furo"
html_title = "provd"
html_copy_source = False
