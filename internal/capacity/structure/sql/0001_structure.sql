-- +goose Up

CREATE TABLE structure (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    lead        TEXT NOT NULL,     -- the organisation that leads it; its State is the structure's
    name        TEXT NOT NULL,
    meets_every BIGINT NOT NULL,   -- months between two signs of life
    stage       TEXT NOT NULL,
    basis       TEXT NOT NULL,     -- the document on which it rests, '' while there is none
    basis_proof TEXT NOT NULL,     -- its SHA-256 or its address
    budget      BOOLEAN NOT NULL,  -- has a budget of its own
    exercise    BOOLEAN NOT NULL,
    since       TEXT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX structure_lead ON structure (lead, id);

CREATE TABLE structure_move (
    id           TEXT PRIMARY KEY,
    structure_id TEXT NOT NULL REFERENCES structure (id),
    stage        TEXT NOT NULL,
    why          TEXT NOT NULL,
    at           TEXT NOT NULL
);
CREATE INDEX structure_move_structure ON structure_move (structure_id, id);

CREATE TABLE structure_member (
    structure_id    TEXT NOT NULL REFERENCES structure (id),
    organisation_id TEXT NOT NULL,
    since           TEXT NOT NULL,
    PRIMARY KEY (structure_id, organisation_id)
);
CREATE INDEX structure_member_organisation ON structure_member (organisation_id, structure_id);

CREATE TABLE structure_sign (
    id           TEXT PRIMARY KEY,
    structure_id TEXT NOT NULL REFERENCES structure (id),
    kind         TEXT NOT NULL,    -- minutes case session budget
    on_day       TEXT NOT NULL,
    note         TEXT NOT NULL,
    proof        TEXT NOT NULL,
    at           TEXT NOT NULL
);
CREATE INDEX structure_sign_structure ON structure_sign (structure_id, on_day);

CREATE TABLE structure_commitment (
    id              TEXT PRIMARY KEY,
    structure_id    TEXT NOT NULL REFERENCES structure (id),
    organisation_id TEXT NOT NULL,  -- who promised
    says            TEXT NOT NULL,
    measure         TEXT NOT NULL,  -- what practice measures it by, '' when the partner reports
    target          BIGINT NOT NULL, -- per cent
    since           TEXT NOT NULL,
    exercise        BOOLEAN NOT NULL
);
CREATE INDEX structure_commitment_structure ON structure_commitment (structure_id, id);

CREATE TABLE structure_report (
    id            TEXT PRIMARY KEY,
    commitment_id TEXT NOT NULL REFERENCES structure_commitment (id),
    kept          BIGINT NOT NULL,
    of_all        BIGINT NOT NULL,
    from_day      TEXT NOT NULL,
    to_day        TEXT NOT NULL,
    proof         TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX structure_report_commitment ON structure_report (commitment_id, id);

CREATE TABLE structure_contact (
    id           TEXT PRIMARY KEY,
    structure_id TEXT NOT NULL REFERENCES structure (id),
    state        TEXT NOT NULL,
    authority    TEXT NOT NULL,     -- its code on the State's card
    person       TEXT NOT NULL,
    reach        TEXT NOT NULL,
    applied      TEXT NOT NULL,
    accepted     TEXT,
    refused      TEXT
);
CREATE INDEX structure_contact_structure ON structure_contact (structure_id, id);

CREATE TABLE legal_review (
    id       TEXT PRIMARY KEY,
    state    TEXT NOT NULL,
    treaty   TEXT NOT NULL,
    exercise BOOLEAN NOT NULL,
    opened   TEXT NOT NULL,
    UNIQUE (state, treaty)
);

CREATE TABLE legal_row (
    id        TEXT PRIMARY KEY,
    review_id TEXT NOT NULL REFERENCES legal_review (id),
    n         BIGINT NOT NULL,
    article   TEXT NOT NULL,
    element   TEXT NOT NULL,
    agreed    TEXT,               -- when a third look agreed with what both readers say now
    UNIQUE (review_id, article, element)
);

CREATE TABLE legal_provision (
    id        TEXT PRIMARY KEY,
    review_id TEXT NOT NULL REFERENCES legal_review (id),
    cite      TEXT NOT NULL,      -- "Cybercrime Act 2012, section 14(2)"
    quote     TEXT NOT NULL,
    sum       TEXT NOT NULL,      -- SHA-256 of the quoted text
    entered   TEXT NOT NULL,
    replaced  TEXT                -- when a newer text took its place
);
CREATE INDEX legal_provision_review ON legal_provision (review_id, id);

CREATE TABLE legal_reading (
    id           TEXT PRIMARY KEY,
    row_id       TEXT NOT NULL REFERENCES legal_row (id),
    reader       BIGINT NOT NULL,  -- 1 the first, 2 the second
    person_id    TEXT NOT NULL,
    verdict      TEXT NOT NULL,
    why          TEXT NOT NULL,
    provision_id TEXT NOT NULL,    -- '' where there is none
    at           TEXT NOT NULL
);
CREATE INDEX legal_reading_row ON legal_reading (row_id, id);
