"""Migrations: from nothing to the tables of today, and back to nothing."""

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from api.migrating import configuration
from api.upgrade import revisions, upgrade


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


def test_revisions_run_in_the_order_of_their_files(database):
    scripts = ScriptDirectory.from_config(configuration(database))

    run = [script.revision for script in scripts.walk_revisions()]

    assert tuple(reversed(run)) == revisions()
