-- +goose Up
CREATE TABLE evidence_item (
    id          TEXT   PRIMARY KEY, -- also the name of its bytes in the store and of its key
    case_id     TEXT   NOT NULL,
    request     TEXT   NOT NULL,    -- reference of the request, '' for none
    measure     TEXT   NOT NULL,    -- number of the measure, '' for none
    label       TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,    -- as received
    media       TEXT   NOT NULL,
    size        BIGINT NOT NULL,    -- of the plain bytes
    sha256      TEXT   NOT NULL,
    crc32       BIGINT NOT NULL,
    stored      TEXT   NOT NULL,    -- SHA-256 of the stored bytes
    state       TEXT   NOT NULL,
    custodian   TEXT   NOT NULL,    -- code of an authority, '' while on the way to another
    details     TEXT   NOT NULL,    -- canonical JSON: whence, by what power, with what handling
    origin_node TEXT   NOT NULL,    -- which node gave it, '' for our own
    origin      TEXT   NOT NULL,    -- its id there
    before_us   TEXT   NOT NULL,    -- the custody.json with which it came, '' for our own
    added_at    TEXT   NOT NULL
);
CREATE INDEX evidence_item_case ON evidence_item (case_id, id);
CREATE INDEX evidence_item_request ON evidence_item (request, id);

-- Rows are only added.
CREATE TABLE evidence_event (
    item_id    TEXT   NOT NULL,
    n          BIGINT NOT NULL,     -- 1, 2, … for each item
    kind       TEXT   NOT NULL,
    at         TEXT   NOT NULL,
    person     TEXT   NOT NULL,     -- account or node, '' for the house
    role       TEXT   NOT NULL,
    authority  TEXT   NOT NULL,
    before_by  TEXT   NOT NULL,     -- custodian before
    after_by   TEXT   NOT NULL,     -- custodian after
    place      TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,     -- digest seen
    message    TEXT   NOT NULL,     -- message of a sending or a delivery
    envelope   TEXT   NOT NULL,
    receipt    TEXT   NOT NULL,
    corrects   BIGINT NOT NULL,     -- number of the event that this one corrects, 0 for none
    entry_id   TEXT   NOT NULL,     -- in the ledger
    PRIMARY KEY (item_id, n)
);
CREATE INDEX evidence_event_message ON evidence_event (message);

CREATE TABLE evidence_derivation (
    item_id TEXT NOT NULL,
    from_id TEXT NOT NULL,
    process TEXT NOT NULL,
    tool    TEXT NOT NULL,
    PRIMARY KEY (item_id, from_id)
);
CREATE INDEX evidence_derivation_from ON evidence_derivation (from_id);

CREATE TABLE evidence_condition (
    item_id TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    set_by  TEXT   NOT NULL,        -- code of the authority that set it
    says    TEXT   NOT NULL,
    at      TEXT   NOT NULL,
    PRIMARY KEY (item_id, n)
);

CREATE TABLE evidence_upload (
    id      TEXT   PRIMARY KEY,     -- of the item that it becomes
    case_id TEXT   NOT NULL,
    person  TEXT   NOT NULL,
    size    BIGINT NOT NULL,
    given   TEXT   NOT NULL,        -- what was said about the item, JSON
    source  TEXT   NOT NULL,        -- digest of what is taken in again after a crash, '' for none
    at      TEXT   NOT NULL
);
CREATE INDEX evidence_upload_person ON evidence_upload (person, id);
