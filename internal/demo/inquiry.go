package demo

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// inquiry is one study of the demonstration, from its topics to recommendations. Its answers are made by a program, and
// everything says so.
type inquiry struct {
	ctx context.Context
	out io.Writer // a sentence for each step
	dir string    // for the files of a walk
	org *Place
	pt  *Place
	ma  *Place

	study    id.ID
	desk     access.Person // who answers for all synthetic respondents: one guest
	answered []id.ID
	data     id.ID
	tables   map[string]id.ID
	findings []id.ID
	report   id.ID
	round    id.ID
	session  id.ID
	moved    []Step
}

// How many answer, as in the study that the design speaks of: States by region, and the other audiences.
var (
	answering = []struct {
		region string
		n      int
	}{{"002", 11}, {"019", 13}, {"142", 19}, {"150", 24}, {"009", 2}}
	others = []struct {
		audience study.Audience
		name     string
		n        int
	}{{study.Private, "Synthetic company", 40}, {study.Academic, "Synthetic institute", 16}, {study.IGO, "Synthetic organisation", 11}}
)

// Inquire plays the study. Requests go on beside it.
func (w *World) Inquire(ctx context.Context, out io.Writer) (*inquiry, error) {
	k := &inquiry{ctx: ctx, out: out, org: w.Place("org"), pt: w.Place("pt"), ma: w.Place("ma"), tables: map[string]id.ID{}}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"plan", k.plan}, {"frame", k.frame}, {"field", k.field}, {"answer", k.answer}, {"answer on own nodes", k.ownNodes}, {"close", k.close},
		{"count", k.count}, {"code", k.code}, {"find", k.find}, {"report", k.write}, {"comments", k.comments}, {"translate", k.translate}, {"meet", k.meet}, {"mandates", k.mandates},
	} {
		if err := step.do(); err != nil {
			return k, fmt.Errorf("study: %s: %w", step.what, err)
		}
	}
	return k, nil
}

// say prints the sentence of a step and remembers it.
func (k *inquiry) say(p *Place, login, what string) {
	at := p.Config.Now().UTC()
	k.moved = append(k.moved, Step{db.Stamp(at), p.Key, login, what})
	who := p.Self.State()
	if login != "" {
		who += ", " + p.People[login].Name
	}
	fmt.Fprintf(k.out, "%s  %s: %s.\n", at.Format("15:04:05.000"), who, what)
}

// read reads at a place with nobody's scope but the house's.
func (k *inquiry) read(p *Place, f func(tx *db.Tx) error) error {
	return p.DB.Reader.Read(k.ctx, db.House("demo"), f)
}

func (k *inquiry) move(to study.Stage, note string) error {
	var s study.Study
	if err := k.read(k.org, func(tx *db.Tx) (err error) { s, err = study.Find(k.ctx, tx, k.study); return err }); err != nil {
		return err
	}
	return k.org.Studies.Move(k.ctx, k.org.As("amina"), k.study, to, note, s.Version, k.org.Entry())
}

// plan begins the study from the program's data and has its plan adopted.
func (k *inquiry) plan() error {
	o, amina := k.org, k.org.As("amina")
	var err error
	if k.study, err = o.Studies.Begin(k.ctx, amina, "cybercrime", study.Proposal{Synthetic: true, Office: o.Office}, o.Entry()); err != nil {
		return err
	}
	// A second study of the programme stands beside it, as far as its plan.
	if _, err := o.Studies.Begin(k.ctx, amina, "children", study.Proposal{Synthetic: true, Office: o.Office}, o.Entry()); err != nil {
		return err
	}
	k.say(o, "amina", "proposes a study on cybercrime: topics, method and four questionnaires come with the program")
	if err := k.move(study.Designed, ""); err != nil {
		return err
	}
	if err := k.move(study.Adopted, "Topics and method adopted at an invented session (exercise)"); err != nil {
		return err
	}
	k.say(o, "amina", "records that an invented session has adopted topics and method")
	var forms []study.Form
	if err := k.read(o, func(tx *db.Tx) (err error) { forms, err = study.FormsOf(k.ctx, tx, k.study); return err }); err != nil {
		return err
	}
	for _, f := range forms {
		if err := o.Studies.AdoptForm(k.ctx, amina, k.study, f.ID, o.Entry()); err != nil {
			return err
		}
	}
	return nil
}

