-- +goose Up
-- A document is a compartment: its id stands as case_id in the member table for those who write it.
CREATE TABLE document (
    id           TEXT PRIMARY KEY,
    symbol       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    distribution TEXT    NOT NULL,
    lang         TEXT    NOT NULL,
    title        TEXT    NOT NULL, -- JSON: language → title
    study_id     TEXT    NOT NULL, -- '' for none
    origin       TEXT    NOT NULL, -- the node that it came from, '' when it is ours
    synthetic    BOOLEAN NOT NULL,
    at           TEXT    NOT NULL,
    by_id        TEXT    NOT NULL,
    version      BIGINT  NOT NULL
);
CREATE INDEX document_study ON document (study_id, id);

CREATE TABLE document_version (
    id          TEXT PRIMARY KEY,
    document_id TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    issued_at   TEXT,            -- NULL while it is being written
    issued_by   TEXT   NOT NULL,
    hash        TEXT   NOT NULL, -- '' while it is being written
    UNIQUE (document_id, n)
);

CREATE TABLE block (
    version_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    level      BIGINT NOT NULL,
    text       TEXT   NOT NULL,
    hash       TEXT   NOT NULL,
    was        TEXT   NOT NULL, -- ids of earlier blocks that this one took in, with spaces between
    origin     TEXT   NOT NULL, -- what it was composed from, '' when it was written here
    version    BIGINT NOT NULL,
    PRIMARY KEY (version_id, id)
);
CREATE INDEX block_order ON block (version_id, n);

CREATE TABLE comment_round (
    id           TEXT PRIMARY KEY,
    document_id  TEXT    NOT NULL,
    version_id   TEXT    NOT NULL,
    origin       TEXT    NOT NULL, -- the node that opened it, '' when we did
    opens_at     TEXT    NOT NULL,
    closes_at    TEXT    NOT NULL,
    blind        BOOLEAN NOT NULL, -- no State sees another's comments before the close
    sealed       BOOLEAN NOT NULL, -- nor does the secretariat
    allow_public BOOLEAN NOT NULL,
    note         TEXT    NOT NULL,
    closed_at    TEXT,
    finalised_at TEXT,
    version      BIGINT  NOT NULL
);
CREATE INDEX comment_round_document ON comment_round (document_id, id);

-- A tray is a compartment: what one respondent writes before it is submitted exists for its members only.
CREATE TABLE comment_tray (
    id            TEXT PRIMARY KEY,
    round_id      TEXT   NOT NULL,
    party_kind    TEXT   NOT NULL, -- state, org
    state         TEXT   NOT NULL, -- ISO 3166-1 alpha-3, '' for an organisation
    name          TEXT   NOT NULL,
    respondent_id TEXT   NOT NULL, -- '' when it belongs to no study
    peer          TEXT   NOT NULL, -- the node that writes in it, '' for guests and files
    cleared_at    TEXT,
    cleared_by    TEXT   NOT NULL,
    cleared_hash  TEXT   NOT NULL,
    submitted_at  TEXT,
    sets          BIGINT NOT NULL, -- how many times a set was submitted
    version       BIGINT NOT NULL,
    UNIQUE (round_id, party_kind, state, name)
);

CREATE TABLE comment_item (
    id         TEXT PRIMARY KEY,
    round_id   TEXT   NOT NULL,
    tray_id    TEXT   NOT NULL,
    n          BIGINT NOT NULL, -- the number in its tray
    behalf     TEXT   NOT NULL, -- the group for which it is made, '' for the tray's own party
    target     TEXT   NOT NULL, -- whole, section, block
    block_id   TEXT   NOT NULL,
    exact      TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    suffix     TEXT   NOT NULL,
    position   BIGINT NOT NULL, -- where the block stood in its version, in thousandths
    type       TEXT   NOT NULL,
    lang       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    proposal   TEXT   NOT NULL,
    visibility TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    into_id    TEXT   NOT NULL, -- the comment that it was merged into
    author_id  TEXT   NOT NULL, -- hidden from everybody outside the tray, never sent
    source_id  TEXT   NOT NULL, -- the file it came from
    at         TEXT   NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX comment_item_tray ON comment_item (tray_id, n);
CREATE INDEX comment_item_round ON comment_item (round_id, tray_id, n);

-- Where a comment stands in a version: every comment has one row for each version issued since its own (E1).
CREATE TABLE comment_anchor (
    comment_id TEXT   NOT NULL,
    version_id TEXT   NOT NULL,
    block_id   TEXT   NOT NULL, -- '' for an orphan and for a comment on the whole
    how        TEXT   NOT NULL, -- block, quote, hand, whole, orphan
    score      BIGINT NOT NULL, -- in thousandths
    PRIMARY KEY (comment_id, version_id)
);
CREATE INDEX comment_anchor_version ON comment_anchor (version_id, block_id);

CREATE TABLE comment_disposition (
    comment_id     TEXT PRIMARY KEY,
    value          TEXT   NOT NULL,
    reasoning      TEXT   NOT NULL,
    changed_block  TEXT   NOT NULL, -- the block of a later version in which the change is
    responsible_id TEXT   NOT NULL,
    by_id          TEXT   NOT NULL,
    at             TEXT   NOT NULL,
    version        BIGINT NOT NULL
);

-- Files as they came: comment forms, letters. They lie in the tray.
CREATE TABLE comment_source (
    id      TEXT PRIMARY KEY,
    tray_id TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    media   TEXT   NOT NULL,
    sha256  TEXT   NOT NULL,
    data    BLOB   NOT NULL,
    at      TEXT   NOT NULL,
    by_id   TEXT   NOT NULL
);
CREATE INDEX comment_source_tray ON comment_source (tray_id, id);
