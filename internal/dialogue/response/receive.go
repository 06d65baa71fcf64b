package response

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// Submission is one revision as the secretariat has it, for whoever makes data of it. Secret answers are not in it.
type Submission struct {
	ID         id.ID
	Respondent study.Respondent
	Response   id.ID // the respondent's
	Revision   int
	Hash       Hash // of the canonical record
	Form       Hash // of the instrument
	Answers    Answers
	Marks      map[string]Mark // by the answer's path
	Secrets    []string        // paths of the answers that are sealed
	Level      string
	State      State // submitted, queried, validated or withdrawn
	Received   time.Time
	Record     []byte
	Signature  []byte
}

// receive keeps a revision at the secretariat. The same record again changes nothing; another one of the same revision,
// or one that doesn't follow the last, is [errs.Conflict].
func (s *Responses) receive(ctx context.Context, c *desk.Change, of study.Respondent, record, signature, secrets []byte, message id.ID) error {
	got, err := CheckSigned(record, signature)
	if err != nil {
		return err
	}
	r := got.Record
	if r.Respondent.ID != of.ID || r.Study != of.Study {
		return errs.Invalidf("record of a response: it is not that of respondent %s", of.ID)
	}
	if _, err := s.Studies.FieldedAs(ctx, c.Tx, of.Study, r.Instrument); err != nil {
		return fmt.Errorf("record of a response: it answers another questionnaire: %w", errs.Invalid)
	}
	last, err := s.newest(ctx, c.Tx, of)
	switch {
	case err == nil && last.Hash == got.Hash:
		return nil
	case err == nil && (r.Revision != int64(last.Revision)+1 || r.Previous == nil || *r.Previous != last.Hash):
		return fmt.Errorf("record of a response: revision %d doesn't follow %d: %w", r.Revision, last.Revision, errs.Conflict)
	case errors.Is(err, errs.NotFound) && r.Revision != 1:
		return fmt.Errorf("record of a response: revision %d, and the ones before are not here: %w", r.Revision, errs.Conflict)
	case err != nil && !errors.Is(err, errs.NotFound):
		return err
	}
	n := id.New(c.Now())
	if _, err := c.Exec(ctx, `
		INSERT INTO submission (id, study_id, respondent_id, revision, state, hash, form, level, record, signature, secrets, message_id, received_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n, of.Study, of.ID, r.Revision, Submitted, got.Hash, r.Instrument, r.Level, record, signature, secrets, message, c.Now()); err != nil {
		return fmt.Errorf("receive response: %w", err)
	}
	return study.Mark(ctx, c, of.ID, study.Submitted)
}

// takeResponse takes in a response that came as an envelope from the node of its respondent.
func (s *Responses) takeResponse(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	if slices.ContainsFunc(in.Message.Content, func(f envelope.File) bool { return f.Path == withdrawalPath }) {
		return s.takeWithdrawal(ctx, c, in)
	}
	record, err := in.Small(recordPath, canonical.MaxBytes)
	if err != nil {
		return err
	}
	signature, err := in.Small(signaturePath, 64<<10)
	if err != nil {
		return err
	}
	secrets, err := in.Small(secretsPath, canonical.MaxBytes)
	if err != nil {
		return err
	}
	got, err := CheckSigned(record, signature)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", recordPath, err)
	}
	if _, err := CheckSecrets(got.Record, secrets); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", secretsPath, err)
	}
	of, err := study.RespondentOf(ctx, c.Tx, got.Record.Respondent.ID)
	if err != nil || of.Peer != in.Peer.Node {
		return exchange.Refuse(envelope.BadSchema, "%s: the sender was not asked as %s", recordPath, got.Record.Respondent.ID)
	}
	st, err := study.Find(ctx, c.Tx, of.Study)
	if err != nil {
		return err
	}
	if !study.MayAnswer(st, of, c.Now()) {
		return exchange.Refuse(envelope.NotAllowed, "%s: the time for answers is over", recordPath)
	}
	sealed, err := s.seal(secrets)
	if err != nil {
		return err
	}
	c.Also("response.receive", id.NewRef(Kind, of.ID), map[string]any{"hash": got.Hash, "revision": got.Record.Revision})
	err = s.receive(ctx, c, of, record, signature, sealed, in.ID)
	if errors.Is(err, errs.Invalid) || errors.Is(err, errs.Conflict) {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", recordPath, err)
	}
	return err
}

// takeWithdrawal marks what a respondent takes back; the envelope is the signature of its node.
func (s *Responses) takeWithdrawal(ctx context.Context, c *desk.Change, in *exchange.Incoming) error {
	b, err := in.Small(withdrawalPath, 64<<10)
	if err != nil {
		return err
	}
	var m withdrawal
	if err := strict(b, &m); err != nil || m.Format != withdrawalFormat {
		return exchange.Refuse(envelope.BadSchema, "%s: it is no withdrawal", withdrawalPath)
	}
	of, err := study.RespondentOf(ctx, c.Tx, m.Respondent)
	if err != nil || of.Peer != in.Peer.Node || of.Study != m.Study {
		return exchange.Refuse(envelope.BadSchema, "%s: the sender was not asked as %s", withdrawalPath, m.Respondent)
	}
	st, err := study.Find(ctx, c.Tx, of.Study)
	if err != nil {
		return err
	}
	if !mayWithdraw(st, of, c.Now()) {
		return exchange.Refuse(envelope.NotAllowed, "%s: the study is closed", withdrawalPath)
	}
	c.Also("response.receive", id.NewRef(Kind, of.ID), map[string]any{"withdrawn": true})
	return takenBack(ctx, c, of.ID)
}

// takenBack marks all revisions of a respondent as withdrawn.
func takenBack(ctx context.Context, c *desk.Change, n id.ID) error {
	if _, err := c.Exec(ctx, `UPDATE submission SET state = ? WHERE respondent_id = ?`, Withdrawn, n); err != nil {
		return err
	}
	return study.Mark(ctx, c, n, study.InProgress)
}

// aboutSubmission: a submission is the secretariat's. Assigned are those who may open what of it is sealed; who named
// them has asked for that.
func aboutSubmission(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f := access.Facts{Now: tx.Now(), Standing: access.Open}
	var n id.ID
	err := tx.Row(ctx, `SELECT study_id FROM submission WHERE id = ?`, on.ID()).Scan(&n)
	if err != nil {
		return f, err
	}
	if who.Guest() {
		f.Standing = access.Stranger
	}
	var by []id.ID
	f.Assignees, by, err = namedFor(ctx, tx, n, who.ID)
	f.Did = map[access.Part][]id.ID{access.Requester: by}
	return f, err
}

const submissionColumns = `id, respondent_id, revision, state, hash, form, level, record, signature, received_at`

func (s *Responses) scanSubmission(scan db.Scan) (x Submission, err error) {
	if err := scan(&x.ID, &x.Response, &x.Revision, &x.State, &x.Hash, &x.Form, &x.Level, &x.Record, &x.Signature, &x.Received); err != nil {
		return x, err
	}
	var r Record
	if err := json.Unmarshal(x.Record, &r); err != nil {
		return x, err
	}
	x.Marks = r.Marks
	for path := range r.Secrets {
		x.Secrets = append(x.Secrets, path)
	}
	slices.Sort(x.Secrets)
	x.Answers, err = instrument.ParseAnswers(r.Answers)
	return x, err
}

// newest reads the newest revision of a respondent.
func (s *Responses) newest(ctx context.Context, tx *db.Tx, of study.Respondent) (Submission, error) {
	x, err := s.scanSubmission(tx.Row(ctx, `SELECT `+submissionColumns+` FROM submission WHERE respondent_id = ? ORDER BY revision DESC LIMIT 1`, of.ID).Scan)
	x.Respondent = of
	return x, err
}

// Submission reads one revision.
func (s *Responses) Submission(ctx context.Context, tx *db.Tx, n id.ID) (Submission, error) {
	x, err := s.scanSubmission(tx.Row(ctx, `SELECT `+submissionColumns+` FROM submission WHERE id = ?`, n).Scan)
	if err != nil {
		return x, fmt.Errorf("submission %s: %w", n, err)
	}
	x.Respondent, err = study.RespondentOf(ctx, tx, x.Response)
	return x, err
}

// Submitted returns the newest revision of each respondent of a study that has submitted and not withdrawn, by audience
// and name.
func (s *Responses) Submitted(ctx context.Context, tx *db.Tx, n id.ID) ([]Submission, error) {
	rows, err := tx.Query(ctx, `SELECT `+submissionColumns+` FROM submission WHERE study_id = ? ORDER BY respondent_id, revision`, n)
	all, err := db.Collect(rows, err, s.scanSubmission)
	if err != nil {
		return nil, fmt.Errorf("submissions to study %s: %w", n, err)
	}
	newest := map[id.ID]Submission{}
	for _, x := range all {
		newest[x.Response] = x
	}
	asked, err := study.Respondents(ctx, tx, n)
	var out []Submission
	for _, of := range asked {
		if x, ok := newest[of.ID]; ok && x.State != Withdrawn {
			x.Respondent = of
			out = append(out, x)
		}
	}
	return out, err
}

// Validate accepts a submission into the data.
func (s *Responses) Validate(ctx context.Context, who access.Person, n, entry id.ID) error {
	return s.Desk.Do(ctx, who, "submission.validate", id.NewRef(KindSubmission, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE submission SET state = ? WHERE id = ? AND state = ?`, Validated, n, Submitted)
		if err == nil && changed == 0 {
			err = errs.Say(errs.Conflict, language.M("This can't be done now: the response has moved on. Look at where it stands and decide again."), nil)
		}
		return err
	}, desk.Once(entry))
}

