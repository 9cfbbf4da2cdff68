-- Why a change was made, and from where: an address, a device, a machine's command line.
ALTER TABLE audit ADD COLUMN why TEXT;
ALTER TABLE audit ADD COLUMN from_where TEXT;

-- hash: SHA-256 over the hash before it and the entry's fields; see docs/reference/audit.md. Entries of before this
-- table are chained when the registry is opened.
CREATE TABLE audit_chain (
    audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
);
CREATE TRIGGER chain_keeps_all BEFORE DELETE ON audit_chain BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER chain_keeps_each BEFORE UPDATE ON audit_chain BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

-- Requests that were done, by who made them: whoever repeats one changes nothing. digest: of what was asked.
CREATE TABLE request (
    by_name TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    at_us INTEGER NOT NULL,
    PRIMARY KEY (by_name, key)
);