// frame says who is asked: every Member State and observer, and lists of the other audiences.
func (k *inquiry) frame() error {
	o, amina := k.org, k.org.As("amina")
	if err := o.Studies.FrameStates(k.ctx, amina, k.study, o.Entry()); err != nil {
		return err
	}
	for _, x := range others {
		var list []study.Respondent
		for i := range x.n {
			list = append(list, study.Respondent{Audience: x.audience, Name: fmt.Sprintf("%s %02d (exercise)", x.name, i+1), Lang: language.English})
		}
		if err := o.Studies.AddRespondents(k.ctx, amina, k.study, list, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "amina", "puts 193 Member States, two observers, 40 companies, 16 institutes and 11 organisations into the frame")
	return nil
}

// field begins the asking. Portugal and Morocco are asked at their own nodes.
func (k *inquiry) field() error {
	o, amina := k.org, k.org.As("amina")
	if err := k.deadline(k.org.Config.Now().AddDate(0, 2, 0)); err != nil {
		return err
	}
	if err := k.move(study.Fielding, ""); err != nil {
		return err
	}
	for _, state := range []string{"PRT", "MAR"} {
		r, err := k.respondent(state)
		if err != nil {
			return err
		}
		if err := o.Studies.Invite(k.ctx, amina, k.study, r.ID, study.ByNode, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "amina", "begins to ask; the questionnaire goes to Portugal and Morocco as sealed envelopes")
	return nil
}

func (k *inquiry) deadline(at time.Time) error {
	var s study.Study
	if err := k.read(k.org, func(tx *db.Tx) (err error) { s, err = study.Find(k.ctx, tx, k.study); return err }); err != nil {
		return err
	}
	if s.Opens.IsZero() {
		s.Opens = k.org.Config.Now().AddDate(0, -3, 0)
	}
	s.Deadline = at
	return k.org.Studies.Edit(k.ctx, k.org.As("amina"), k.study, s, k.org.Entry())
}

func (k *inquiry) all() (list []study.Respondent, err error) {
	err = k.read(k.org, func(tx *db.Tx) (err error) { list, err = study.Respondents(k.ctx, tx, k.study); return err })
	return list, err
}

func (k *inquiry) respondent(state string) (study.Respondent, error) {
	list, err := k.all()
	i := slices.IndexFunc(list, func(r study.Respondent) bool { return r.State == state && r.Audience == study.States })
	if err != nil || i < 0 {
		return study.Respondent{}, fmt.Errorf("respondent %s: %w", state, errs.NotFound)
	}
	return list[i], nil
}

// chosen are those for whom the program answers: as many of each region as the list says, without the two that have nodes
// of their own, and everybody of the other audiences.
func (k *inquiry) chosen() ([]study.Respondent, error) {
	list, err := k.all()
	if err != nil {
		return nil, err
	}
	left := map[string]int{}
	for _, x := range answering {
		left[x.region] = x.n
	}
	left["150"]-- // Portugal answers at its own node
	var out []study.Respondent
	for i, r := range list {
		switch {
		case r.Audience != study.States:
			out = append(out, r)
		case r.State == "PRT" || r.State == "MAR" || r.Membership != language.UNMember || left[r.Region] == 0 || i%2 == 0 && left[r.Region] < remaining(list[i+1:], r.Region):
		default:
			left[r.Region]--
			out = append(out, r)
		}
	}
	return out, nil
}

// remaining counts the States of a region that come after.
func remaining(list []study.Respondent, region string) int {
	n := 0
	for _, r := range list {
		if r.Audience == study.States && r.Region == region && r.Membership == language.UNMember && r.State != "PRT" && r.State != "MAR" {
			n++
		}
	}
	return n
}

// words is what the program writes where a question asks for words.
var words = []string{
	"Synthetic answer: nobody said this.", "إجابة اصطناعية: لم يقلها أحد.", "合成答复：无人作此答复。", "Réponse synthétique : personne ne l’a donnée.",
	"Синтетический ответ: его никто не давал.", "Respuesta sintética: nadie la dio.",
}

// answer has one guest, the synthetic desk, answer for all who were chosen.
func (k *inquiry) answer() error {
	list, err := k.chosen()
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := k.answerFor(r); err != nil {
			return fmt.Errorf("%s %s: %w", r.State, r.Name, err)
		}
		k.answered = append(k.answered, r.ID)
	}
	k.say(k.org, "", fmt.Sprintf("a program has answered for %d respondents, as synthetic: nobody gave these answers", len(list)))
	return nil
}

func (k *inquiry) answerFor(r study.Respondent) error {
	o, entry := k.org, k.org.Entry()
	err := o.Studies.Nominate(k.ctx, o.As("oleg"), study.Nomination{
		Study: k.study, Respondent: r.ID, NoteRef: "Synthetic (exercise)",
		People: []study.Someone{{Name: "Synthetic desk (exercise)", Email: "synthetic@example.org", Capacity: "A program", Part: study.FocalPoint}},
	}, nil, entry)
	if err != nil {
		return err
	}
	if _, err := o.Studies.Confirm(k.ctx, o.As("amina"), entry, o.Entry()); err != nil {
		return err
	}
	if err := k.seat(r.ID); err != nil {
		return err
	}
	return k.fill(o, k.desk, r, 100)
}

// seat finds the synthetic desk's account, which the first nomination made; its memberships grow with each.
func (k *inquiry) seat(respondent id.ID) error {
	return k.read(k.org, func(tx *db.Tx) error {
		seats, err := study.Seats(k.ctx, tx, respondent)
		if err != nil {
			return err
		}
		a, err := access.Find(k.ctx, tx, seats[0].Person)
		k.desk = a.Person
		k.desk.Confirmed = k.org.Config.Now().Add(-time.Second)
		return err
	})
}

// fill answers a respondent's questionnaire, to a share of its sections, and submits it when that is all of them.
func (k *inquiry) fill(p *Place, who access.Person, r study.Respondent, share int) error {
	var form study.Fielded
	if err := k.read(p, func(tx *db.Tx) (err error) { form, err = p.Studies.Fielded(k.ctx, tx, k.study, r.Audience); return err }); err != nil {
		return err
	}
	now := p.Config.Now()
	a, none, err := answerForm(form.Form, string(r.Audience)+r.State+r.Name, words, now)
	if err != nil {
		return err
	}
	if err := propose(form.Form, a, none, r); err != nil {
		return err
	}
	marks := map[string]response.Mark{}
	for path, why := range none {
		marks[path] = response.Mark{Missing: why}
	}
	for _, d := range form.Form.Eval(a, now).Doubts() { // what a check finds unusual is explained
		marks[d.Path] = response.Mark{Note: "The two numbers were counted in different years (synthetic)."}
	}
	answers := response.FileOf(form.Form, a, marks, now)
	sections := form.Form.Sections
	if share < 100 {
		sections = sections[:max(1, len(sections)*share/100)]
		for path := range answers {
			if it := form.Form.Item("/" + bare(path)); it == nil || !slices.ContainsFunc(sections, func(s instrument.Section) bool { return s.Name == it.Section }) {
				delete(answers, path)
			}
		}
	}
	if _, err := p.Responses.Import(k.ctx, who, r.ID, response.File{Name: "synthetic.json", Answers: answers}, p.Entry()); err != nil {
		return err
	}
	for _, s := range form.Form.Eval(a, now).Sections() {
		if !s.Relevant || share < 100 {
			continue
		}
		if err := p.Responses.Ready(k.ctx, who, r.ID, s.Name, true, p.Entry()); err != nil {
			return fmt.Errorf("section %s: %v: %w", s.Name, errs.Fields(err), err)
		}
	}
	if share < 100 {
		return nil
	}
	for _, step := range []func() error{
		func() error { return p.Responses.Offer(k.ctx, who, r.ID, p.Entry()) },
		func() error { return p.Responses.Clear(k.ctx, who, r.ID, level(r), p.Entry()) },
		func() error { return p.Responses.Submit(k.ctx, who, r.ID, p.Entry()) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// level varies how far the synthetic answers may be shown, so that what is kept back can be seen.
func level(r study.Respondent) response.Level {
	levels := []response.Level{response.Full, response.Full, response.Full, response.Partial, response.Statistical}
	return levels[(len(r.Name)+len(r.State)+int(r.Name[0]))%len(levels)]
}

// bare is a path without the numbers of repeats.
func bare(path string) string {
	var b strings.Builder
	in := false
	for _, c := range path {
		switch {
		case c == '[':
			in = true
		case c == ']':
			in = false
		case !in:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// ownNodes has Portugal answer at its own node, and Morocco begin to.
func (k *inquiry) ownNodes() error {
	for _, x := range []struct {
		place               *Place
		state, head, answer string
		share               int
	}{{k.pt, "PRT", "teresa", "marta", 100}, {k.ma, "MAR", "salma", "hind", 40}} {
		r, err := k.respondent(x.state)
		if err != nil {
			return err
		}
		if err := k.until(func() (there bool, err error) {
			err = k.read(x.place, func(tx *db.Tx) error {
				list, err := study.List(k.ctx, tx)
				there = len(list) > 0
				return err
			})
			return there, err
		}); err != nil {
			return err
		}
		who := x.place.People[x.answer]
		people := []study.Someone{{Name: who.Name, Email: x.answer + "@example.org", Capacity: "Exercise", Part: study.FocalPoint, Colleague: who.ID}}
		if err := x.place.Studies.Name(k.ctx, x.place.As(x.head), k.study, r.ID, people, "Exercise", x.place.Entry()); err != nil {
			return err
		}
		k.say(x.place, x.head, "names who answers for this State")
		if err := k.fill(x.place, x.place.As(x.answer), r, x.share); err != nil {
			return err
		}
	}
	k.say(k.pt, "marta", "clears the response with a signature and submits it as a sealed envelope")
	k.say(k.ma, "hind", "has answered some sections (synthetic)")
	return k.until(func() (there bool, err error) {
		err = k.read(k.org, func(tx *db.Tx) error {
			list, err := k.org.Responses.Submitted(k.ctx, tx, k.study)
			there = slices.ContainsFunc(list, func(x response.Submission) bool { return x.Respondent.State == "PRT" })
			return err
		})
		return there, err
	})
}

// until waits for another node.
func (k *inquiry) until(f func() (bool, error)) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done, err := f(); done || err != nil {
			return err
		}
	}
	return fmt.Errorf("not within %v: %w", patience, errs.Unavailable)
}

// close ends the asking: the deadline passes, and Morocco is let answer later.
func (k *inquiry) close() error {
	o, amina := k.org, k.org.As("amina")
	if err := k.deadline(o.Config.Now().Add(50 * time.Millisecond)); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	if err := k.move(study.Closed, ""); err != nil {
		return err
	}
	r, err := k.respondent("MAR")
	if err != nil {
		return err
	}
	if err := o.Studies.LetAnswerLate(k.ctx, amina, k.study, r.ID, o.Config.Now().AddDate(0, 1, 0), "A ministry asked for time (exercise)", o.Entry()); err != nil {
		return err
	}
	k.say(o, "amina", "closes the asking and lets Morocco answer a month later")
	return nil
}

// count accepts the responses, freezes them and puts tables out.
func (k *inquiry) count() error {
	o, amina := k.org, k.org.As("amina")
	var list []response.Submission
	if err := k.read(o, func(tx *db.Tx) (err error) { list, err = o.Responses.Submitted(k.ctx, tx, k.study); return err }); err != nil {
		return err
	}
	for _, x := range list {
		if err := o.Responses.Validate(k.ctx, amina, x.ID, o.Entry()); err != nil {
			return err
		}
	}
	var err error
	if k.data, err = o.Data.Freeze(k.ctx, amina, k.study, o.Entry()); err != nil {
		return err
	}
	k.say(o, "amina", fmt.Sprintf("accepts %d responses and freezes them as a dataset", len(list)))
	if err := k.move(study.Analysed, ""); err != nil {
		return err
	}
	for _, t := range []dataset.Table{
		{Audience: study.States, Item: "coordination/strategy", By: "region"}, {Audience: study.States, Item: "coordination/trend"},
		{Audience: study.States, Item: "legislation/law_form"}, {Audience: study.States, Item: "coordination/threats"},
	} {
		entry := o.Entry()
		if err := o.Data.Publish(k.ctx, amina, k.study, t, entry); err != nil {
			return err
		}
		k.tables[t.Item] = entry
	}
	k.say(o, "amina", "puts four tables out; what could tell a protected answer is kept back")
	return nil
}
