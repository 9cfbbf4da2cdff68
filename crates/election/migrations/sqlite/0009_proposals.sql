-- What needs two persons. payload: what is to be done; seen: what the first person saw of it; both JSON. It is done in
-- the transaction in which it is approved.
CREATE TABLE proposal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    election_id INTEGER REFERENCES election (id),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (length(payload) <= 65536),
    seen TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'withdrawn', 'stale')),
    proposed_by TEXT NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    why TEXT NOT NULL,
    decided_by TEXT,
    decided_at_us INTEGER,
    decided_why TEXT,
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK (state != 'approved' OR decided_by != proposed_by)
);
CREATE INDEX proposal_open ON proposal (state, id);

-- What was decided stays so, and what is to be done never changes.
CREATE TRIGGER proposal_keeps_all BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, 'proposals are kept'); END;
CREATE TRIGGER proposal_keeps_each BEFORE UPDATE ON proposal
WHEN OLD.state != 'open' OR OLD.payload != NEW.payload OR OLD.kind != NEW.kind OR OLD.seen != NEW.seen
    OR OLD.proposed_by != NEW.proposed_by OR OLD.why != NEW.why
BEGIN SELECT RAISE(ABORT, 'proposals are kept'); END;
