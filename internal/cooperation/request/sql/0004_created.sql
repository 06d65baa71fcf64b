-- +goose Up
CREATE INDEX request_created ON request (created_at, id);
