"""The tables, as numbered steps: what is released is never edited, only followed by another step.

`ledger_entry` holds with each entry the hashes of the subtrees that it completes, from its own leaf upwards: the
subtree of level k and index j is in row (j + 1) * 2^k - 1.  So a row never changes, and one insert is all of an append.
"""

from __future__ import annotations

from zkhealth.ledger.storage.interface import Storage, Transaction

_APPEND_ONLY = {
    "sqlite": """
CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
    "postgresql": """
CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()""",
}
# In SQLite, REPLACE deletes without firing the trigger of DELETE; in PostgreSQL the primary key refuses it.
_NEXT_ONLY = """
CREATE TRIGGER ledger_entry_insert BEFORE INSERT ON ledger_entry
WHEN NEW.i <> (SELECT coalesce(max(i), -1) + 1 FROM ledger_entry)
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END"""
_NEW_ONLY = """
CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
# Erased is what has turned to zeros in its place.  A row that is removed makes SQLite move others from page to page,
# and `secure_delete` does not reach the copies that it leaves behind.
_ERASE_ONLY = {
    "sqlite": """
CREATE TRIGGER ledger_body_update BEFORE UPDATE ON ledger_body
WHEN NOT (NEW.i = OLD.i AND NEW.salt = zeroblob(length(OLD.salt)) AND NEW.body = zeroblob(length(OLD.body)))
BEGIN SELECT RAISE(ABORT, 'ledger_body is append-only'); END""",
    "postgresql": """
CREATE TRIGGER ledger_body_update BEFORE UPDATE ON ledger_body FOR EACH ROW
WHEN (NOT (NEW.i = OLD.i AND NEW.salt = decode(repeat('00', length(OLD.salt)), 'hex')
AND NEW.body = decode(repeat('00', length(OLD.body)), 'hex'))) EXECUTE FUNCTION ledger_refuse()""",
}
REFUSAL = "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
_REFUSE = f"""
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
{REFUSAL}"""


def _keep(dialect: str, table: str, *verbs: str) -> list[str]:
    """Triggers that forbid these verbs."""
    if dialect == "sqlite":
        verbs = tuple(verb for verb in verbs if verb != "truncate")
    return [_APPEND_ONLY[dialect].format(table=table, verb=verb) for verb in verbs]


def _log_and_entries(dialect: str) -> list[str]:
    """Migration 1."""
    integer, blob = {"sqlite": ("INTEGER", "BLOB"), "postgresql": ("BIGINT", "BYTEA")}[dialect]
    statements = [
        f"CREATE TABLE ledger_migration (version {integer} PRIMARY KEY)",
        f"CREATE TABLE ledger_log (id {integer} PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL)",
        f"CREATE TABLE ledger_entry (i {integer} PRIMARY KEY, data {blob} NOT NULL, hashes {blob} NOT NULL)",
        *([_REFUSE] if dialect == "postgresql" else []),
        *_keep(dialect, "ledger_log", "update", "delete", "truncate"),
        *_keep(dialect, "ledger_entry", "update", "delete", "truncate"),
    ]
    if dialect == "sqlite":
        statements += [_NEXT_ONLY, _NEW_ONLY.format(table="ledger_log", key="id")]
    else:
        statements.append("ALTER TABLE ledger_entry ALTER data SET STORAGE EXTERNAL, ALTER hashes SET STORAGE PLAIN")
    return statements


def _bodies(dialect: str) -> list[str]:
    """Migration 2: openings of personal entries; what is in a row may turn to zeros, and nothing else.

    In SQLite, BIGINT keeps the rows in the order in which they came, whatever `i` is: none is ever moved.
    """
    blob = {"sqlite": "BLOB", "postgresql": "BYTEA"}[dialect]
    statements = [
        f"CREATE TABLE ledger_body (i BIGINT NOT NULL PRIMARY KEY, salt {blob} NOT NULL, body {blob} NOT NULL)",
        _ERASE_ONLY[dialect],
        *_keep(dialect, "ledger_body", "delete", "truncate"),
    ]
    return [*statements, _NEW_ONLY.format(table="ledger_body", key="i")] if dialect == "sqlite" else statements


MIGRATIONS = (_log_and_entries, _bodies)


def migrate(storage: Storage, target: int = len(MIGRATIONS)) -> None:
    """Bring the tables to a version, this program's by default; nothing if they are there.

    Raises ValueError if the tables are of a newer version than this program knows.
    """
    if version_of(storage) == target:
        return
    with storage.writing() as transaction:
        for number in range(version_of(storage), target):
            _step(transaction, storage.dialect, number + 1)


def version_of(storage: Storage) -> int:
    """The last migration that was made; 0 for a database without a log.

    Raises ValueError if this program does not know it.
    """
    if "ledger_migration" not in storage.objects():
        return 0
    version = storage.read("SELECT max(version), count(*) FROM ledger_migration")[0]
    if version[0] is None or version[0] != version[1]:
        raise ValueError("the log's table of migrations is not what a migration leaves")
    if version[0] > len(MIGRATIONS):
        raise ValueError(f"the log has schema {version[0]}, and this program knows only {len(MIGRATIONS)}: update it")
    return int(version[0])


def _step(transaction: Transaction, dialect: str, version: int) -> None:
    for statement in MIGRATIONS[version - 1](dialect):
        transaction.execute(statement)
    transaction.insert("ledger_migration", [(version,)])
