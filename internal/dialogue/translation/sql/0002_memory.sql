-- +goose Up
CREATE INDEX translation_unit_memory ON translation_unit (of_hash, lang);
