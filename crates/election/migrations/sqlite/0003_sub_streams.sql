-- sub_of: the camera of the same station whose view this one shows more lightly; NULL for a camera of the station.
ALTER TABLE camera ADD COLUMN sub_of INTEGER;

-- A camera has one sub-stream, beside those that were switched off.
CREATE UNIQUE INDEX sub_stream_in_use ON camera (election_id, constituency, station, sub_of)
WHERE sub_of IS NOT NULL AND disabled_by IS NULL;
