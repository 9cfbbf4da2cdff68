-- Reports of the technical conditions at stations, as the devices there measured them: evidence of a device, never the
-- centre's own knowledge. report: JSON, as received. occasion: hour, asked, sign-off. The store keeps so many of each
-- device and occasion; see `conditions.rs`.
CREATE TABLE conditions (
    id INTEGER PRIMARY KEY,
    election_id INTEGER NOT NULL REFERENCES election (id),
    device_id TEXT NOT NULL CHECK (length(device_id) = 16),
    occasion TEXT NOT NULL CHECK (occasion IN ('hour', 'asked', 'sign-off')),
    received_at_us INTEGER NOT NULL,
    report TEXT NOT NULL CHECK (length(report) <= 65536)
);

CREATE INDEX conditions_of_device ON conditions (election_id, device_id, occasion, id);

-- The cameras that a report is about.
CREATE TABLE conditions_camera (
    conditions_id INTEGER NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    PRIMARY KEY (conditions_id, constituency, station, camera)
);

CREATE INDEX conditions_by_camera ON conditions_camera (constituency, station, camera, conditions_id);
