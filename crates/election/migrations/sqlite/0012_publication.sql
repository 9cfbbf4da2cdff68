-- Publications: a version of the list is a draft until it has a row here. decided_on: YYYY-MM-DD. by_owner: the owner's
-- way, by one person; such a one may be without a decision.
CREATE TABLE list_publication (
    election_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    decision_number TEXT,
    decided_on TEXT,
    proposed_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    by_owner INTEGER NOT NULL,
    PRIMARY KEY (election_id, version),
    FOREIGN KEY (election_id, version) REFERENCES list_version (election_id, version),
    CHECK ((decision_number IS NULL) = (decided_on IS NULL)),
    CHECK (by_owner = 1 OR (decision_number IS NOT NULL AND proposed_by <> approved_by))
);

CREATE TRIGGER list_publication_keeps_all BEFORE DELETE ON list_publication
BEGIN SELECT RAISE(ABORT, 'publications are kept'); END;
CREATE TRIGGER list_publication_keeps_each BEFORE UPDATE ON list_publication
BEGIN SELECT RAISE(ABORT, 'publications are kept'); END;

-- Before there were publications, each version was public when it was made.
INSERT INTO list_publication (
    election_id, version, at_us, decision_number, decided_on, proposed_by, approved_by, by_owner
)
SELECT election_id, version, at_us, NULL, NULL, 'before publications existed', 'before publications existed', 1
FROM list_version;
