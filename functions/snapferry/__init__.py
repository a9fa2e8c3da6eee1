"""Snapferry's domain: what a transfer is and which rules it keeps.

Nothing here knows a Lambda event; only ``settings`` reads environment variables. Handlers in the folder above translate.
"""
