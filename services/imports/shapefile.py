"""Shapefiles: their parts, whether they are whole, and the encoding of their names.

Layout: ESRI Shapefile Technical Description (July 1998), pages 3-4; dBASE file header.
"""

import codecs
import struct
import zipfile
from pathlib import Path, PurePosixPath

from services.imports.report import FileFaultError

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")
_CHINESE = "GB18030"
_PROOF = 4 << 20
_LARGEST_ZIP = 8 << 30


def find_in_folder(folder: Path) -> Path:
    """Return the one Shapefile of a folder.

    Raises
    ------
    FileFaultError
        There is none, or more than one.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".shp")
    return found[0] if len(found) == 1 else _not_one([path.name for path in found])


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the one Shapefile of a ZIP into a folder of ours, under names of ours.

    Raises
    ------
    FileFaultError
        The archive is damaged or cut off, or does not hold exactly one Shapefile.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            members = [PurePosixPath(name) for name in content.namelist()]
            shapes = [member for member in members if member.suffix.lower() == ".shp"]
            shape = shapes[0] if len(shapes) == 1 else _not_one([path.name for path in shapes])
            for member in members:
                suffix = member.suffix.lower()
                if member.with_suffix("") == shape.with_suffix("") and suffix in _PARTS:
                    _unpack_one(content, str(member), folder / f"layer{suffix}")
    except zipfile.BadZipFile as error:
        raise FileFaultError("error.import.file.damaged", reason=str(error)) from error
    return folder / "layer.shp"


def _unpack_one(content: zipfile.ZipFile, member: str, target: Path) -> None:
    if content.getinfo(member).file_size > _LARGEST_ZIP:
        raise FileFaultError("error.import.file.too_large")
    with content.open(member) as packed, target.open("wb") as unpacked:
        while block := packed.read(1 << 20):
            unpacked.write(block)


def _not_one(names: list[str]) -> Path:
    if names:
        raise FileFaultError("error.import.file.many_shapefiles", names=", ".join(names))
    raise FileFaultError("error.import.file.no_shapefile")


def check_whole(shape: Path) -> None:
    """Refuse a Shapefile with parts missing or cut off: GDAL would read on with empty shapes.

    Raises
    ------
    FileFaultError
        Says which part.
    """
    for suffix in _NEEDED:
        part = part_of(shape, suffix)
        if part is None:
            raise FileFaultError("error.import.file.part_missing", part=suffix)
        if _promised(part, suffix) > part.stat().st_size:
            raise FileFaultError("error.import.file.cut_off", part=suffix)


def part_of(shape: Path, suffix: str) -> Path | None:
    """Return the part of a Shapefile with a suffix in lower or upper case, if it is there."""
    for candidate in (suffix, suffix.upper()):
        part = shape.with_suffix(candidate)
        if part.exists():
            return part
    return None


def _promised(part: Path, suffix: str) -> int:
    """Bytes that the file's header says it has."""
    with part.open("rb") as stream:
        header = stream.read(32)
    if len(header) < 32:
        return 32
    if suffix == ".dbf":
        records, header_size, record_size = struct.unpack("<IHH", header[4:12])
        return int(header_size + records * record_size)
    return 2 * int(struct.unpack(">i", header[24:28])[0])


def encoding_of(shape: Path) -> str:
    """Find the encoding of names: what the .cpg says, else UTF-8 if they are valid so, else GBK.

    Values are of fixed width and may be cut within a character, so each is judged without its end.
    """
    declared = part_of(shape, ".cpg")
    if declared is not None:
        word = declared.read_text(encoding="ascii", errors="replace").strip().upper()
        word = {"936": _CHINESE, "GBK": _CHINESE, "GB2312": _CHINESE, "65001": "UTF-8"}.get(
            word, word
        )
        try:
            return codecs.lookup(word).name
        except LookupError:
            return _by_content(shape)
    return _by_content(shape)


def _by_content(shape: Path) -> str:
    table = part_of(shape, ".dbf")
    if table is None:
        return "UTF-8"
    with table.open("rb") as stream:
        header = stream.read(32)
        header_size, record_size = struct.unpack("<HH", header[8:12])
        if header_size < len(header) or not record_size:
            return "UTF-8"  # no table at all, which its reader tells
        widths = _widths(stream.read(header_size - 32))
        content = stream.read(_PROOF // record_size * record_size)
    for start in range(0, len(content), record_size):
        place = start + 1
        for width in widths:
            if not _is_utf8(content[place : place + width]):
                return _CHINESE
            place += width
    return "UTF-8"


def _widths(descriptors: bytes) -> list[int]:
    usable = descriptors[: len(descriptors) // 32 * 32]
    return [usable[i + 16] for i in range(0, len(usable), 32) if usable[i] != 0x0D]


def _is_utf8(value: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(value.rstrip(b" \0"), final=False)
    except UnicodeDecodeError:
        return False
    return True
