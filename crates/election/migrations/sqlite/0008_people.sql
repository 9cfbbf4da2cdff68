-- People of the desk. They belong to the registry, not to an election. role: administrator, commission, operator,
-- technician, auditor. constituencies: JSON array of numbers; NULL for all. password: argon2id (PHC string); NULL until
-- an invitation is accepted. totp_sealed: the secret, sealed with secret.key. totp_step: the last step that was used.
CREATE TABLE person (
    name TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    constituencies TEXT,
    language TEXT NOT NULL,
    added_at_us INTEGER NOT NULL,
    disabled_at_us INTEGER,
    password TEXT,
    totp_sealed BLOB,
    totp_step INTEGER NOT NULL DEFAULT 0
);

-- One-time links. token_hash: SHA-256 of the token. A newer one replaces those of the same person.
CREATE TABLE invitation (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    name TEXT NOT NULL REFERENCES person (name),
    issued_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    used_at_us INTEGER,
    replaced_at_us INTEGER
);

-- credential: JSON, as the library reads it.
CREATE TABLE passkey (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES person (name),
    credential_id TEXT NOT NULL UNIQUE,
    credential TEXT NOT NULL CHECK (length(credential) <= 16384),
    label TEXT NOT NULL,
    added_at_us INTEGER NOT NULL,
    used_at_us INTEGER
);

CREATE TABLE recovery_code (
    name TEXT NOT NULL REFERENCES person (name),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    used_at_us INTEGER,
    PRIMARY KEY (name, hash)
);

-- stage: 'second' and 'enrol' may do nothing but prove, or set up, a second factor; 'full' may do what the role may.
-- token_hash: SHA-256 of the cookie. It changes when the stage does.
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    name TEXT NOT NULL REFERENCES person (name),
    stage TEXT NOT NULL CHECK (stage IN ('second', 'enrol', 'full')),
    began_at_us INTEGER NOT NULL,
    seen_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    ended_at_us INTEGER,
    from_where TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_of ON session (name, ended_at_us);
