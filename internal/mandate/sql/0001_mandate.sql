-- +goose Up

-- A resolution that was pasted. Its paragraphs count once a person has confirmed them.
CREATE TABLE mandate_paste (
    id        TEXT PRIMARY KEY,
    symbol    TEXT NOT NULL UNIQUE,
    organ     TEXT NOT NULL,
    title     TEXT NOT NULL,
    day       TEXT NOT NULL,
    lang      TEXT NOT NULL,
    follows   TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at        TEXT NOT NULL
);

CREATE TABLE mandate_paste_para (
    paste_id    TEXT NOT NULL REFERENCES mandate_paste (id),
    n           BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    preambular  BOOLEAN NOT NULL,
    text        TEXT NOT NULL,
    class       TEXT NOT NULL,
    addressee   TEXT NOT NULL,
    deliverable TEXT NOT NULL,
    condition   TEXT NOT NULL,
    due         TEXT NOT NULL,
    state       TEXT NOT NULL,
    by_person   TEXT NOT NULL,
    decided_at  TEXT,
    PRIMARY KEY (paste_id, n)
);

-- What somebody did about paragraphs, as a person recorded it. object is the thing in this node that shows it, or ''.
CREATE TABLE mandate_activity (
    id        TEXT PRIMARY KEY,
    pillar    TEXT NOT NULL,
    title     TEXT NOT NULL,
    begins    TEXT NOT NULL,
    ends      TEXT NOT NULL,
    object    TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at        TEXT NOT NULL
);

CREATE TABLE mandate_activity_para (
    activity_id TEXT NOT NULL REFERENCES mandate_activity (id),
    para_id     TEXT NOT NULL,
    PRIMARY KEY (activity_id, para_id)
);
CREATE INDEX mandate_activity_of ON mandate_activity_para (para_id);

-- How a paragraph stood in a period: never changed, a later entry says otherwise.
CREATE TABLE mandate_status (
    id         TEXT PRIMARY KEY,
    para_id    TEXT NOT NULL,
    period     TEXT NOT NULL,
    status     TEXT NOT NULL,
    narrative  TEXT NOT NULL,
    evidence   TEXT NOT NULL,
    by_person  TEXT NOT NULL,
    at         TEXT NOT NULL,
    cleared_by TEXT NOT NULL,
    cleared_at TEXT
);
CREATE INDEX mandate_status_of ON mandate_status (para_id, id);
