-- The registry: elections, versions of their lists, cameras, marks, and the record of every change.
-- Times end in _us: microseconds since the Unix epoch, UTC. Booleans are 0 and 1.

-- Its description is the JSON form of the election: plan and policy are read and written as a whole.
CREATE TABLE election (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL
);

-- One row. Every transaction that changes anything raises `changes`, so that other processes notice.
CREATE TABLE registry (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    election_id INTEGER REFERENCES election (id),
    changes INTEGER NOT NULL
);
INSERT INTO registry (one, election_id, changes) VALUES (1, NULL, 0);

CREATE TABLE list_version (
    election_id INTEGER NOT NULL REFERENCES election (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    at_us INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    source TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    constituencies INTEGER NOT NULL,
    stations INTEGER NOT NULL,
    PRIMARY KEY (election_id, version)
);

CREATE TABLE list_constituency (
    election_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name_az TEXT,
    name_en TEXT,
    name_ru TEXT,
    name_status TEXT NOT NULL,
    PRIMARY KEY (election_id, version, number),
    FOREIGN KEY (election_id, version) REFERENCES list_version (election_id, version)
);

CREATE TABLE list_station (
    election_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    venue TEXT NOT NULL,
    address TEXT NOT NULL,
    voters INTEGER NOT NULL,
    lat_e6 INTEGER,
    lon_e6 INTEGER,
    cameras INTEGER NOT NULL,
    PRIMARY KEY (election_id, version, constituency, station),
    FOREIGN KEY (election_id, version, constituency)
        REFERENCES list_constituency (election_id, version, number)
);

-- key_hash: SHA-256 of the secret part of the stream key. pull_sealed: the address, sealed with secret.key.
-- disabled_by: the list no longer has it, or somebody disabled it by hand; NULL while it is enabled.
CREATE TABLE camera (
    election_id INTEGER NOT NULL REFERENCES election (id),
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    disabled_by TEXT CHECK (disabled_by IN ('list', 'hand')),
    key_hash BLOB,
    pull_sealed BLOB,
    added_at_us INTEGER NOT NULL,
    PRIMARY KEY (election_id, constituency, station, camera)
);

CREATE TABLE mark (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    election_id INTEGER NOT NULL REFERENCES election (id),
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    act TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    entered_at_us INTEGER NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at_us INTEGER
);

-- An act is marked once, unless the mark was withdrawn.
CREATE UNIQUE INDEX mark_in_force ON mark (election_id, constituency, station, act) WHERE withdrawn_at_us IS NULL;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_json TEXT,
    after_json TEXT
);

-- What was published and what was recorded is never rewritten, also not by mistake.
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_keeps_each BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER version_keeps_all BEFORE DELETE ON list_version BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
CREATE TRIGGER version_keeps_each BEFORE UPDATE ON list_version BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
CREATE TRIGGER constituency_keeps_all BEFORE DELETE ON list_constituency
BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
CREATE TRIGGER constituency_keeps_each BEFORE UPDATE ON list_constituency
BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
CREATE TRIGGER station_keeps_all BEFORE DELETE ON list_station BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
CREATE TRIGGER station_keeps_each BEFORE UPDATE ON list_station BEGIN SELECT RAISE(ABORT, 'versions are kept'); END;
