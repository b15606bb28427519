"""Tables of the database, as SQLAlchemy sees them.

The migrations under `data/migrations` create them; a test holds the two equal. Constraint names
are part of the interface: `services.database` turns each into a message key.
Geometry is stored as EPSG:4490 (CGCS2000, longitude and latitude in degrees) throughout.
"""

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg

from gis import crs

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=crs.STORED, spatial_index=False)


units = sa.Table(
    "units",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column(
        "parent_code", sa.Text, sa.ForeignKey("units.code", deferrable=True, initially="DEFERRED")
    ),
    sa.Column("metric_epsg", sa.Integer),
    comment="What a code stands for, for good; names and boundaries are in unit_versions.",
)

unit_versions = sa.Table(
    "unit_versions",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("unit_id", sa.Integer, sa.ForeignKey("units.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    sa.Column("geom", _geometry("MULTIPOLYGON"), nullable=False),
    sa.Column("import_run_id", sa.Integer, sa.ForeignKey("import_runs.id")),
    comment="Name, kind and boundary of a unit during a period; nothing is overwritten.",
)

households = sa.Table(
    "households",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("address", sa.Text),
    sa.Column("building", sa.Text),
    sa.Column("entrance", sa.Text),
    sa.Column("floor", sa.Text),
    sa.Column("room", sa.Text),
    sa.Column("geom", _geometry("POINT"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("field_versions", pg.JSONB, nullable=False, server_default="{}"),
)

residents = sa.Table(
    "residents",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column(
        "household_id", sa.Integer, sa.ForeignKey("households.id"), nullable=False, index=True
    ),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sex", sa.Text),
    sa.Column("birth_date", sa.Date, nullable=False),
    sa.Column("id_number", sa.LargeBinary, comment="AES-GCM, see services.sealing"),
    sa.Column("id_number_hash", sa.LargeBinary, index=True, comment="keyed hash, whole value"),
    sa.Column("phone", sa.LargeBinary, comment="AES-GCM, see services.sealing"),
    sa.Column("phone_hash", sa.LargeBinary, comment="keyed hash, whole value"),
    sa.Column("lives_alone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disability_type", sa.Text),
    sa.Column("disability_grade", sa.SmallInteger),
    sa.Column("tags", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("field_versions", pg.JSONB, nullable=False, server_default="{}"),
    sa.Column("left_on", sa.Date),
    sa.Column("left_reason", sa.Text),
    sa.Column("anonymised_at", sa.DateTime(timezone=True)),
    sa.Column("name_search", sa.Text, comment="Derived: the name, its pinyin and initials."),
)

facilities = sa.Table(
    "facilities",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("floor_area", sa.Double, comment="square metres"),
    sa.Column("capacity", sa.Integer, comment="people at once"),
    sa.Column("opened_on", sa.Date),
    sa.Column("closed_on", sa.Date, comment="first day on which it is closed"),
    sa.Column("rise_m", sa.Double),
    sa.Column("run_m", sa.Double),
    sa.Column("width_m", sa.Double),
    sa.Column("handrail", sa.Boolean),
    sa.Column("landing", sa.Boolean),
    sa.Column("serves_code", sa.Text),
    sa.Column("geom", _geometry("POINT"), nullable=False),
    sa.Column("import_run_id", sa.Integer, sa.ForeignKey("import_runs.id")),
)


def _assignment(place: str) -> sa.Table:
    return sa.Table(
        f"{place}_assignments",
        metadata,
        sa.Column(f"{place}_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, nullable=False, index=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("valid_to", sa.Date, nullable=False),
        comment="Derived: the lowest unit a place lies in, per period [valid_from, valid_to).",
    )


household_assignments = _assignment("household")
facility_assignments = _assignment("facility")
entrance_assignments = _assignment("entrance")

networks = sa.Table(
    "networks",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("metric_epsg", sa.Integer, nullable=False),
    sa.Column("nodes", sa.Integer, nullable=False),
    sa.Column("edges", sa.Integer, nullable=False),
    sa.Column("length_m", sa.Double, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("main_part_m", sa.Double, nullable=False),
    sa.Column("attribution", sa.Text),
    sa.Column(
        "imported_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
    ),
    sa.Column("import_run_id", sa.Integer, sa.ForeignKey("import_runs.id")),
    comment="The walking network; the newest is the one in use.",
)

network_edges = sa.Table(
    "network_edges",
    metadata,
    sa.Column("network_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("target", sa.Integer, nullable=False),
    sa.Column("length_m", sa.Double, nullable=False),
    sa.Column("step_free", sa.Boolean, comment="null: not known"),
    sa.Column("highway", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("geom", _geometry("LINESTRING"), nullable=False),
)

network_arrays = sa.Table(
    "network_arrays",
    metadata,
    sa.Column(
        "network_id",
        sa.Integer,
        sa.ForeignKey("networks.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("dtype", sa.Text, nullable=False),
    sa.Column("shape", pg.ARRAY(sa.Integer), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    comment="The network once more, as arrays that load without parsing (gis.network.to_arrays).",
)

backdrop = sa.Table(
    "backdrop",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("network_id", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("geom", _geometry("GEOMETRY"), nullable=False),
    comment="Water, railways, green and buildings, drawn under the map's theme.",
)


def _from_network() -> sa.Column[int]:
    return sa.Column(
        "network_id",
        sa.Integer,
        sa.ForeignKey("networks.id", ondelete="CASCADE"),
        index=True,
        comment="the network it came with; null: imported by itself",
    )


entrances = sa.Table(
    "entrances",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("serves_code", sa.Text, index=True, comment="a facility or a household"),
    sa.Column("step_free", sa.Boolean, comment="null: not known"),
    sa.Column("steps", sa.Integer),
    sa.Column("rise_m", sa.Double),
    sa.Column("width_m", sa.Double),
    sa.Column("geom", _geometry("POINT"), nullable=False),
    _from_network(),
    sa.Column("import_run_id", sa.Integer, sa.ForeignKey("import_runs.id")),
)

barriers = sa.Table(
    "barriers",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("step_free", sa.Boolean, comment="null: not known"),
    sa.Column("height_m", sa.Double),
    sa.Column("width_m", sa.Double),
    sa.Column("incline_pct", sa.Double),
    sa.Column("geom", _geometry("POINT"), nullable=False),
    _from_network(),
    sa.Column("import_run_id", sa.Integer, sa.ForeignKey("import_runs.id")),
)

household_attachments = sa.Table(
    "household_attachments",
    metadata,
    sa.Column("household_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("edge", sa.Integer, nullable=False, comment="-1: no edge within the access limit"),
    sa.Column("offset_m", sa.Double, nullable=False),
    sa.Column("access_m", sa.Double, nullable=False),
    comment="Derived: where a home meets the newest network.",
)

import_runs = sa.Table(
    "import_runs",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text),
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("generated", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column(
        "started_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
    ),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("inserted", sa.Integer),
    sa.Column("updated", sa.Integer),
    sa.Column("unchanged", sa.Integer),
    sa.Column("rejected", sa.Integer),
    sa.Column("problems", pg.JSONB, comment="the first ones: row, field, message key"),
)

job_progress = sa.Table(
    "job_progress",
    metadata,
    sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("title_key", sa.Text, nullable=False),
    sa.Column("params", pg.JSONB, nullable=False, server_default="{}"),
    sa.Column("step_key", sa.Text),
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("total", sa.BigInteger),
    sa.Column("outcome", pg.JSONB),
    sa.Column(
        "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
    ),
    sa.Column(
        "updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
    ),
    comment="What a background job is doing; the queue itself is procrastinate's.",
)

data_versions = sa.Table(
    "data_versions",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    comment="Counts the changes of each table by trigger: what caches are keyed by.",
)
