-- +goose Up
ALTER TABLE request_move ADD COLUMN entry_id TEXT NOT NULL DEFAULT ''; -- of the ledger; '' before this column was there
ALTER TABLE request_move ADD COLUMN given_to TEXT NOT NULL DEFAULT ''; -- to whom the move gave the request; '' for other moves
