-- +goose Up
CREATE TABLE casefile (
    id        TEXT PRIMARY KEY,
    number    TEXT    NOT NULL UNIQUE,
    title     TEXT    NOT NULL,
    office_id TEXT    NOT NULL,
    exercise  BOOLEAN NOT NULL,
    opened_at TEXT    NOT NULL,
    opened_by TEXT    NOT NULL,
    version   BIGINT  NOT NULL
);

CREATE TABLE casefile_serial (
    year   TEXT   PRIMARY KEY,
    serial BIGINT NOT NULL
);
