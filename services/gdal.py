"""GDAL by way of pyogrio, read in when the first layer is opened.

It brings GeoPandas and pandas along wherever those are installed: a second of waiting that a
command which opens no layer need not have.
"""

import importlib
from types import ModuleType


def ogr() -> ModuleType:
    """Return pyogrio, with its ``raw`` and ``errors``."""
    importlib.import_module("pyogrio.raw")
    return importlib.import_module("pyogrio")
