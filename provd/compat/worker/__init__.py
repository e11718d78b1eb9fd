"""The process that configures: plugin code that writes files runs here, and can write in its own directory only.

`python -m provd.compat.worker` reads jobs from its standard input and forks a child for each plugin, which
gives up the right to write anywhere else before it runs a line of the plugin's.  The children answer through
the parent, on its standard output; when one ends, whatever it had not answered fails, and the next job has
another made.
"""
