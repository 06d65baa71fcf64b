-- +goose Up
CREATE TABLE request_earlier (
    reference  TEXT NOT NULL, -- of a preservation that the request quotes, either side's number
    request_id TEXT NOT NULL, -- the request that follows it
    PRIMARY KEY (reference, request_id)
);
