-- +goose Up
CREATE INDEX casefile_office ON casefile (office_id, id);
