"""Use cases: what an edge may ask for.

Devices ask through `Inquiries`; operators through `Operators`, which is made by `make_operators`.
Edges import the modules that they need: the command line must not pay for the pipeline.
"""
