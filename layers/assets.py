"""Scripts and style sheets by name: as addresses of our own service, or inside the page.

A name is a path below one of two folders: ``npm:leaflet/dist/leaflet.js`` (packages locked in
`package-lock.json`) or ``map:core.js`` (our own). There is no third place, so no page can come to
depend on a foreign host.
"""

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from markupsafe import Markup

from layers import markup

_ROOT = Path(__file__).parent.parent
_FOLDERS = {"npm": _ROOT / "node_modules", "map": _ROOT / "web" / "static" / "map"}
_URL = re.compile(r"url\((['\"]?)(?!data:|#)([^'\")]+)\1\)")
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+\s*$")
_MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}


def path_of(name: str) -> Path:
    """Return the file behind an asset's name.

    Raises
    ------
    ValueError
        The name is no path below one of the two folders, for example a foreign address.
    """
    place, _, path = name.partition(":")
    folder = _FOLDERS.get(place)
    if folder is None or not path or path.startswith("/") or ".." in Path(path).parts:
        raise ValueError(f"not an asset of our own: {name!r}")
    return folder / path


class Assets(Protocol):
    """How a page comes by its scripts and style sheets."""

    def script(self, name: str, nonce: str | None) -> Markup:
        """Return the element that runs a script."""

    def style(self, name: str) -> Markup:
        """Return the element that applies a style sheet."""


@dataclass(frozen=True)
class ServedAssets:
    """Assets by address; a change of content changes the address, so browsers may keep them.

    Attributes
    ----------
    npm, own
        Address prefixes of packages and of our own map files, without a slash at the end.
    """

    npm: str
    own: str

    def address(self, name: str) -> str:
        """Return the address of an asset."""
        file = path_of(name)
        place, _, path = name.partition(":")
        return f"{self.npm if place == 'npm' else self.own}/{path}?v={_digest(file)}"

    def script(self, name: str, nonce: str | None) -> Markup:
        """Return a link that runs in the order of the document, without holding up the page."""
        del nonce  # what comes from our own address needs none
        return markup.script_link(self.address(name))

    def style(self, name: str) -> Markup:
        """Return a link to the style sheet."""
        return markup.style_link(self.address(name))


@dataclass(frozen=True)
class InlineAssets:
    """Assets inside the page, pictures of style sheets included: it needs nothing else."""

    def script(self, name: str, nonce: str | None) -> Markup:
        """Return the whole script."""
        return markup.script(source(name), nonce)

    def style(self, name: str) -> Markup:
        """Return the whole style sheet."""
        return markup.style(_with_pictures(path_of(name)))


def source(name: str) -> str:
    """Return a script as it may stand inside a page, without the reference to its source map."""
    text = _SOURCE_MAP.sub("", path_of(name).read_text(encoding="utf-8").strip())
    # Text that looks like the end of the element must not end it.
    return text.replace("</script", "<\\/script")


@functools.lru_cache(maxsize=64)
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _with_pictures(file: Path) -> str:
    def picture(found: re.Match[str]) -> str:
        target = file.parent / found.group(2)
        media_type = _MEDIA_TYPES[target.suffix]
        return f"url(data:{media_type};base64,{base64.b64encode(target.read_bytes()).decode()})"

    return _URL.sub(picture, file.read_text(encoding="utf-8"))
