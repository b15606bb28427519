"""Files for browsers: our own and those of the npm packages, by addresses that carry a hash.

What an address names never changes, so browsers keep it for a year. Of the npm packages only
the files listed here can be had. A page names some twenty of them: they are kept in memory,
compressed once as far as it goes.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson

from services import errors

STATIC = Path(__file__).parent / "static"
PACKAGES = Path(__file__).parent.parent / "node_modules"
ALLOWED = (
    "htmx.org/dist/htmx.min.js",
    "leaflet/dist/leaflet.js",
    "leaflet/dist/leaflet.css",
    "leaflet/dist/images/layers.png",
    "leaflet/dist/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png",
    "leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js",
)
_MODULES = ("offline/", "standing.js")
_HASH_DIGITS = 12
_SUFFIXES = frozenset({".css", ".js", ".svg", ".png", ".ico", ".webmanifest"})
_COMPRESSION = 9


@dataclass(frozen=True)
class Asset:
    """One file for browsers.

    Attributes
    ----------
    packed
        The content in gzip (RFC 1952), where that is shorter.
    """

    media_type: str
    digest: str
    content: bytes
    packed: bytes | None


@dataclass(frozen=True)
class Assets:
    """Files by the address below ``/static`` or ``/assets``, as they were at start."""

    static: Mapping[str, Asset]
    packages: Mapping[str, Asset]

    def url(self, name: str) -> str:
        """Return the address of a file, e.g. ``static/app.css``, ``assets/leaflet/dist/leaflet.js``."""
        asset = self.find(name)
        return f"/{name}?v={asset.digest}"

    def find(self, name: str) -> Asset:
        """Return a file.

        Raises
        ------
        services.errors.NotFoundError
            There is none, or it is not for browsers.
        """
        folder, _, rest = name.partition("/")
        asset = {"static": self.static, "assets": self.packages}.get(folder, {}).get(rest)
        if asset is None:
            raise errors.NotFoundError("error.assets.unknown", name=name)
        return asset

    @cached_property
    def import_map(self) -> str:
        """Where our modules lie that name one another by plain addresses (HTML, "import maps").

        Without it a module that a page names, too, would run once more by its other address, and
        browsers would ask on every page whether each is still the same.
        """
        names = [f"static/{name}" for name in self.static if name.startswith(_MODULES)]
        found = {f"/{name}": self.url(name) for name in names if name.endswith(".js")}
        return orjson.dumps({"imports": found}).decode()

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that `url` knows."""
        return frozenset(
            {f"static/{name}" for name in self.static}
            | {f"assets/{name}" for name in self.packages}
        )


def load() -> Assets:
    """Read which files there are."""
    own = {
        path.relative_to(STATIC).as_posix(): _asset(path)
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in _SUFFIXES
    }
    packages = {name: _asset(PACKAGES / name) for name in ALLOWED if (PACKAGES / name).is_file()}
    return Assets(own, packages)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, _COMPRESSION, mtime=0)
    return Asset(media_type, digest, content, packed if len(packed) < len(content) else None)
