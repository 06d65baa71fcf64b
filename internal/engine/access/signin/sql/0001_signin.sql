-- +goose Up
CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    person_id  TEXT NOT NULL,
    factor     TEXT NOT NULL,
    place      TEXT NOT NULL,
    agent      TEXT NOT NULL,
    begun      TEXT NOT NULL,
    seen       TEXT NOT NULL,
    confirmed  TEXT NOT NULL,
    ended      TEXT
);
CREATE INDEX session_by_person ON session (person_id, begun);
CREATE INDEX session_by_begun ON session (begun);

CREATE TABLE password (
    person_id  TEXT PRIMARY KEY,
    hash       TEXT NOT NULL,
    changed_at TEXT NOT NULL
);

CREATE TABLE totp (
    person_id  TEXT PRIMARY KEY,
    secret     BLOB NOT NULL,
    last_step  BIGINT NOT NULL,
    added_at   TEXT NOT NULL
);

CREATE TABLE passkey (
    credential TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    person_id  TEXT NOT NULL,
    label      TEXT NOT NULL,
    record     TEXT NOT NULL,
    added_at   TEXT NOT NULL,
    used_at    TEXT
);
CREATE INDEX passkey_by_person ON passkey (person_id, added_at);

CREATE TABLE ceremony (
    hash       TEXT PRIMARY KEY,
    expires    TEXT NOT NULL
);
CREATE INDEX ceremony_by_expires ON ceremony (expires);

CREATE TABLE recovery (
    hash       TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL,
    used_at    TEXT
);
CREATE INDEX recovery_by_person ON recovery (person_id);

CREATE TABLE invitation (
    hash       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    person_id  TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    made_by    TEXT NOT NULL,
    made_at    TEXT NOT NULL,
    expires    TEXT NOT NULL,
    used_at    TEXT
);
CREATE INDEX invitation_by_person ON invitation (person_id, made_at);
CREATE INDEX invitation_by_expires ON invitation (expires);

CREATE TABLE attempt (
    subject    TEXT PRIMARY KEY,
    fails      BIGINT NOT NULL,
    last       TEXT NOT NULL
);
CREATE INDEX attempt_by_last ON attempt (last);

CREATE TABLE reissue (
    id         TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL,
    asked_by   TEXT NOT NULL,
    asked_at   TEXT NOT NULL,
    why        TEXT NOT NULL,
    agreed_by  TEXT,
    agreed_at  TEXT
);
CREATE INDEX reissue_by_person ON reissue (person_id, asked_at);
