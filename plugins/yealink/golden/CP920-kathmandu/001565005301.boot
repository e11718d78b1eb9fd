#!version:1.0.0.1
# What is common to the model, then what is this phone's own; the later wins.
include:config "y000000000078.cfg"
include:config "001565005301.cfg"
# A parameter that is no longer written goes back to what it is from the factory.
overwrite_mode = 1
