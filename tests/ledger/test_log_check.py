"""Whatever is changed behind the log's back is named by the check, row for row and byte for byte."""

import shutil
import sqlite3

import pytest
from ledger.conftest import ORIGIN
from ledger.sample_log import accesses, issuers

from zkhealth.errors import VerificationError
from zkhealth.ledger import Log, StorageError, personal

BODIES = [personal("access", {"who": f"did:web:ward{i}.example"}) for i in range(3)]


def fill(log):
    """Ten entries; 7, 8 and 9 have their bodies."""
    log.append([*issuers(4), *accesses(3), *(entry for entry, _ in BODIES)])
    for i, (_, opening) in enumerate(BODIES, 7):
        log.keep_body(i, opening)


@pytest.fixture
def filled(log):
    fill(log)
    return log


class Intruder:
    """Someone with the database's password: triggers are off, then a statement runs."""

    def __init__(self, url):
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self.connection.execute("PRAGMA synchronous = OFF")
        else:
            import psycopg

            self.connection = psycopg.connect(url, autocommit=True)
            self.execute("SET session_replication_role = replica")

    def execute(self, sql):
        if not self.is_sqlite:
            return self.connection.execute(sql)
        triggers = self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            self.connection.execute(f"DROP TRIGGER {name}")
        self.connection.execute(sql)
        for _, text in triggers:
            self.connection.execute(text)

    def read(self, what):
        return self.connection.execute(f"SELECT {what}").fetchone()[0]

    def put(self, table, column, i, value):
        self.execute(f"UPDATE {table} SET {column} = {value} WHERE i = {i}")  # noqa: S608

    def flip(self, table, column, i, byte):
        """Change one bit of one value."""
        if self.is_sqlite:
            value = bytearray(self.read(f"{column} FROM {table} WHERE i = {i}"))
            value[byte] ^= 1
            self.put(table, column, i, f"X'{value.hex()}'")
        else:
            changed = f"set_byte({column}, {byte}, get_byte({column}, {byte}) # 1)"
            self.put(table, column, i, changed)


@pytest.fixture
def intruder(filled, url):
    intruder = Intruder(url)
    yield intruder
    intruder.connection.close()


def test_a_sound_log_passes_and_shows_its_size_and_root(filled):
    done = []
    trusted = [(size, filled.root(size)) for size in (10, 0, 4, 7, 7)]
    assert filled.check(trusted, done.append) == (10, filled.root())
    assert done[-1] == 10
    filled.erase(8)
    filled.check()


@pytest.mark.parametrize(
    ("table", "column", "rows"),
    [
        ("ledger_entry", "data", range(10)),
        ("ledger_entry", "hashes", range(10)),
        ("ledger_body", "salt", (7, 8, 9)),
        ("ledger_body", "body", (7, 8, 9)),
    ],
)
def test_a_flipped_bit_in_any_row_is_named_with_its_row(filled, intruder, table, column, rows):
    for i in rows:
        for byte in (0, 20, 31):
            if (table, column) == ("ledger_body", "body") and byte == 31:
                continue  # It is shorter.
            intruder.flip(table, column, i, byte)
            with pytest.raises(VerificationError, match=rf"\b{i}\b"):
                filled.check()
            intruder.flip(table, column, i, byte)
    filled.check()


@pytest.mark.parametrize(("row", "level"), [(1, 1), (3, 2), (7, 3), (9, 1)])
def test_a_flipped_bit_in_an_inner_hash_is_named_with_its_level(filled, intruder, row, level):
    intruder.flip("ledger_entry", "hashes", row, 32 * level + 5)
    with pytest.raises(VerificationError, match=f"ledger_entry: row {row} has another hash of level {level}"):
        filled.check()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        pytest.param("DELETE FROM ledger_entry WHERE i = 4", "ledger_entry: row 4 is missing", id="entry removed"),
        pytest.param("DELETE FROM ledger_entry WHERE i = 0", "ledger_entry: row 0 is missing", id="first removed"),
        pytest.param("UPDATE ledger_entry SET i = 11 WHERE i = 9", "row 9 is missing", id="entry renumbered"),
        pytest.param("UPDATE ledger_entry SET i = -1 WHERE i = 9", "row -1 is no index", id="negative index"),
        pytest.param("UPDATE ledger_entry SET i = 9223372036854775807 WHERE i = 9", "row 9 is missing", id="last"),
        pytest.param("UPDATE ledger_body SET i = 3 WHERE i = 7", "body of entry 3 is not", id="body at a public entry"),
        pytest.param("UPDATE ledger_body SET i = 5 WHERE i = 7", "body of entry 5 is not", id="body at another entry"),
        pytest.param("UPDATE ledger_body SET i = 99 WHERE i = 7", "ledger_body: row 99", id="body at no entry"),
        pytest.param("UPDATE ledger_log SET origin = 'example/log2'", "ledger_log is not one row", id="origin"),
        pytest.param("DELETE FROM ledger_log", "ledger_log is not one row", id="no origin"),
        pytest.param("UPDATE ledger_migration SET version = 3 WHERE version = 2", "ledger_migration", id="version"),
        pytest.param("DELETE FROM ledger_migration WHERE version = 1", "ledger_migration is not", id="no version"),
    ],
)
def test_other_changes_are_named_too(filled, intruder, sql, message):
    intruder.execute(sql)
    with pytest.raises(VerificationError, match=message):
        filled.check()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_log"])
def test_a_trigger_that_was_dropped_is_named(filled, intruder, table):
    name = f"{table}_update"
    intruder.connection.execute(f"DROP TRIGGER {name}" + ("" if intruder.is_sqlite else f" ON {table}"))
    with pytest.raises(VerificationError, match=f"{name} is missing"):
        filled.check()


