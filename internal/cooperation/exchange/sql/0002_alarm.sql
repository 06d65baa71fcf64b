-- +goose Up
CREATE TABLE peer_alarm (
    id         TEXT PRIMARY KEY,
    at         TEXT   NOT NULL,
    kind       TEXT   NOT NULL, -- fork, replaced, split
    peer       TEXT   NOT NULL, -- the node that contradicts itself
    about      TEXT   NOT NULL, -- what tells one alarm from another: a message's id and digest, or a log's origin and size
    message_id TEXT   NOT NULL, -- the message that is kept without effect; '' for none
    chain      TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    settled_by TEXT   NOT NULL, -- '' while people haven't said what was the matter
    settled_at TEXT,
    how        TEXT   NOT NULL
);
CREATE UNIQUE INDEX peer_alarm_about ON peer_alarm (kind, peer, about);
CREATE INDEX peer_alarm_open ON peer_alarm (settled_by, id);
CREATE INDEX peer_alarm_peer ON peer_alarm (peer, id);
CREATE INDEX peer_alarm_message ON peer_alarm (message_id);
