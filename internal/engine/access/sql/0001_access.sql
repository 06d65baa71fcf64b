-- +goose Up
CREATE TABLE office (
    id         TEXT PRIMARY KEY,
    authority  TEXT NOT NULL,
    name       TEXT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE person (
    id         TEXT PRIMARY KEY,
    login      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    lang       TEXT NOT NULL,
    authority  TEXT NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE grant_role (
    person_id  TEXT NOT NULL REFERENCES person (id),
    role       TEXT NOT NULL,
    office_id  TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    PRIMARY KEY (person_id, role, office_id)
);

CREATE TABLE deputy (
    id         TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES person (id),
    deputy_id  TEXT NOT NULL REFERENCES person (id),
    begins     TEXT NOT NULL,
    ends       TEXT NOT NULL,
    named_by   TEXT NOT NULL
);
CREATE INDEX deputy_by_deputy ON deputy (deputy_id, ends);

CREATE TABLE member (
    case_id    TEXT NOT NULL,
    person_id  TEXT NOT NULL REFERENCES person (id),
    kept_out   BOOLEAN NOT NULL,
    until      TEXT,
    why        TEXT NOT NULL,
    added_by   TEXT NOT NULL,
    added_at   TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
CREATE INDEX member_by_person ON member (person_id, case_id);
