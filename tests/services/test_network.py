import numpy as np
import shapely
import sqlalchemy as sa

from gis import network as networks
from gis.stepfree.traits import Traits
from services import network
from tests.services import builders

SOURCE = network.Source("test", "0" * 64, builders.METRIC, "© me", None)
# About the middle of the district in EPSG:4548.
EAST, NORTH = 484_000.0, 3_608_000.0


def _two_streets() -> networks.Network:
    lines = np.array(
        [
            shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH), (EAST + 200, NORTH)]),
            shapely.LineString([(EAST + 100, NORTH), (EAST + 100, NORTH + 50)]),
        ]
    )
    attributes = networks.WayAttributes(
        np.array([1, -1], dtype=np.int8), np.array([0, 1], dtype=np.int16), ("residential", "steps")
    )
    return networks.build_from_lines(lines, attributes)


def _traits() -> Traits:
    unknown = np.full(3, np.nan)
    return Traits(
        np.array([1, 0, -1], dtype=np.int8),
        np.array([0, 2, 1], dtype=np.int8),
        np.array([4.5, np.nan, 0]),
        unknown,
        np.array([-1, 1, 0], dtype=np.int16),
        ("asphalt", "石板"),
    )


def test_what_is_loaded_is_what_was_stored(database, caller):
    made = _two_streets()
    with database.transaction(caller) as tx:
        assert network.load(tx) is None
        known = network.Known(['Road, "quoted"', None, None], _traits())
        network.store(tx, made, SOURCE, known)
        stored = network.load(tx)
        names = tx.sql.execute(sa.text("SELECT name, step_free FROM network_edges ORDER BY id"))
        rows = [tuple(row) for row in names]
    assert stored is not None
    for name, values in networks.to_arrays(made).items():
        assert np.array_equal(networks.to_arrays(stored.network)[name], values)
    for name, values in vars(_traits()).items():
        np.testing.assert_array_equal(getattr(stored.traits, name), values)
    assert (stored.info.edges, stored.info.nodes, stored.info.parts) == (3, 4, 1)
    assert stored.info.length_m == 250.0
    assert rows == [('Road, "quoted"', True), (None, True), (None, False)]


def test_edges_are_given_out_in_degrees_where_they_lie(database, caller):
    with database.transaction(caller) as tx:
        network.store(tx, _two_streets(), SOURCE)
        box = tx.sql.execute(
            sa.text(
                "SELECT ST_XMin(b), ST_YMin(b) FROM (SELECT ST_Extent(geom) b FROM network_edges) x"
            )
        ).one()
        back = tx.sql.execute(
            sa.text("SELECT sum(ST_Length(ST_Transform(geom, 4548))) FROM network_edges")
        ).scalar_one()
    assert 116.8 < box[0] < 116.9
    assert 32.5 < box[1] < 32.7
    assert abs(back - 250) < 1e-6


def test_a_new_network_takes_the_place_of_the_old_and_homes_are_attached_to_it(database, caller):
    with database.transaction(caller) as tx:
        lonlat = tx.sql.execute(
            sa.text(
                "SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID("
                "ST_MakePoint(:x, :y), 4548), 4490) p"
            ),
            {"x": EAST + 150, "y": NORTH - 10},
        ).one()
        near = builders.household(tx, "near", *lonlat)
        far = builders.household(tx, "far", 116.9, 32.65)
        network.store(tx, _two_streets(), SOURCE)
        network.store(tx, _two_streets(), SOURCE)
        counts = tx.sql.execute(
            sa.text("SELECT (SELECT count(*) FROM networks), (SELECT count(*) FROM network_edges)")
        ).one()
        rows = {
            row.household_id: row
            for row in tx.sql.execute(sa.text("SELECT * FROM household_attachments"))
        }
    assert tuple(counts) == (1, 3)
    assert rows[far].edge == -1
    assert rows[near].edge >= 0
    assert abs(rows[near].access_m - 10) < 1e-3


def test_a_new_home_is_attached_alone(database, caller):
    with database.transaction(caller) as tx:
        network.store(tx, _two_streets(), SOURCE)
        home = builders.household(tx, "h", 116.83, 32.59)
        assert network.attach_households(tx, np.array([home])) == 1
        rows = tx.sql.execute(sa.text("SELECT count(*) FROM household_attachments")).scalar_one()
    assert rows == 1
