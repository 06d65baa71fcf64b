-- +goose Up

CREATE TABLE workshop (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    place        TEXT NOT NULL,
    zone         TEXT NOT NULL,     -- IANA name, such as Africa/Nairobi
    from_day     TEXT NOT NULL,     -- 2013-06-24
    to_day       TEXT NOT NULL,
    capacity     BIGINT NOT NULL,
    languages    TEXT NOT NULL,     -- codes, with spaces between
    competencies TEXT NOT NULL,     -- codes, with spaces between
    series       TEXT NOT NULL,     -- what ties workshops of one programme together, '' for none
    cohort_id    TEXT NOT NULL,     -- whose tests are the workshop's, '' for none
    stage        TEXT NOT NULL,
    waiver       TEXT NOT NULL,     -- why it may be ready with fewer seats taken than planned, '' for none
    tested       BOOLEAN NOT NULL,  -- its test is frozen
    closed_on    TEXT NOT NULL,     -- the day in its own zone, '' before
    exercise     BOOLEAN NOT NULL,
    version      BIGINT NOT NULL
);

CREATE TABLE workshop_move (
    id          TEXT PRIMARY KEY,
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    stage       TEXT NOT NULL,
    why         TEXT NOT NULL,
    at          TEXT NOT NULL
);
CREATE INDEX workshop_move_workshop ON workshop_move (workshop_id, id);

CREATE TABLE workshop_plan (
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    state       TEXT NOT NULL,      -- '' for partners
    role        TEXT NOT NULL,
    seats       BIGINT NOT NULL,
    reserve     BIGINT NOT NULL,
    PRIMARY KEY (workshop_id, state, role)
);

CREATE TABLE workshop_seat (
    id              TEXT PRIMARY KEY,
    workshop_id     TEXT NOT NULL REFERENCES workshop (id),
    person_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    state           TEXT NOT NULL,
    role            TEXT NOT NULL,
    status          TEXT NOT NULL,
    place           BIGINT NOT NULL, -- on the reserve from 1, 0 elsewhere
    why             TEXT NOT NULL,   -- why someone was passed over
    task            TEXT NOT NULL,   -- what a partner does
    letter          TEXT NOT NULL,   -- SHA-256 of the letter from which it was typed, '' when the State entered it
    typed_by        TEXT NOT NULL,
    replaces        TEXT NOT NULL,   -- the seat in whose place it came, '' for none
    supervisor_id   TEXT NOT NULL,   -- whom the person agreed to be asked too, '' for nobody
    at              TEXT NOT NULL    -- of the last change of status
);
CREATE INDEX workshop_seat_workshop ON workshop_seat (workshop_id, state, role);
CREATE INDEX workshop_seat_person ON workshop_seat (person_id, workshop_id);
-- One live seat a person, whatever two people do at once.
CREATE UNIQUE INDEX workshop_seat_live ON workshop_seat (workshop_id, person_id)
    WHERE status IN ('typed', 'nominated', 'offered', 'accepted', 'reserve', 'attended');

CREATE TABLE workshop_session (
    id           TEXT PRIMARY KEY,
    workshop_id  TEXT NOT NULL REFERENCES workshop (id),
    title        TEXT NOT NULL,
    from_at      TEXT NOT NULL,
    to_at        TEXT NOT NULL,
    room         TEXT NOT NULL,
    track        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    competencies TEXT NOT NULL,
    trainers     TEXT NOT NULL,     -- names, one a line
    pairs        TEXT NOT NULL,     -- interpreted pairs of languages: "en-fr en-ar"
    files        TEXT NOT NULL,     -- SHA-256 of what an exercise works with, with spaces between
    sequence     BIGINT NOT NULL,   -- RFC 5545 SEQUENCE: raised by each change
    gone         BOOLEAN NOT NULL
);
CREATE INDEX workshop_session_workshop ON workshop_session (workshop_id, from_at);

CREATE TABLE workshop_material (
    id          TEXT PRIMARY KEY,   -- under which its bytes are kept
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    language    TEXT NOT NULL,
    title       TEXT NOT NULL,
    name        TEXT NOT NULL,      -- of the file
    sum         TEXT NOT NULL,      -- SHA-256 of the bytes
    size        BIGINT NOT NULL,
    UNIQUE (workshop_id, language, title)
);

CREATE TABLE workshop_attendance (
    session_id TEXT NOT NULL REFERENCES workshop_session (id),
    seat_id    TEXT NOT NULL REFERENCES workshop_seat (id),
    mark       TEXT NOT NULL,
    sheet      TEXT NOT NULL,       -- SHA-256 of the signed sheet
    at         TEXT NOT NULL,
    PRIMARY KEY (session_id, seat_id)
);
CREATE INDEX workshop_attendance_seat ON workshop_attendance (seat_id, session_id);

CREATE TABLE workshop_followup (
    id          TEXT PRIMARY KEY,
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    seat_id     TEXT NOT NULL REFERENCES workshop_seat (id),
    person_id   TEXT NOT NULL,      -- who is asked
    month       BIGINT NOT NULL,
    of          TEXT NOT NULL,      -- self, supervisor
    due         TEXT NOT NULL,
    status      TEXT NOT NULL,      -- due, sent, answered, lapsed
    answers     TEXT NOT NULL,      -- JSON of codes
    link        TEXT NOT NULL,      -- SHA-256 of the token of its link, '' for none
    at          TEXT NOT NULL,
    UNIQUE (seat_id, month, of)
);
CREATE INDEX workshop_followup_link ON workshop_followup (link);
CREATE INDEX workshop_followup_due ON workshop_followup (status, due);
CREATE INDEX workshop_followup_workshop ON workshop_followup (workshop_id, month);
CREATE INDEX workshop_followup_person ON workshop_followup (person_id, status);

-- How the workshop was: which seats have answered, and sums. Nothing ties the two together.
CREATE TABLE workshop_evaluation (
    seat_id     TEXT PRIMARY KEY REFERENCES workshop_seat (id),
    workshop_id TEXT NOT NULL
);
CREATE INDEX workshop_evaluation_workshop ON workshop_evaluation (workshop_id);

CREATE TABLE workshop_evaluation_sum (
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    question    TEXT NOT NULL,
    choice      TEXT NOT NULL,
    n           BIGINT NOT NULL,
    PRIMARY KEY (workshop_id, question, choice)
);

CREATE TABLE workshop_evaluation_text (
    id          TEXT PRIMARY KEY,   -- chance, so that the order says nothing
    workshop_id TEXT NOT NULL REFERENCES workshop (id),
    question    TEXT NOT NULL,
    content     TEXT NOT NULL
);
CREATE INDEX workshop_evaluation_text_workshop ON workshop_evaluation_text (workshop_id);

-- Travel and health stand apart: this table is emptied 90 days after the end, and nothing else holds what it says.
CREATE TABLE workshop_travel (
    seat_id     TEXT PRIMARY KEY,
    workshop_id TEXT NOT NULL,
    travel      TEXT NOT NULL,
    health      TEXT NOT NULL,
    at          TEXT NOT NULL
);
CREATE INDEX workshop_travel_workshop ON workshop_travel (workshop_id);
