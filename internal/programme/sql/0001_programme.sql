-- +goose Up

-- What is done under a programme: object is a workshop, a structure, an organisation or a request of this node.
CREATE TABLE programme_link (
    programme TEXT NOT NULL,
    object    TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (programme, object)
);
