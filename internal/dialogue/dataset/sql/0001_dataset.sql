-- +goose Up

-- What was answered at one moment; never changed.
CREATE TABLE dataset (
    id        TEXT PRIMARY KEY,
    study_id  TEXT   NOT NULL,
    hash      TEXT   NOT NULL,
    responses BIGINT NOT NULL,
    content   BLOB   NOT NULL,
    frozen_by TEXT   NOT NULL,
    frozen_at TEXT   NOT NULL
);
CREATE INDEX dataset_study ON dataset (study_id, id);

-- The tables of a study that are out, in the order in which they went out: each one narrows what the next may show.
CREATE TABLE dataset_table (
    id        TEXT PRIMARY KEY,
    study_id  TEXT   NOT NULL,
    n         BIGINT NOT NULL,
    audience  TEXT   NOT NULL,
    item      TEXT   NOT NULL,
    by_what   TEXT   NOT NULL,
    out_by    TEXT   NOT NULL,
    out_at    TEXT   NOT NULL,
    UNIQUE (study_id, n),
    UNIQUE (study_id, audience, item, by_what)
);

CREATE TABLE finding (
    id       TEXT PRIMARY KEY,
    study_id TEXT   NOT NULL,
    number   BIGINT NOT NULL,
    kind     TEXT   NOT NULL,   -- finding, option
    topic    TEXT   NOT NULL,
    lang     TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    status   TEXT   NOT NULL,
    author   TEXT   NOT NULL,   -- who wrote the text as it is: someone else reviews it
    version  BIGINT NOT NULL
);
CREATE INDEX finding_study ON finding (study_id, number);

-- What a number of a finding rests on. inputs is the digest of every answer that it depends on.
CREATE TABLE finding_claim (
    id         TEXT PRIMARY KEY,
    finding_id TEXT   NOT NULL REFERENCES finding (id),
    quote      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,   -- table, source
    table_id   TEXT   NOT NULL,
    grp        TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    stat       TEXT   NOT NULL,
    expected   TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    dataset_id TEXT   NOT NULL,
    inputs     TEXT   NOT NULL
);
CREATE INDEX finding_claim_of ON finding_claim (finding_id, id);

-- Codes of open answers: two coders apart, then one decision.
CREATE TABLE dataset_code (
    id       TEXT PRIMARY KEY,
    study_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    item     TEXT NOT NULL,
    name     TEXT NOT NULL,
    label    TEXT NOT NULL,
    UNIQUE (study_id, audience, item, name)
);

CREATE TABLE dataset_coding (
    dataset_id    TEXT NOT NULL REFERENCES dataset (id),
    audience      TEXT NOT NULL,
    item          TEXT NOT NULL,
    respondent_id TEXT NOT NULL,
    coder         TEXT NOT NULL,   -- '' for the decision where both have coded
    codes         TEXT NOT NULL,   -- names of codes with spaces between, sorted
    at            TEXT NOT NULL,
    PRIMARY KEY (dataset_id, audience, item, respondent_id, coder)
);
