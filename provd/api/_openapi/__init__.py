"""The description of the API (OpenAPI 3.1): made from the routes that are served and the models that validate."""

from provd.api._openapi._components import components
from provd.api._openapi._document import describe
from provd.api._openapi._page import page

__all__ = ["components", "describe", "page"]
