-- +goose Up
CREATE TABLE witness_seen (
    origin TEXT   NOT NULL,
    size   BIGINT NOT NULL,
    root   TEXT   NOT NULL, -- base64, as the note has it
    note   BLOB   NOT NULL,
    at     TEXT   NOT NULL,
    PRIMARY KEY (origin, size)
);
