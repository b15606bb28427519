"""Opens a file by what its name says it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.imports import batches, csv_source, layer_source, sheet_source
from services.imports.report import FileFaultError

TEXT = (".csv", ".txt", ".tsv")
SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
LAYERS = (
    ".gpkg",
    ".geojson",
    ".json",
    ".geojsonl",
    ".geojsons",
    ".geojsonseq",
    ".ndjson",
    ".shp",
    ".zip",
    ".fgb",
)


def check(path: Path) -> None:
    """Refuse a path that leads nowhere, or to nothing: readers call an empty file damaged.

    Raises
    ------
    FileFaultError
        The file does not exist, may not be read, or is empty.
    """
    if not path.exists():
        raise FileFaultError("error.import.file.missing", name=path.name)
    if path.is_dir():
        return
    try:
        path.open("rb").close()
    except PermissionError as error:
        raise FileFaultError("error.import.file.forbidden", name=path.name) from error
    if path.is_file() and not path.stat().st_size:
        raise FileFaultError("error.import.file.empty")


@contextmanager
def opened(path: Path, layer: str | None) -> Iterator[batches.Source]:
    """Open a table or layer.

    Raises
    ------
    FileFaultError
        The format is not known, or the file cannot be read.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix in LAYERS:
        with layer_source.open_layer(path, layer) as source:
            yield source
    elif suffix in TEXT:
        yield csv_source.open_csv(path)
    elif suffix in SHEETS:
        yield sheet_source.open_sheet(path, layer)
    else:
        raise FileFaultError(
            "error.import.file.format",
            suffix=suffix or path.name,
            known=" ".join((*TEXT, *SHEETS, *LAYERS)),
        )
