-- Turnout as the commission announced it. minute: after local midnight of the election's date, one of the plan's times.
-- constituency: 0 for the whole country. percent_e2: hundredths of a percent.
CREATE TABLE turnout (
    election_id INTEGER NOT NULL REFERENCES election (id),
    minute INTEGER NOT NULL,
    constituency INTEGER NOT NULL,
    percent_e2 INTEGER NOT NULL CHECK (percent_e2 BETWEEN 0 AND 10000),
    source TEXT NOT NULL,
    PRIMARY KEY (election_id, minute, constituency)
);
