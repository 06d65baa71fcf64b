-- +goose Up
CREATE TABLE request (
    id            TEXT PRIMARY KEY,
    case_id       TEXT    NOT NULL,
    direction     TEXT    NOT NULL, -- out: we ask; in: we are asked
    reference     TEXT    NOT NULL, -- the requesting side's; '' until it is signed
    own_reference TEXT    NOT NULL, -- the receiving side's own number; '' until acknowledged
    peer          TEXT    NOT NULL, -- the other node; '' when the other side has none
    their_state   TEXT    NOT NULL, -- ISO 3166-1 alpha-2 of the other State
    their_authority TEXT  NOT NULL,
    types         TEXT    NOT NULL, -- measure types, separated by spaces
    state         TEXT    NOT NULL,
    since         TEXT    NOT NULL, -- when it came into this state
    exercise      BOOLEAN NOT NULL,
    answers       TEXT    NOT NULL, -- canonical JSON, docs/formats/answers.md
    rules         TEXT    NOT NULL, -- hash of the rule set that it passed at signing; '' before
    created_at    TEXT    NOT NULL,
    version       BIGINT  NOT NULL
);
CREATE INDEX request_case ON request (case_id, id);
CREATE INDEX request_state ON request (state, id);
CREATE INDEX request_reference ON request (reference);

CREATE TABLE request_person (
    request_id TEXT NOT NULL,
    part       TEXT NOT NULL, -- drafter, assignee, proposer
    person_id  TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (request_id, part, person_id)
);
CREATE INDEX request_person_part ON request_person (person_id, part, request_id);

CREATE TABLE request_move (
    id         TEXT PRIMARY KEY, -- of the ledger entry
    request_id TEXT    NOT NULL,
    at         TEXT    NOT NULL,
    move       TEXT    NOT NULL,
    ours       BOOLEAN NOT NULL,
    person_id  TEXT    NOT NULL, -- '' when the other side moved
    message_id TEXT    NOT NULL, -- '' when nothing travelled
    state      TEXT    NOT NULL, -- that the request came into
    body       TEXT    NOT NULL  -- canonical JSON, docs/formats/move.md; '{}' when there is nothing to say
);
CREATE INDEX request_move_request ON request_move (request_id, id);
CREATE INDEX request_move_message ON request_move (message_id);

CREATE TABLE request_measure (
    request_id TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    type       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    result     TEXT   NOT NULL,
    PRIMARY KEY (request_id, n)
);

CREATE TABLE request_letter (
    request_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    lang       TEXT NOT NULL,
    pdf        BLOB NOT NULL, -- signed
    sha256     TEXT NOT NULL,
    text_sha256 TEXT NOT NULL, -- of the unsigned document: what the signatory was shown
    signed_at  TEXT NOT NULL,
    signer     TEXT NOT NULL,
    PRIMARY KEY (request_id, id)
);

CREATE TABLE request_override (
    request_id TEXT NOT NULL,
    rule       TEXT NOT NULL,
    path       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (request_id, rule, path)
);

CREATE TABLE request_serial (
    series TEXT   PRIMARY KEY, -- state-authority-year
    serial BIGINT NOT NULL
);
