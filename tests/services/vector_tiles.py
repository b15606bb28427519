"""Reads vector tiles by GDAL, another program than the one that made them."""

from pathlib import Path

import pandas as pd
import pyogrio
import shapely

from services.tiles import Tile


def read(folder: Path, content: bytes, tile: Tile) -> dict[str, tuple[pd.DataFrame, list]]:
    """Return attributes and geometries (Web Mercator metres) by layer."""
    path = folder / str(tile.z) / str(tile.x) / f"{tile.y}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    found = {}
    options = {"X": str(tile.x), "Y": str(tile.y), "Z": str(tile.z), "CLIP": "NO"}
    for name, _ in pyogrio.list_layers(path):
        meta, _, wkb, values = pyogrio.raw.read(path, layer=name, **options)
        table = pd.DataFrame(dict(zip(meta["fields"], values, strict=True)))
        found[name] = (table, list(shapely.from_wkb(wkb)))
    return found
