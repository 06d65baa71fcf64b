-- +goose Up
CREATE TABLE ledger_entry (
    id    TEXT PRIMARY KEY,
    at    TEXT NOT NULL,
    entry BLOB NOT NULL,  -- canonical JSON: the leaf of the tree, never changed
    later BLOB,           -- work that begins when the entry has its place; no part of the leaf
    pos   BIGINT,         -- its place, from 0; NULL until the sequencer has given it one
    person_id TEXT,       -- who acted, and the key under which the leaf commits to that: no part of the leaf, NULL once
    who_key   BLOB        -- the person has been erased. One row, not two: an act pays for each
);
-- An act pays for the first index alone; the sequencer fills the others, many entries at a time.
CREATE INDEX ledger_entry_waiting ON ledger_entry (id) WHERE pos IS NULL;
CREATE UNIQUE INDEX ledger_entry_pos ON ledger_entry (pos) WHERE pos IS NOT NULL;
CREATE INDEX ledger_entry_person ON ledger_entry (person_id) WHERE pos IS NOT NULL AND person_id IS NOT NULL;

CREATE TABLE ledger_head (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    size BIGINT NOT NULL
);

CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    n     BIGINT NOT NULL,
    data  BLOB   NOT NULL,
    PRIMARY KEY (level, n)
);

CREATE TABLE ledger_checkpoint (
    size      BIGINT PRIMARY KEY,
    at        TEXT   NOT NULL,
    note      BLOB   NOT NULL,
    witnesses BIGINT NOT NULL
);
CREATE INDEX ledger_checkpoint_witnesses ON ledger_checkpoint (witnesses, size);

CREATE TABLE witness_origin (
    origin TEXT   PRIMARY KEY,
    size   BIGINT NOT NULL,
    note   BLOB   NOT NULL,
    at     TEXT   NOT NULL
);

CREATE TABLE witness_split (
    id     TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    ours   BLOB NOT NULL,
    theirs BLOB NOT NULL,
    at     TEXT NOT NULL
);
CREATE INDEX witness_split_origin ON witness_split (origin, id);
