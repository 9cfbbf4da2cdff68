-- Reference stills: how cameras were aimed when technicians handed their stations over, as devices there sent them.
-- Evidence of a device, never the centre's own picture. jpeg: as received; nothing here decodes it. The store keeps so
-- many of each device and camera; see `conditions.rs`.
CREATE TABLE reference_still (
    id INTEGER PRIMARY KEY,
    election_id INTEGER NOT NULL REFERENCES election (id),
    device_id TEXT NOT NULL CHECK (length(device_id) = 16),
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    received_at_us INTEGER NOT NULL,
    jpeg BLOB NOT NULL CHECK (length(jpeg) <= 262144),
    UNIQUE (election_id, device_id, constituency, station, camera, sha256)
);
