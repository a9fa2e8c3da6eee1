"""Snapferry's domain: what a transfer is and which rules it keeps.

Nothing here knows a Lambda event; only ``settings`` reads environment variables. The handlers in the folder above
translate.
"""
