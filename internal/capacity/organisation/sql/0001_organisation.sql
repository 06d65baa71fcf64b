-- +goose Up

CREATE TABLE organisation (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,   -- ministry police prosecution judiciary authority regulator provider bank academia civil_society igo
    state    TEXT NOT NULL,   -- ISO 3166-1 alpha-2, or the code of an exercise State; '' of an intergovernmental organisation
    name     TEXT NOT NULL,
    exercise BOOLEAN NOT NULL,
    entered  TEXT NOT NULL,
    version  BIGINT NOT NULL,
    UNIQUE (state, name)
);

CREATE TABLE organisation_person (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    person_id       TEXT NOT NULL,
    role            TEXT NOT NULL,
    since           TEXT NOT NULL,
    ended           TEXT
);
CREATE UNIQUE INDEX organisation_person_now ON organisation_person (organisation_id, person_id, role) WHERE ended IS NULL;
CREATE INDEX organisation_person_person ON organisation_person (person_id, ended);
