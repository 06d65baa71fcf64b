-- +goose Up

CREATE TABLE cohort (
    id       TEXT PRIMARY KEY,
    title    TEXT NOT NULL,
    course   TEXT NOT NULL,
    form     TEXT NOT NULL,
    hash     TEXT NOT NULL,    -- of the form: pre and post are the same form
    state    TEXT NOT NULL,    -- draft open closed frozen
    slot     TEXT NOT NULL,    -- which test can be begun now: '', pre, post
    minutes  BIGINT NOT NULL,  -- that a test lasts
    exercise BOOLEAN NOT NULL,
    led_by   TEXT NOT NULL,    -- the node that leads it; '' for this one
    version  BIGINT NOT NULL
);

-- The nodes without network to which a cohort was given: only from them its tests are taken in.
CREATE TABLE cohort_given (
    cohort_id TEXT NOT NULL REFERENCES cohort (id),
    node      TEXT NOT NULL,
    at        TEXT NOT NULL,
    brought   TEXT,
    doubtful  BOOLEAN NOT NULL,  -- its clock was wrong
    PRIMARY KEY (cohort_id, node)
);

CREATE TABLE enrolment (
    id              TEXT PRIMARY KEY,
    cohort_id       TEXT NOT NULL REFERENCES cohort (id),
    person_id       TEXT NOT NULL,
    role            TEXT NOT NULL,   -- profession: investigator, prosecutor …
    state           TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    at              TEXT NOT NULL,
    UNIQUE (cohort_id, person_id)
);
CREATE INDEX enrolment_person ON enrolment (person_id, cohort_id);

CREATE TABLE test_attempt (
    id           TEXT PRIMARY KEY,
    enrolment_id TEXT NOT NULL REFERENCES enrolment (id),
    cohort_id    TEXT NOT NULL,
    slot         TEXT NOT NULL,
    state        TEXT NOT NULL,    -- open submitted late disputed voided
    started      TEXT NOT NULL,
    deadline     TEXT NOT NULL,
    submitted    TEXT,
    answers      TEXT NOT NULL,
    changes      BIGINT NOT NULL
);
CREATE UNIQUE INDEX test_attempt_one ON test_attempt (enrolment_id, slot) WHERE state <> 'voided';
CREATE INDEX test_attempt_cohort ON test_attempt (cohort_id, slot);

-- Every record of a test that came from another node, and the one of this node that it met. The set only grows.
CREATE TABLE test_record (
    attempt_id   TEXT NOT NULL,
    sum          TEXT NOT NULL,
    cohort_id    TEXT NOT NULL REFERENCES cohort (id),
    enrolment_id TEXT NOT NULL,
    slot         TEXT NOT NULL,
    node         TEXT NOT NULL,
    content      TEXT NOT NULL,
    at           TEXT NOT NULL,
    PRIMARY KEY (attempt_id, sum)
);
CREATE INDEX test_record_cohort ON test_record (cohort_id, attempt_id);

-- Marks are added and never changed: the newest of an item counts.
CREATE TABLE test_mark (
    id         TEXT PRIMARY KEY,
    attempt_id TEXT NOT NULL REFERENCES test_attempt (id),
    item       TEXT NOT NULL,
    points     BIGINT NOT NULL,
    answered   BOOLEAN NOT NULL,
    by_whom    TEXT NOT NULL,      -- rule
    key_hash   TEXT NOT NULL,
    at         TEXT NOT NULL
);
CREATE INDEX test_mark_attempt ON test_mark (attempt_id, id);

CREATE TABLE certificate (
    id           TEXT PRIMARY KEY,
    cohort_id    TEXT NOT NULL REFERENCES cohort (id),
    enrolment_id TEXT NOT NULL REFERENCES enrolment (id),
    issued_by    TEXT NOT NULL,
    issued       TEXT NOT NULL,
    content      TEXT NOT NULL,
    revoked      TEXT,
    why          TEXT NOT NULL
);
CREATE INDEX certificate_cohort ON certificate (cohort_id, enrolment_id);
CREATE UNIQUE INDEX certificate_one ON certificate (enrolment_id) WHERE revoked IS NULL;

CREATE TABLE baseline (
    cohort_id TEXT PRIMARY KEY REFERENCES cohort (id),
    frozen    TEXT NOT NULL,
    sum       TEXT NOT NULL,
    content   TEXT NOT NULL
);

-- What the requests say that must be learnt: of an authority, never of a person.
CREATE TABLE need (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL,
    sort       TEXT NOT NULL,
    competency TEXT NOT NULL,
    state      TEXT NOT NULL,   -- signalled confirmed planned closed persisting dismissed
    k1         BIGINT NOT NULL,
    n1         BIGINT NOT NULL,
    from_day   TEXT NOT NULL,
    to_day     TEXT NOT NULL,
    plan       TEXT NOT NULL,   -- what is done about it, or why it is none
    planned    TEXT,
    k2         BIGINT NOT NULL,
    n2         BIGINT NOT NULL,
    remeasured TEXT
);
CREATE INDEX need_code ON need (code, id);
