-- +goose Up
CREATE TABLE job (
    id       TEXT PRIMARY KEY,
    kind     TEXT   NOT NULL,
    args     TEXT   NOT NULL,
    once     TEXT,               -- while it waits, no second one of the kind with this key is added
    due      TEXT   NOT NULL,    -- when it may be taken; while a worker has it: when that worker's lease ends
    lease    BIGINT NOT NULL,    -- counts the takings: a worker whose number is old has lost the job
    tries    BIGINT NOT NULL,
    error    TEXT,
    dead_at  TEXT,               -- given up; a person decides
    added_at TEXT   NOT NULL
);
CREATE UNIQUE INDEX job_once ON job (kind, once) WHERE once IS NOT NULL;
CREATE INDEX job_due ON job (due, id) WHERE dead_at IS NULL;
CREATE INDEX job_dead ON job (dead_at, id) WHERE dead_at IS NOT NULL;

CREATE TABLE job_period (
    kind    TEXT PRIMARY KEY,
    next_at TEXT NOT NULL
);
