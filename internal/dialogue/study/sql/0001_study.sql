-- +goose Up
-- origin is the node that leads the study, '' for this one: what a State is asked to answer stands in the same tables.
CREATE TABLE study (
    id        TEXT PRIMARY KEY,
    origin    TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    stage     TEXT    NOT NULL,
    synthetic BOOLEAN NOT NULL,
    mandates  TEXT    NOT NULL,
    opens     TEXT,
    deadline  TEXT,
    office_id TEXT    NOT NULL,
    made_by   TEXT    NOT NULL,
    made_at   TEXT    NOT NULL,
    version   BIGINT  NOT NULL,
    UNIQUE (origin, code)
);

-- topics, method and calendar are lists that are edited whole.
CREATE TABLE study_plan (
    study_id TEXT PRIMARY KEY,
    topics   TEXT   NOT NULL,
    method   TEXT   NOT NULL,
    calendar TEXT   NOT NULL,
    version  BIGINT NOT NULL
);

CREATE TABLE study_move (
    id         TEXT PRIMARY KEY,
    study_id   TEXT NOT NULL,
    n          BIGINT NOT NULL,
    from_stage TEXT NOT NULL,
    to_stage   TEXT NOT NULL,
    note       TEXT NOT NULL,
    moved_by   TEXT NOT NULL,
    at         TEXT NOT NULL
);
CREATE INDEX study_move_study ON study_move (study_id, n);

-- A form never changes: another version is another row.
CREATE TABLE study_form (
    id        TEXT PRIMARY KEY,
    study_id  TEXT NOT NULL,
    audience  TEXT NOT NULL,
    version   TEXT NOT NULL,
    hash      TEXT NOT NULL,
    state     TEXT NOT NULL,
    lacks     TEXT NOT NULL,
    canonical BLOB NOT NULL,
    added_by  TEXT NOT NULL,
    added_at  TEXT NOT NULL,
    UNIQUE (study_id, audience, hash)
);

CREATE TABLE study_waiver (
    form_id  TEXT PRIMARY KEY,
    reason   TEXT NOT NULL,
    given_by TEXT NOT NULL,
    at       TEXT NOT NULL
);

CREATE TABLE respondent (
    id          TEXT PRIMARY KEY,
    study_id    TEXT    NOT NULL,
    audience    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    membership  TEXT    NOT NULL,
    peer        TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    lang        TEXT    NOT NULL,
    fact_public BOOLEAN NOT NULL,
    late        TEXT,
    version     BIGINT  NOT NULL,
    UNIQUE (study_id, audience, state, name)
);

-- A seat is one person's part in answering. person_id is '' for someone whose account is at another node. The seats of
-- the focal point and the alternate are numbered 1 and 2: each can be taken once.
CREATE TABLE study_seat (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    person_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL,
    part          TEXT NOT NULL,
    sections      TEXT NOT NULL,
    nomination_id TEXT NOT NULL,
    since         TEXT NOT NULL,
    ended         TEXT
);
CREATE UNIQUE INDEX study_seat_one ON study_seat (respondent_id, part) WHERE ended IS NULL AND part IN ('focal-point', 'alternate');
CREATE INDEX study_seat_respondent ON study_seat (respondent_id, id);
CREATE INDEX study_seat_person ON study_seat (person_id, study_id);

CREATE TABLE study_nomination (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    way           TEXT NOT NULL,
    note_ref      TEXT NOT NULL,
    scanned       BOOLEAN NOT NULL,
    people        TEXT NOT NULL,
    state         TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    entered_by    TEXT NOT NULL,
    entered_at    TEXT NOT NULL,
    settled_by    TEXT NOT NULL,
    settled_at    TEXT
);
CREATE INDEX study_nomination_study ON study_nomination (study_id, id);

-- The scanned note from which a nomination was typed.
CREATE TABLE study_scan (
    nomination_id TEXT PRIMARY KEY,
    media         TEXT NOT NULL,
    data          BLOB NOT NULL
);

CREATE TABLE study_invitation (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    way           TEXT NOT NULL,
    form_hash     TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    sent_by       TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX study_invitation_respondent ON study_invitation (respondent_id, id);

CREATE TABLE study_reminder (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    lang          TEXT NOT NULL,
    sent_by       TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX study_reminder_study ON study_reminder (study_id, id);

CREATE TABLE study_late (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    until         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    given_by      TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX study_late_study ON study_late (study_id, id);
