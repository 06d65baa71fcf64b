-- +goose Up
CREATE TABLE translation_object (
    id      TEXT PRIMARY KEY,
    object  TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    case_id TEXT NOT NULL,
    lang    TEXT NOT NULL
);

CREATE TABLE translation_source (
    object_id TEXT    NOT NULL,
    field     TEXT    NOT NULL,
    place     INTEGER NOT NULL,
    text      TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    gone      BOOLEAN NOT NULL,
    PRIMARY KEY (object_id, field)
);

CREATE TABLE translation_unit (
    id          TEXT PRIMARY KEY,
    object_id   TEXT   NOT NULL,
    field       TEXT   NOT NULL,
    lang        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    of_hash     TEXT   NOT NULL,
    of_text     TEXT   NOT NULL,
    by_id       TEXT   NOT NULL,
    reviewed_by TEXT   NOT NULL,
    approved_by TEXT   NOT NULL,
    remark      TEXT   NOT NULL,
    changed_at  TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    UNIQUE (object_id, field, lang)
);

CREATE INDEX translation_unit_waits ON translation_unit (lang, state, object_id);

CREATE TABLE translation_text (
    unit_id TEXT   NOT NULL,
    version BIGINT NOT NULL,
    text    TEXT   NOT NULL,
    of_hash TEXT   NOT NULL,
    by_id   TEXT   NOT NULL,
    at      TEXT   NOT NULL,
    PRIMARY KEY (unit_id, version)
);

CREATE TABLE translation_waiver (
    object_id TEXT NOT NULL,
    lang      TEXT NOT NULL,
    of_hash   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    by_id     TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (object_id, lang, of_hash)
);
