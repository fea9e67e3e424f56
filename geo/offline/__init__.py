"""The offline package: the public pages as files that open without a server or a network.

It comes after :mod:`geo.web`, whose pages it asks for and rewrites; nothing but the command
line and the worker comes after it. Why: ``docs/adr/0004-offline-package.md``.
"""
