-- The secrecy gate: a camera is public only after its view was approved; what was hidden stays hidden.

-- Reference stills that the centre itself took, kept for good. jpeg: as it was shown to who approved it.
CREATE TABLE view_still (
    election_id INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    taken_at_us INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    jpeg BLOB NOT NULL CHECK (length(jpeg) <= 1048576),
    PRIMARY KEY (election_id, constituency, station, camera, sha256),
    FOREIGN KEY (election_id, constituency, station, camera)
        REFERENCES camera (election_id, constituency, station, camera)
);

-- Approvals. by_owner: the owner's way, without a still and by one person; it covers all time. zones, checks: JSON.
CREATE TABLE view_approval (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    election_id INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('voting', 'count')),
    still BLOB,
    zones TEXT NOT NULL,
    checks TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    by_owner INTEGER NOT NULL,
    FOREIGN KEY (election_id, constituency, station, camera, still)
        REFERENCES view_still (election_id, constituency, station, camera, sha256),
    FOREIGN KEY (election_id, constituency, station, camera)
        REFERENCES camera (election_id, constituency, station, camera),
    CHECK ((still IS NULL) = (by_owner = 1)),
    CHECK (by_owner = 1 OR proposed_by <> approved_by)
);

CREATE INDEX view_approval_of_camera ON view_approval (election_id, constituency, station, camera);

-- Hidings. to_us: when two persons showed the camera again; NULL while it is hidden.
CREATE TABLE hiding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    election_id INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    station INTEGER NOT NULL,
    camera INTEGER NOT NULL,
    from_us INTEGER NOT NULL,
    to_us INTEGER CHECK (to_us >= from_us),
    reason TEXT NOT NULL CHECK (reason IN ('secrecy', 'person', 'other')),
    words TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    show_proposed_by TEXT,
    shown_by TEXT,
    FOREIGN KEY (election_id, constituency, station, camera)
        REFERENCES camera (election_id, constituency, station, camera),
    CHECK ((to_us IS NULL) = (shown_by IS NULL) AND (to_us IS NULL) = (show_proposed_by IS NULL)),
    CHECK (show_proposed_by <> shown_by)
);

CREATE INDEX hiding_of_camera ON hiding (election_id, constituency, station, camera);

-- What was approved and what was hidden is never rewritten; only the end of a hiding is added, once.
CREATE TRIGGER view_still_keeps_all BEFORE DELETE ON view_still BEGIN SELECT RAISE(ABORT, 'stills are kept'); END;
CREATE TRIGGER view_still_keeps_each BEFORE UPDATE ON view_still BEGIN SELECT RAISE(ABORT, 'stills are kept'); END;
CREATE TRIGGER view_approval_keeps_all BEFORE DELETE ON view_approval
BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;
CREATE TRIGGER view_approval_keeps_each BEFORE UPDATE ON view_approval
BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;
CREATE TRIGGER hiding_keeps_all BEFORE DELETE ON hiding BEGIN SELECT RAISE(ABORT, 'hidings are kept'); END;
CREATE TRIGGER hiding_keeps_past BEFORE UPDATE ON hiding
WHEN OLD.to_us IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was hidden stays hidden'); END;
CREATE TRIGGER hiding_keeps_each BEFORE UPDATE OF
    id, election_id, constituency, station, camera, from_us, reason, words, by_name, at_us ON hiding
BEGIN SELECT RAISE(ABORT, 'hidings are kept'); END;

-- Cameras that could send before there was a gate were public, and so is what they sent: they and the main cameras of
-- such sub-streams.
INSERT INTO view_approval (
    election_id, constituency, station, camera, phase, still, zones, checks, at_us, proposed_by, approved_by, by_owner
)
SELECT camera.election_id, camera.constituency, camera.station, camera.camera, 'voting', NULL, '[]',
    '{"no_booth":false,"box_visible":false,"tables_visible":false,"counting_visible":false,"lit":false}', 0,
    'before the gate', 'before the gate', 1
FROM camera
WHERE camera.sub_of IS NULL AND EXISTS (
    SELECT 1 FROM camera AS sends
    WHERE sends.election_id = camera.election_id AND sends.constituency = camera.constituency
        AND sends.station = camera.station
        AND (sends.camera = camera.camera OR sends.sub_of = camera.camera)
        AND (sends.key_hash IS NOT NULL OR sends.pull_sealed IS NOT NULL OR EXISTS (
            SELECT 1 FROM device
            WHERE device.election_id = sends.election_id AND device.constituency = sends.constituency
                AND device.station = sends.station AND device.camera = sends.camera
        ))
);
