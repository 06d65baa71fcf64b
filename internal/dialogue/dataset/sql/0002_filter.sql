-- +goose Up

-- Tables that are out can be for those only who gave an answer to one more question. Where nobody is left out, where_item and
-- where_is are empty. SQLite can't change what is unique in a table that there is, so it is made anew.
CREATE TABLE dataset_out (
    id         TEXT PRIMARY KEY,
    study_id   TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    audience   TEXT   NOT NULL,
    item       TEXT   NOT NULL,
    by_what    TEXT   NOT NULL,
    where_item TEXT   NOT NULL,
    where_is   TEXT   NOT NULL,
    out_by     TEXT   NOT NULL,
    out_at     TEXT   NOT NULL,
    UNIQUE (study_id, n),
    UNIQUE (study_id, audience, item, by_what, where_item, where_is)
);
INSERT INTO dataset_out (id, study_id, n, audience, item, by_what, where_item, where_is, out_by, out_at)
SELECT id, study_id, n, audience, item, by_what, '', '', out_by, out_at FROM dataset_table;
DROP TABLE dataset_table;
