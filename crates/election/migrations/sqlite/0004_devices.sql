-- One-time codes by which a device at the station is enrolled for a camera. code_hash: SHA-256 of the code.
-- replaced_at_us: a newer code was issued before this one was used. device_id: the device that used it.
CREATE TABLE enrolment (
    election_id INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    issued_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    replaced_at_us INTEGER,
    used_at_us INTEGER,
    device_id TEXT,
    PRIMARY KEY (election_id, code_hash),
    FOREIGN KEY (election_id, constituency, station, camera)
        REFERENCES camera (election_id, constituency, station, camera),
    CHECK ((used_at_us IS NULL) = (device_id IS NULL))
);

-- A camera has one code that may still be used.
CREATE UNIQUE INDEX enrolment_open ON enrolment (election_id, constituency, station, camera)
WHERE used_at_us IS NULL AND replaced_at_us IS NULL;

-- Devices that may send a camera. public_key: Ed25519. device_id: 16 hexadecimal digits that follow from the key.
-- name: what the device calls itself. A device whose right was withdrawn stays, with the time in revoked_at_us.
CREATE TABLE device (
    election_id INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    device_id TEXT NOT NULL CHECK (length(device_id) = 16),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    name TEXT NOT NULL,
    enrolled_at_us INTEGER NOT NULL,
    revoked_at_us INTEGER,
    PRIMARY KEY (election_id, constituency, station, camera, device_id),
    FOREIGN KEY (election_id, constituency, station, camera)
        REFERENCES camera (election_id, constituency, station, camera)
);
