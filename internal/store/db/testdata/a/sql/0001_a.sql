-- +goose Up
CREATE TABLE thing (
    id      TEXT PRIMARY KEY,
    at      TEXT,
    body    BLOB,
    open    BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
