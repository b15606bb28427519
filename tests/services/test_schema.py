"""The schema holds bad data out by every door, and models and migrations are the same."""

from datetime import date

import pytest
import shapely
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services import errors, migrations, models
from services.database import Database
from tests.services import builders

WHOLE = shapely.box(116.80, 32.60, 116.82, 32.61)


def _is_ours(obj, name, type_, reflected, compare_to) -> bool:
    return not (type_ == "table" and name not in models.metadata.tables)


def test_migrations_make_what_the_models_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": _is_ours,
                "compare_type": True,
                "compare_server_default": False,
            },
        )
        steps = compare_metadata(context, models.metadata)
    # Indexes and comments are the migrations' own affair; tables, columns and types are shared.
    flat = [part for step in steps for part in (step if isinstance(step, list) else [step])]
    found = [step for step in flat if step[0] not in _NOT_SHARED]
    assert found == []


_NOT_SHARED = {
    "remove_index",
    "add_table_comment",
    "remove_table_comment",
    "add_column_comment",
    "modify_comment",
}


def test_upgrading_twice_changes_nothing(database):
    migrations.upgrade(database.engine)
    with database.engine.connect() as connection:
        assert migrations.is_current(connection)


def test_a_database_without_schema_is_not_current(server):
    server.execute('CREATE DATABASE "bare"')
    bare = Database(server.cluster.url("bare"))
    with bare.engine.connect() as connection:
        assert not migrations.is_current(connection)
    bare.close()
    server.drop("bare")


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO units (code, level, metric_epsg) VALUES ('3404', 'district', 4548)",
            "units_level_check",
        ),
        (
            "INSERT INTO units (code, level, metric_epsg) VALUES ('34040a', 'district', 4548)",
            "units_digits_check",
        ),
        ("INSERT INTO units (code, level) VALUES ('340405', 'district')", "units_metric_check"),
        (
            "INSERT INTO units (code, level, parent_code) VALUES ('340405001', 'township', '340406')",
            "units_parent_check",
        ),
        (
            "INSERT INTO households (code, geom) VALUES ('h', 'SRID=4490;POINT(NaN 32)')",
            "households_geom_check",
        ),
        (
            "INSERT INTO households (code, geom) VALUES ('h', 'SRID=4490;POINT EMPTY')",
            "households_geom_check",
        ),
        (
            "INSERT INTO facilities (code, kind, name, opened_on, closed_on, geom) VALUES"
            " ('f', 'day_care', 'f', '2024-01-02', '2024-01-02', 'SRID=4490;POINT(116 32)')",
            "facilities_open_check",
        ),
        (
            "INSERT INTO facilities (code, kind, name, run_m, geom) VALUES"
            " ('f', 'ramp', 'f', 0, 'SRID=4490;POINT(116 32)')",
            "facilities_run_m_check",
        ),
        (
            "INSERT INTO residents (code, household_id, name, birth_date)"
            " VALUES ('r', 999, 'x', '1950-01-01')",
            "residents_household_id_fkey",
        ),
    ],
)
def test_the_database_refuses_and_the_constraint_is_the_message(
    database, caller, statement, constraint
):
    with pytest.raises(errors.RefusedError) as raised, database.transaction(caller) as tx:
        tx.sql.execute(sa.text(statement))
        tx.commit()
    assert raised.value.key == f"error.constraint.{constraint}"


def test_a_wrong_srid_is_refused(database, caller):
    with pytest.raises(sa.exc.DBAPIError), database.transaction(caller) as tx:
        tx.sql.execute(
            sa.text("INSERT INTO households (code, geom) VALUES ('h', 'SRID=4326;POINT(116 32)')")
        )


def test_an_invalid_boundary_is_refused(database, caller):
    bow = shapely.Polygon([(116.80, 32.60), (116.82, 32.62), (116.82, 32.60), (116.80, 32.62)])
    with pytest.raises(errors.RefusedError) as raised, database.transaction(caller) as tx:
        builders.unit(tx, "340405", bow)
    assert raised.value.key == "error.constraint.unit_versions_geom_check"


def test_two_versions_of_a_unit_do_not_overlap_in_time(database, caller):
    with pytest.raises(errors.RefusedError) as raised, database.transaction(caller) as tx:
        builders.unit(tx, "340405", WHOLE, date(2020, 1, 1))
        builders.unit(tx, "340405", WHOLE, date(2021, 1, 1))
    assert raised.value.key == "error.constraint.unit_versions_period_excl"


def test_a_unit_needs_a_parent_at_its_time(database, caller):
    with pytest.raises(errors.RefusedError) as raised, database.transaction(caller) as tx:
        builders.unit(tx, "340405", WHOLE, date(2020, 1, 1))
        builders.unit(tx, "340405001", WHOLE, date(2010, 1, 1), date(2011, 1, 1))
        tx.commit()
    assert raised.value.key == "error.constraint.unit_versions_parent_check"


def test_nothing_is_kept_without_the_word(database, caller):
    with database.transaction(caller) as tx:
        builders.household(tx, "h", 116.8, 32.6)
    with database.transaction(caller) as tx:
        assert tx.sql.execute(sa.text("SELECT count(*) FROM households")).scalar_one() == 0


def test_a_snapshot_sees_one_moment_and_writes_nothing(database, caller):
    with database.snapshot(caller) as reader:
        count = sa.text("SELECT count(*) FROM households")
        assert reader.sql.execute(count).scalar_one() == 0
        with database.transaction(caller) as writer:
            builders.household(writer, "h", 116.8, 32.6)
            writer.commit()
        assert reader.sql.execute(count).scalar_one() == 0
    with pytest.raises(sa.exc.InternalError), database.snapshot(caller) as reader:
        builders.household(reader, "h2", 116.8, 32.6)
