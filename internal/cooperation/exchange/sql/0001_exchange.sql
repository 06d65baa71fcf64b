-- +goose Up
CREATE TABLE peer (
    node        TEXT PRIMARY KEY,
    state       TEXT    NOT NULL, -- ISO 3166-1 alpha-2
    authorities TEXT    NOT NULL, -- codes, separated by spaces
    status      TEXT    NOT NULL, -- proposed, trusted, frozen, revoked
    exercise    BOOLEAN NOT NULL,
    url         TEXT    NOT NULL, -- '' when it can't be reached
    imported_by TEXT    NOT NULL,
    imported_at TEXT    NOT NULL,
    trusted_by  TEXT    NOT NULL, -- '' until a second person has confirmed
    trusted_at  TEXT,
    how         TEXT    NOT NULL, -- how the fingerprint was compared
    why         TEXT    NOT NULL, -- of a freeze or a revocation
    version     BIGINT  NOT NULL
);

CREATE TABLE peer_card (
    node     TEXT   NOT NULL,
    serial   BIGINT NOT NULL,
    manifest TEXT   NOT NULL, -- the card's digest, of which the fingerprint is made
    json     BLOB   NOT NULL, -- card.json inside it, read when it came
    card     BLOB   NOT NULL, -- card.asice as it came
    at       TEXT   NOT NULL,
    PRIMARY KEY (node, serial, manifest)
);

CREATE TABLE message (
    id         TEXT PRIMARY KEY,
    direction  TEXT   NOT NULL, -- out, in
    peer       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    chain      TEXT   NOT NULL, -- the request's reference, '' for the chain of no request, '-' outside all chains
    number     BIGINT NOT NULL,
    message    BLOB   NOT NULL, -- message.json
    manifest   TEXT   NOT NULL, -- the envelope's digest; '' until it is sealed
    container  TEXT   NOT NULL, -- SHA-256 of the .asice
    signature  TEXT   NOT NULL, -- SHA-256 of signature001.p7s
    transport  TEXT   NOT NULL, -- SHA-256 of the bytes as they came; '' for ours
    blob       TEXT   NOT NULL, -- where the container (out) or the bytes as they came (in) are kept
    entry_id   TEXT   NOT NULL, -- of the ledger: sent, or received
    state      TEXT   NOT NULL, -- out: waiting, sealed, delivered, receipted, stopped; in: accepted, held, quarantined, refused
    at         TEXT   NOT NULL, -- sent, or received
    attempts   BIGINT NOT NULL,
    trouble    TEXT   NOT NULL, -- the last thing that went wrong on the way
    upload     TEXT   NOT NULL, -- the other side's name for our upload, to ask for the receipt
    receipt    BLOB,            -- receipt.json: theirs for out, ours for in
    receipt_message TEXT NOT NULL -- id of the receipt's own envelope
);
CREATE INDEX message_chain ON message (peer, chain, direction, number);
CREATE INDEX message_state ON message (direction, state, id);
CREATE INDEX message_transport ON message (transport);
CREATE INDEX message_manifest ON message (manifest);
CREATE INDEX message_answers ON message (receipt_message);

CREATE TABLE peer_key (
    sum  TEXT NOT NULL, -- SHA-256 of a seal's certificate, or of a TLS key
    use  TEXT NOT NULL, -- seal, tls
    node TEXT NOT NULL,
    PRIMARY KEY (use, sum, node)
);

CREATE TABLE message_part (
    message_id TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    path       TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    crc32      BIGINT NOT NULL,
    media      TEXT   NOT NULL,
    data       BLOB,          -- small parts
    source     TEXT NOT NULL, -- who opens a large one: "evidence"; '' when data holds it
    key        TEXT NOT NULL,
    PRIMARY KEY (message_id, n)
);

CREATE TABLE refused_file (
    id        TEXT PRIMARY KEY,
    at        TEXT NOT NULL,
    peer      TEXT NOT NULL, -- '' when unknown
    channel   TEXT NOT NULL, -- https, file
    failed    TEXT NOT NULL, -- the check's name
    detail    TEXT NOT NULL,
    transport TEXT NOT NULL,
    blob      TEXT NOT NULL  -- '' when it was too large to keep
);
CREATE INDEX refused_file_transport ON refused_file (transport);