// Query is something that the secretariat asks about an answer, or about the whole with Path "".
type Query struct {
	ID       id.ID     `json:"-"`
	Revision int64     `json:"-"`
	Path     string    `json:"path"`
	Text     string    `json:"text"`
	At       time.Time `json:"-"`
}

const (
	queryFormat = "comity/query/1"
	queryPath   = "query.json"
	mostQueries = 200
)

type queryMessage struct {
	Format     string  `json:"format"`
	Study      id.ID   `json:"study"`
	Respondent id.ID   `json:"respondent"`
	Revision   int64   `json:"revision"`
	Queries    []Query `json:"queries"`
}

// Ask sends queries about a submission. The respondent corrects, or explains; the secretariat never changes an answer.
func (s *Responses) Ask(ctx context.Context, who access.Person, n id.ID, list []Query, entry id.ID) error {
	var x Submission
	err := s.Read.Read(ctx, db.House("response"), func(tx *db.Tx) (err error) {
		x, err = s.Submission(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	if err := checkQueries(list); err != nil {
		return err
	}
	if x.Respondent.Peer != "" {
		if err := s.Exchange.Settle(ctx, x.Respondent.Peer, ""); err != nil {
			return err
		}
	}
	return s.Desk.Do(ctx, who, "submission.query", id.NewRef(KindSubmission, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE submission SET state = ? WHERE id = ? AND state IN ('submitted', 'validated')`, Queried, n)
		if err != nil {
			return err
		}
		if changed == 0 {
			return errs.Say(errs.Conflict, language.M("This can't be done now: the response has moved on. Look at where it stands and decide again."), nil)
		}
		if err := insertQueries(ctx, c, x.Response, int64(x.Revision), list); err != nil {
			return err
		}
		if x.Respondent.Peer == "" {
			return s.queried(ctx, c, x.Response)
		}
		p, err := exchange.JSON(queryPath, queryMessage{queryFormat, x.Respondent.Study, x.Response, int64(x.Revision), list})
		if err != nil {
			return err
		}
		out := exchange.Outgoing{Kind: "query", To: x.Respondent.Peer, Authority: s.Exchange.Self().Authority(), Parts: []exchange.Part{p}}
		if out.ToAuthority, err = authorityOf(ctx, c.Tx, x.Respondent.Peer); err != nil {
			return err
		}
		_, err = s.Exchange.Queue(ctx, c, out)
		return err
	}, desk.Once(entry))
}

func checkQueries(list []Query) error {
	if len(list) == 0 || len(list) > mostQueries {
		return errs.WithFields(errs.Field{Path: "text", Code: language.M("Write what you ask.")})
	}
	for _, q := range list {
		if strings.TrimSpace(q.Text) == "" || len([]rune(q.Text)) > MaxNote || len(q.Path) > 500 {
			return errs.WithFields(errs.Field{Path: "text", Code: "Write what you ask."})
		}
	}
	return nil
}

func insertQueries(ctx context.Context, c *desk.Change, respondent id.ID, revision int64, list []Query) error {
	for _, q := range list {
		if _, err := c.Exec(ctx, `INSERT INTO submission_query (id, respondent_id, revision, path, text, at) VALUES (?, ?, ?, ?, ?, ?)`,
			id.New(c.Now()), respondent, revision, q.Path, strings.TrimSpace(q.Text), c.Now()); err != nil {
			return err
		}
	}
	return nil
}

// queried moves the response to its people: it was asked about.
func (s *Responses) queried(ctx context.Context, c *desk.Change, n id.ID) error {
	r, err := get(ctx, c.Tx, n)
	if errors.Is(err, errs.NotFound) { // it was answered by file, and its people hear of it another way
		return nil
	}
	if err != nil {
		return err
	}
	return moved(ctx, c, r, moveNamed("queried"), "")
}

// takeQuery takes in what the secretariat asks.
func (s *Responses) takeQuery(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	b, err := in.Small(queryPath, 1<<20)
	if err != nil {
		return err
	}
	var m queryMessage
	if err := strict(b, &m); err != nil || m.Format != queryFormat || checkQueries(m.Queries) != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: it is no query", queryPath)
	}
	of, err := study.RespondentOf(ctx, c.Tx, m.Respondent)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: no such respondent", queryPath)
	}
	st, err := study.Find(ctx, c.Tx, of.Study)
	if err != nil || st.Origin != in.Peer.Node {
		return exchange.Refuse(envelope.BadSchema, "%s: the sender doesn't lead this study", queryPath)
	}
	if err := insertQueries(ctx, c, m.Respondent, m.Revision, m.Queries); err != nil {
		return err
	}
	c.Also("response.queried", id.NewRef(Kind, of.ID), map[string]any{"queries": len(m.Queries)})
	err = s.queried(ctx, c, m.Respondent)
	if errors.Is(err, errs.Conflict) { // it is being corrected already
		return nil
	}
	return err
}

// queriesOf lists what was asked about a respondent's answers, the newest revision first.
func queriesOf(ctx context.Context, tx *db.Tx, n id.ID) ([]Query, error) {
	rows, err := tx.Query(ctx, `SELECT id, revision, path, text, at FROM submission_query WHERE respondent_id = ? ORDER BY revision DESC, id LIMIT ?`, n, mostQueries)
	return db.Collect(rows, err, func(scan db.Scan) (q Query, err error) {
		return q, scan(&q.ID, &q.Revision, &q.Path, &q.Text, &q.At)
	})
}
