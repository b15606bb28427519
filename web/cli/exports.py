"""``wangge export``: a collection as a file for other programs."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gis.codes import Level
from services import exports, rules
from services.exports import Format
from services.facility_kinds import FacilityKind
from web import days
from web.cli import context, verbs
from web.cli.console import Console

_STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True)
class _Export:
    collection: Annotated[str, typer.Argument(help="cli.export.collection", metavar="COLLECTION")]
    format: Annotated[Format, typer.Option("--format", "-f", help="cli.export.format")] = (
        Format.GEOJSON
    )
    crs: Annotated[str | None, typer.Option("--crs", help="cli.export.crs", metavar="CRS")] = None
    bbox: Annotated[
        str | None, typer.Option("--bbox", help="cli.export.bbox", metavar="W,S,E,N")
    ] = None
    unit: Annotated[str | None, typer.Option("--unit", help="cli.option.unit", metavar="CODE")] = (
        None
    )
    level: Annotated[Level | None, typer.Option("--level", help="cli.export.level")] = None
    kind: Annotated[FacilityKind | None, typer.Option("--kind", help="cli.export.kind")] = None
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="cli.option.as_of", formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None
    max_walk: Annotated[
        float | None,
        typer.Option("--max-walk", help="cli.option.max_walk", metavar="METRES", min=1, max=20000),
    ] = None
    rules: Annotated[str, typer.Option("--rules", help="cli.option.rules", metavar="NAME")] = (
        rules.DEFAULT
    )
    output: Annotated[
        Path, typer.Option("--output", "-o", help="cli.export.output", metavar="FILE")
    ] = _STANDARD_OUTPUT


def register(application: typer.Typer) -> None:
    """Add the verb."""
    verbs.add(application, "export", "cli.export", _Export)(_export)


def _export(console: Console, options: _Export) -> None:
    asked = exports.ExportOptions(
        as_of=options.as_of.date() if options.as_of else days.today(),
        format=options.format,
        crs=exports.read_crs(options.crs),
        bbox=exports.read_bbox(options.bbox),
        unit=options.unit,
        level=options.level,
        kind=options.kind,
        max_walk_m=options.max_walk,
        rules=options.rules,
    )
    with context.transaction(console.settings) as tx:
        chunks = exports.stream(tx, options.collection, asked)
        context.keep_taken(console.settings, exports.Taken.of(options.collection, asked))
        if options.output == _STANDARD_OUTPUT:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            return
        exports.save(chunks, options.output)
    console.say("cli.coverage.written", file=options.output)
