-- +goose Up

CREATE TABLE meeting (
    id       TEXT PRIMARY KEY,
    body     TEXT NOT NULL,
    ordinal  BIGINT NOT NULL,
    begins   TEXT NOT NULL,
    ends     TEXT NOT NULL,
    place    TEXT NOT NULL,
    mode     TEXT NOT NULL,   -- in-person, online, hybrid
    study_id TEXT NOT NULL,   -- of which it speaks, '' for none
    mandates TEXT NOT NULL,   -- JSON: paragraphs that it serves
    outcome  TEXT NOT NULL,   -- what it decided, '' until it is recorded
    exercise BOOLEAN NOT NULL,
    version  BIGINT NOT NULL,
    UNIQUE (body, ordinal)
);
CREATE INDEX meeting_study ON meeting (study_id, id);

CREATE TABLE meeting_item (
    session_id TEXT NOT NULL REFERENCES meeting (id),
    n          BIGINT NOT NULL,
    title      TEXT NOT NULL,
    PRIMARY KEY (session_id, n)
);

CREATE TABLE meeting_document (
    session_id TEXT NOT NULL REFERENCES meeting (id),
    n          BIGINT NOT NULL,   -- the agenda item
    symbol     TEXT NOT NULL,
    title      TEXT NOT NULL,
    PRIMARY KEY (session_id, symbol)
);

-- Who spoke, and what they said: as they gave it in writing, or as the secretariat sums up what was said.
CREATE TABLE meeting_statement (
    id         TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES meeting (id),
    n          BIGINT NOT NULL,
    party      TEXT NOT NULL,     -- "state/FRA", "org/…", "group/…"
    lang       TEXT NOT NULL,
    text       TEXT NOT NULL,
    record     TEXT NOT NULL,     -- written, oral-summary
    by_person  TEXT NOT NULL,
    at         TEXT NOT NULL
);
CREATE INDEX meeting_statement_of ON meeting_statement (session_id, n, id);

-- Positions are appended: a later one of the same party on the same target stands, the earlier ones stay readable.
CREATE TABLE meeting_position (
    id           TEXT PRIMARY KEY,
    session_id   TEXT NOT NULL REFERENCES meeting (id),
    party        TEXT NOT NULL,
    target       TEXT NOT NULL,   -- "recommendation/01J…", "block/01J…", "finding/01J…"
    label        TEXT NOT NULL,   -- how the target is called, as it was then
    stance       TEXT NOT NULL,
    text         TEXT NOT NULL,
    lang         TEXT NOT NULL,
    statement_id TEXT NOT NULL,
    public       BOOLEAN NOT NULL,
    by_person    TEXT NOT NULL,
    at           TEXT NOT NULL
);
CREATE INDEX meeting_position_of ON meeting_position (session_id, id);
CREATE INDEX meeting_position_on ON meeting_position (target, party, id);

CREATE TABLE meeting_recommendation (
    id         TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES meeting (id),
    number     BIGINT NOT NULL,
    lang       TEXT NOT NULL,
    text       TEXT NOT NULL,
    suggested  TEXT NOT NULL,     -- JSON: parties
    status     TEXT NOT NULL,
    merged     TEXT NOT NULL,     -- the recommendation it became part of, ''
    version    BIGINT NOT NULL
);
CREATE INDEX meeting_recommendation_of ON meeting_recommendation (session_id, number);

CREATE TABLE meeting_recommendation_move (
    id                TEXT PRIMARY KEY,
    recommendation_id TEXT NOT NULL REFERENCES meeting_recommendation (id),
    from_status       TEXT NOT NULL,
    to_status         TEXT NOT NULL,
    text              TEXT NOT NULL,   -- as it stood afterwards
    by_person         TEXT NOT NULL,
    at                TEXT NOT NULL
);
CREATE INDEX meeting_recommendation_move_of ON meeting_recommendation_move (recommendation_id, id);
