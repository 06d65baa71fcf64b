-- +goose Up

CREATE TABLE assessment (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    model     TEXT NOT NULL,       -- "national-capacity/1"
    scope     TEXT NOT NULL,
    step      TEXT NOT NULL,
    round     BIGINT NOT NULL,     -- the newest round of ratings, 0 before the first
    exercise  BOOLEAN NOT NULL,
    requested TEXT NOT NULL,
    version   BIGINT NOT NULL
);

CREATE TABLE assessment_move (
    id            TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    step          TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX assessment_move_assessment ON assessment_move (assessment_id, id);

CREATE TABLE assessment_team (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    person_id     TEXT NOT NULL,   -- stays when the person leaves: whoever was of the team doesn't clear
    since         TEXT NOT NULL,
    PRIMARY KEY (assessment_id, person_id)
);

CREATE TABLE assessment_stakeholder (
    id              TEXT PRIMARY KEY,
    assessment_id   TEXT NOT NULL REFERENCES assessment (id),
    organisation_id TEXT NOT NULL,
    since           TEXT NOT NULL,
    UNIQUE (assessment_id, organisation_id)
);
CREATE INDEX assessment_stakeholder_organisation ON assessment_stakeholder (organisation_id, assessment_id);

CREATE TABLE assessment_rating (
    assessment_id  TEXT NOT NULL REFERENCES assessment (id),
    stakeholder_id TEXT NOT NULL REFERENCES assessment_stakeholder (id),
    round          BIGINT NOT NULL,
    indicator      TEXT NOT NULL,
    value          TEXT NOT NULL,
    evidence       TEXT NOT NULL,  -- the kind of the proof, '' without one
    proof          TEXT NOT NULL,  -- SHA-256 or address
    locator        TEXT NOT NULL,  -- page, section, sheet
    note           TEXT NOT NULL,
    confidential   BOOLEAN NOT NULL,
    fault          TEXT NOT NULL,  -- what the team found of the proof: '' nothing wrong, 'gone', 'differs'
    at             TEXT NOT NULL,
    PRIMARY KEY (stakeholder_id, round, indicator)
);
CREATE INDEX assessment_rating_assessment ON assessment_rating (assessment_id, round, indicator);

CREATE TABLE assessment_consensus (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    indicator     TEXT NOT NULL,
    value         TEXT NOT NULL,
    basis         TEXT NOT NULL,
    note          TEXT NOT NULL,
    reopened      TEXT,            -- when something was done about it since
    at            TEXT NOT NULL,
    PRIMARY KEY (assessment_id, indicator)
);

CREATE TABLE assessment_dissent (
    id            TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    indicator     TEXT NOT NULL,
    grp           TEXT NOT NULL,
    value         TEXT NOT NULL,
    words         TEXT NOT NULL    -- as they were said
);
CREATE INDEX assessment_dissent_assessment ON assessment_dissent (assessment_id, indicator);

CREATE TABLE assessment_comment (
    id            TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    factor        TEXT NOT NULL,   -- '' of the whole
    words         TEXT NOT NULL,
    at            TEXT NOT NULL
);
CREATE INDEX assessment_comment_assessment ON assessment_comment (assessment_id, id);

CREATE TABLE assessment_recommendation (
    id            TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    n             BIGINT NOT NULL,
    words         TEXT NOT NULL,
    owner         TEXT NOT NULL,   -- organisation
    months        BIGINT NOT NULL, -- in which it is to be done
    reply         TEXT NOT NULL,   -- '' accepted declined
    reply_words   TEXT NOT NULL,
    version       BIGINT NOT NULL,
    UNIQUE (assessment_id, n)
);

CREATE TABLE assessment_gap (
    assessment_id     TEXT NOT NULL REFERENCES assessment (id),
    recommendation_id TEXT NOT NULL REFERENCES assessment_recommendation (id),
    factor            TEXT NOT NULL,
    PRIMARY KEY (recommendation_id, factor)
);
CREATE INDEX assessment_gap_assessment ON assessment_gap (assessment_id, factor);

CREATE TABLE assessment_none (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    factor        TEXT NOT NULL,
    because       TEXT NOT NULL,
    PRIMARY KEY (assessment_id, factor)
);

CREATE TABLE assessment_depends (
    assessment_id     TEXT NOT NULL REFERENCES assessment (id),
    recommendation_id TEXT NOT NULL REFERENCES assessment_recommendation (id),
    on_id             TEXT NOT NULL REFERENCES assessment_recommendation (id),
    PRIMARY KEY (recommendation_id, on_id)
);
CREATE INDEX assessment_depends_assessment ON assessment_depends (assessment_id);

CREATE TABLE assessment_milestone (
    id                TEXT PRIMARY KEY,
    assessment_id     TEXT NOT NULL REFERENCES assessment (id),
    recommendation_id TEXT NOT NULL REFERENCES assessment_recommendation (id),
    words             TEXT NOT NULL,
    becomes           TEXT NOT NULL, -- course workshop structure legal_review partnership
    owner             TEXT NOT NULL, -- organisation
    begins            TEXT NOT NULL,
    due               TEXT NOT NULL,
    measure           TEXT NOT NULL, -- by what it is seen that it is done
    state             TEXT NOT NULL, -- open done dropped
    proof             TEXT NOT NULL,
    why               TEXT NOT NULL, -- it was dropped
    at                TEXT NOT NULL
);
CREATE INDEX assessment_milestone_assessment ON assessment_milestone (assessment_id, due);
