-- The installation programme: everything that was found, done or decided, one row each, never changed. fact: JSON; which
-- kinds there are is in `src/programme/fact.rs`. entry_id: a UUID that whoever recorded it chose. subject: what it is
-- about; whether a row may be added depends on the earlier ones with the same subject alone. found_at_us: as claimed;
-- NULL if it was found when it came. link_hash: of a row that gives a station's chair a link, SHA-256 of its secret.
CREATE TABLE programme_entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    election_id INTEGER NOT NULL REFERENCES election (id),
    entry_id TEXT NOT NULL CHECK (length(entry_id) = 36),
    subject TEXT NOT NULL,
    found_at_us INTEGER,
    came_at_us INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    fact TEXT NOT NULL CHECK (length(fact) <= 65536),
    link_hash BLOB CHECK (link_hash IS NULL OR length(link_hash) = 32),
    UNIQUE (election_id, entry_id)
);

CREATE INDEX programme_by_subject ON programme_entry (election_id, subject, number);
CREATE INDEX programme_by_link ON programme_entry (election_id, link_hash) WHERE link_hash IS NOT NULL;

-- Photos that technicians took as evidence. jpeg: as received; nothing here decodes it.
CREATE TABLE programme_photo (
    election_id INTEGER NOT NULL REFERENCES election (id),
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    came_at_us INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    jpeg BLOB NOT NULL CHECK (length(jpeg) <= 2097152),
    PRIMARY KEY (election_id, constituency, station, sha256)
);

CREATE TRIGGER programme_entry_keeps_all BEFORE DELETE ON programme_entry
BEGIN SELECT RAISE(ABORT, 'the programme is append-only'); END;
CREATE TRIGGER programme_entry_keeps_each BEFORE UPDATE ON programme_entry
BEGIN SELECT RAISE(ABORT, 'the programme is append-only'); END;
CREATE TRIGGER programme_photo_keeps_all BEFORE DELETE ON programme_photo
BEGIN SELECT RAISE(ABORT, 'photos are kept'); END;
CREATE TRIGGER programme_photo_keeps_each BEFORE UPDATE ON programme_photo
BEGIN SELECT RAISE(ABORT, 'photos are kept'); END;
