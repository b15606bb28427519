"""Collections on their way to other programs: any collection, any format, any CRS.

`catalogue` has a line for each collection, `renderers` one for each format, and neither knows
the other: a collection is a stream of record batches with geometry, a format turns such a stream
into bytes. Rows pass through in constant memory, from a server-side cursor to the file.
"""

from services.exports.catalogue import COLLECTIONS, PERSONAL, Collection, Topic, find, published
from services.exports.delivery import Download, download, drawn, file_name, save, stream, write
from services.exports.fields import Field, FieldType, GeometryType
from services.exports.options import (
    DEFAULT_CRS,
    MOST_LISTED,
    Bbox,
    ExportOptions,
    Format,
    read_bbox,
    read_crs,
    read_format,
)
from services.exports.paging import Page, feature, page
from services.exports.preview import Preview, preview
from services.exports.renderers import RENDERERS, Renderer
from services.exports.taking import Taken, keep_taken

__all__ = [
    "COLLECTIONS",
    "DEFAULT_CRS",
    "MOST_LISTED",
    "PERSONAL",
    "RENDERERS",
    "Bbox",
    "Collection",
    "Download",
    "ExportOptions",
    "Field",
    "FieldType",
    "Format",
    "GeometryType",
    "Page",
    "Preview",
    "Renderer",
    "Taken",
    "Topic",
    "download",
    "drawn",
    "feature",
    "file_name",
    "find",
    "keep_taken",
    "page",
    "preview",
    "published",
    "read_bbox",
    "read_crs",
    "read_format",
    "save",
    "stream",
    "write",
]