def test_a_table_that_was_dropped_is_named(filled, intruder):
    intruder.connection.execute("DROP TABLE ledger_body")
    with pytest.raises(VerificationError, match="ledger_body is missing"):
        filled.check()


def test_another_log_that_is_consistent_shows_against_a_checkpoint(filled, tmp_path):
    """Whoever replaces the whole database passes the check alone, and not the check against what others have seen."""
    with Log.open(tmp_path / "other.db", ORIGIN) as other:
        other.append([*issuers(3), *accesses(9)])
        other.check()
        other.check([(3, filled.root(3))])
        with pytest.raises(VerificationError, match="first 4 entries have another root"):
            other.check([(3, filled.root(3)), (4, filled.root(4))])
        with pytest.raises(VerificationError, match="12 entries, fewer than the 13"):
            other.check([(13, bytes(32))])


def test_reading_refuses_a_changed_row_without_a_check(filled, intruder):
    intruder.flip("ledger_entry", "data", 5, 8)
    intruder.flip("ledger_body", "body", 8, 8)
    for ask, message in [
        (lambda: filled.entry(5), "entry 5 is not what was hashed"),
        (lambda: list(filled.entries()), "entry 5 is not what was hashed"),
        (lambda: filled.body(8), "body of entry 8 is not what was committed to"),
    ]:
        with pytest.raises(VerificationError, match=message):
            ask()
    assert filled.entry(4) and filled.body(9)


def test_a_removed_row_is_missed_by_proofs_and_reads(filled, intruder):
    intruder.execute("DELETE FROM ledger_entry WHERE i = 3")
    for ask in (lambda: filled.inclusion_proof(5), lambda: list(filled.entries()), lambda: filled.root(4)):
        with pytest.raises(VerificationError, match="entry 3 is missing"):
            ask()


ON_BOTH = [
    "UPDATE ledger_entry SET data = data WHERE i = 3",
    "DELETE FROM ledger_entry WHERE i = 9",
    "INSERT INTO ledger_entry SELECT 9, data, hashes FROM ledger_entry WHERE i = 1",
    "UPDATE ledger_log SET origin = 'x'",
    "DELETE FROM ledger_log",
    "UPDATE ledger_body SET salt = body WHERE i = 7",
]
ON_SQLITE = [
    "REPLACE INTO ledger_entry SELECT 9, data, hashes FROM ledger_entry WHERE i = 1",
    "REPLACE INTO ledger_log VALUES (1, 'x')",
    "REPLACE INTO ledger_body SELECT 7, salt, body FROM ledger_body WHERE i = 8",
    "INSERT INTO ledger_entry SELECT 12, data, hashes FROM ledger_entry WHERE i = 1",
]
ON_POSTGRESQL = [
    "TRUNCATE ledger_entry",
    "INSERT INTO ledger_entry SELECT 9, data, hashes FROM ledger_entry WHERE i = 1 "
    "ON CONFLICT (i) DO UPDATE SET data = EXCLUDED.data",
]


@pytest.mark.parametrize(
    ("url", "sql"),
    [("sqlite", sql) for sql in ON_BOTH + ON_SQLITE] + [("postgresql", sql) for sql in ON_BOTH + ON_POSTGRESQL],
    indirect=["url"],
)
def test_the_database_itself_refuses_to_change_what_was_appended(filled, sql):
    before = filled.check()
    with pytest.raises(StorageError, match=r"append-only|duplicate key"), filled._storage.writing() as transaction:
        transaction.execute(sql)
    assert filled.check() == before


def test_no_flipped_byte_of_the_file_goes_unseen(tmp_path):
    """Each bit of each byte is not needed: one byte in seven, and either the check names it or nothing has changed."""
    path, copy = tmp_path / "log.db", tmp_path / "copy.db"
    with Log.open(path, ORIGIN) as log:
        fill(log)
        trusted, entries, bodies = (10, log.root()), list(log.entries()), [log.body(i) for i in (7, 8, 9)]
    data, unseen, named = path.read_bytes(), 0, 0
    for at in range(0, len(data), 7):
        if not any(data[max(0, at - 64) : at + 64]):
            continue  # Far inside of unused space.
        copy.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        try:
            with Log.open(copy, ORIGIN) as log:
                log.check([trusted])
                assert list(log.entries()) == entries and [log.body(i) for i in (7, 8, 9)] == bodies
                unseen += 1
        except (VerificationError, StorageError, ValueError):
            named += 1
        for extra in tmp_path.glob("copy.db-*"):
            extra.unlink()
    assert named > 300 and unseen < named


def test_damage_beside_the_rows_is_named_as_the_database_names_it(tmp_path):
    """The count of unused pages in the file's header: every row still reads."""
    path = tmp_path / "log.db"
    with Log.open(path, ORIGIN) as log:
        fill(log)
        found = log.check()
    data = bytearray(path.read_bytes())
    data[39] ^= 1
    path.write_bytes(data)
    with Log.open(path) as log:
        assert log.root() == found[1] and len(list(log.entries())) == 10
        with pytest.raises(VerificationError, match=r"the database is damaged: .*freelist"):
            log.check()


def test_a_copy_of_the_file_is_the_same_log(tmp_path):
    with Log.open(tmp_path / "log.db", ORIGIN) as log:
        fill(log)
        found = log.check()
    shutil.copy(tmp_path / "log.db", tmp_path / "copy.db")
    with Log.open(tmp_path / "copy.db") as copy:
        assert copy.check([found]) == found
