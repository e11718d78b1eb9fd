"""The edges towards devices: each protocol turns bytes into an Inquiry, and an Answer into bytes.

One package per protocol; none knows of another, none decides anything.
"""
