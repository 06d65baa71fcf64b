-- +goose Up
-- A response has the id of its respondent: that is its compartment too.
CREATE TABLE response (
    id       TEXT PRIMARY KEY,
    study_id TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    since    TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    form     TEXT   NOT NULL,
    level    TEXT   NOT NULL,
    changes  BIGINT NOT NULL,
    salt     BLOB   NOT NULL,
    begun_at TEXT   NOT NULL,
    message_id TEXT NOT NULL, -- that went to the leading node last, '' for none
    version  BIGINT NOT NULL
);
CREATE INDEX response_study ON response (study_id, id);

-- A section that its editors have finished.
CREATE TABLE response_ready (
    response_id TEXT NOT NULL,
    section     TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    at          TEXT NOT NULL,
    PRIMARY KEY (response_id, section)
);

-- An answer as it stands now.
CREATE TABLE response_answer (
    response_id TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    mark        TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    author      TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    file_id     TEXT   NOT NULL,
    PRIMARY KEY (response_id, path)
);

-- Each answer as it stood after each change: what a page began with is looked up here.
CREATE TABLE response_change (
    response_id TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    value       TEXT   NOT NULL,
    mark        TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    file_id     TEXT   NOT NULL,
    PRIMARY KEY (response_id, path, version)
);

-- What two people wrote against each other; the stored answer is the first one's, this the second's.
CREATE TABLE response_conflict (
    id          TEXT PRIMARY KEY,
    response_id TEXT NOT NULL,
    path        TEXT NOT NULL,
    value       TEXT NOT NULL,
    mark        TEXT NOT NULL,
    author      TEXT NOT NULL,
    at          TEXT NOT NULL,
    file_id     TEXT NOT NULL,
    settled     TEXT NOT NULL,
    settled_by  TEXT NOT NULL,
    settled_at  TEXT
);
CREATE INDEX response_conflict_response ON response_conflict (response_id, settled, path);

CREATE TABLE response_file (
    id          TEXT PRIMARY KEY,
    response_id TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    sha256      TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    taken       BIGINT NOT NULL,
    clashed     BIGINT NOT NULL
);
CREATE INDEX response_file_response ON response_file (response_id, id);

CREATE TABLE response_move (
    id          TEXT PRIMARY KEY,
    response_id TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    move        TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    reason      TEXT   NOT NULL
);
CREATE INDEX response_move_response ON response_move (response_id, id);

-- What was left behind when a newer questionnaire took the place of the one that was begun.
CREATE TABLE response_left (
    response_id TEXT NOT NULL,
    path        TEXT NOT NULL,
    value       TEXT NOT NULL,
    form        TEXT NOT NULL,
    at          TEXT NOT NULL,
    PRIMARY KEY (response_id, form, path)
);

-- What was cleared: the record, who signed it, and what of it is sealed (encrypted for this node alone).
CREATE TABLE response_cleared (
    response_id TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    record      BLOB   NOT NULL,
    hash        TEXT   NOT NULL,
    signature   BLOB   NOT NULL,
    secrets     BLOB   NOT NULL,
    person_id   TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    PRIMARY KEY (response_id, revision)
);

-- One revision as the secretariat has it; secrets are encrypted for this node alone.
CREATE TABLE submission (
    id            TEXT PRIMARY KEY,
    study_id      TEXT   NOT NULL,
    respondent_id TEXT   NOT NULL,
    revision      BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    hash          TEXT   NOT NULL,
    form          TEXT   NOT NULL,
    level         TEXT   NOT NULL,
    record        BLOB   NOT NULL,
    signature     BLOB   NOT NULL,
    secrets       BLOB   NOT NULL,
    message_id    TEXT   NOT NULL,
    received_at   TEXT   NOT NULL,
    UNIQUE (respondent_id, revision)
);
CREATE INDEX submission_study ON submission (study_id, respondent_id, revision);

-- What the secretariat asks about a submission; on both sides.
CREATE TABLE submission_query (
    id            TEXT PRIMARY KEY,
    respondent_id TEXT   NOT NULL,
    revision      BIGINT NOT NULL,
    path          TEXT   NOT NULL,
    text          TEXT   NOT NULL,
    at            TEXT   NOT NULL
);
CREATE INDEX submission_query_respondent ON submission_query (respondent_id, revision, id);

-- Who may open the sealed answers to a study; at least one other person named them.
CREATE TABLE submission_opener (
    id        TEXT PRIMARY KEY,
    study_id  TEXT NOT NULL,
    person_id TEXT NOT NULL,
    named_by  TEXT NOT NULL,
    at        TEXT NOT NULL,
    ended_at  TEXT
);
CREATE INDEX submission_opener_study ON submission_opener (study_id, id);

CREATE TABLE submission_opening (
    id            TEXT PRIMARY KEY,
    study_id      TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    person_id     TEXT NOT NULL,
    at            TEXT NOT NULL,
    reason        TEXT NOT NULL
);
CREATE INDEX submission_opening_study ON submission_opening (study_id, id);
