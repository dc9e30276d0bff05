"""Migrations: from nothing to the tables of today, and back to nothing."""

from alembic import command
from sqlalchemy import inspect

from api.upgrade import configuration, upgrade


def test_the_migrated_schema_is_that_of_the_tables(database):
    command.check(configuration(database))


def test_upgrading_again_does_nothing(database):
    assert upgrade(database) is False


def test_every_migration_can_be_taken_back(database):
    command.downgrade(configuration(database), "base")

    left = set(inspect(database.engine).get_table_names())
    upgrade(database)

    assert left <= {"alembic_version"}
    command.check(configuration(database))
