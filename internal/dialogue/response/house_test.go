package response_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var ctx = context.Background()

// house is a node with its clock in the test's hand.
type house struct {
	*testing.T
	*nodetest.Node
	ahead atomic.Int64
	study id.ID // the one that was fielded last
}

func each(t *testing.T, f func(*house)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(newHouse(t, kind, "AT")) })
	}
}

func newHouse(t *testing.T, kind, state string) *house {
	h := &house{T: t}
	h.Node = nodetest.New(t, state, nodetest.Options{Kind: kind, Now: h.clock})
	return h
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) refused(what string, err, kind error) {
	h.Helper()
	if !errors.Is(err, kind) {
		h.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func (h *house) read(f func(tx *db.Tx) error) {
	h.Helper()
	h.ok(h.DB.Reader.Read(ctx, db.House("test"), f))
}

// sections of the invented questionnaire: five agencies answer one each.
var sections = []string{"police", "justice", "courts", "centre", "school"}

// form is an invented questionnaire in six languages: each section has a number, a choice and a remark that hangs on it.
func form(t testing.TB, version, without string) *instrument.Instrument {
	t.Helper()
	rows := "type,name,label,section,relevant,required,constraint,allow\n"
	heads := "name,label\n"
	texts := []string{"Bakeries", "Yes", "No"}
	for _, s := range sections {
		rows += "integer," + s + "_ovens,How many ovens has " + s + "?," + s + ",,true(),. >= 0,not_known not_available confidential\n" +
			"select_one yn," + s + "_law,Is there a law for " + s + "?," + s + ",,true(),,not_known\n" +
			"text," + s + "_why,Why has " + s + " a law?," + s + ",${" + s + "_law} = 'yes',,,\n"
		heads += s + ",Section " + s + "\n"
		texts = append(texts, "How many ovens has "+s+"?", "Is there a law for "+s+"?", "Why has "+s+" a law?", "Section "+s)
	}
	files := fstest.MapFS{
		"q/form.csv":     {Data: []byte(leftOut(rows, without))},
		"q/choices.csv":  {Data: []byte("list_name,name,label\nyn,yes,Yes\nyn,no,No\n")},
		"q/sections.csv": {Data: []byte(heads)},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries," + version + ",Bakeries\n")},
	}
	if without != "" {
		texts = slices.DeleteFunc(texts, func(m string) bool { return m == "How many ovens has police?" })
	}
	for _, tag := range language.Official() {
		if tag == "en" {
			continue
		}
		var po strings.Builder
		po.WriteString("msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n")
		for _, m := range texts {
			po.WriteString("\nmsgid \"" + m + "\"\nmsgstr \"" + string(tag) + " " + m + "\"\n")
		}
		files["q/po/"+string(tag)+".po"] = &fstest.MapFile{Data: []byte(po.String())}
	}
	in, err := instrument.LoadWhole(files, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func leftOut(rows, name string) string {
	if name == "" {
		return rows
	}
	return strings.Join(slices.DeleteFunc(strings.SplitAfter(rows, "\n"), func(l string) bool { return strings.Contains(l, ","+name+",") }), "")
}

func formWithout(t testing.TB, name string) *instrument.Instrument { return form(t, "2.0.0", name) }

// fielded makes an invented study that asks States, and returns the respondent of Kenya.
func (h *house) fielded() (n id.ID, ken study.Respondent) {
	h.Helper()
	return h.fieldedAs("bakeries", form(h.T, "1.0.0", ""))
}

// fieldedAs is the same for a study of its own code and questionnaire.
func (h *house) fieldedAs(code string, in *instrument.Instrument) (n id.ID, ken study.Respondent) {
	h.Helper()
	m := h.As("manager")
	n, err := h.Studies.Propose(ctx, m, study.Proposal{
		Code: code, Title: map[language.Tag]string{"en": "Ransomware in bakeries (exercise)"}, Mandates: []string{"A/RES/65/230#9"}, Synthetic: true, Office: h.Office,
	}, h.Entry())
	h.ok(err)
	p, _ := study.ParsePlan("picture: The global picture", "States are asked.", "")
	p.Version = 2
	h.ok(h.Studies.EditPlan(ctx, m, n, p, h.Entry()))
	h.move(n, study.Designed, "")
	h.move(n, study.Adopted, "Adopted at an invented session (exercise)")
	h.adopt(n, in)
	h.ok(h.Studies.FrameStates(ctx, m, n, h.Entry()))
	to := h.find(n)
	to.Opens, to.Deadline = h.clock().AddDate(0, -1, 0), h.clock().AddDate(0, 1, 0)
	h.ok(h.Studies.Edit(ctx, m, n, to, h.Entry()))
	h.move(n, study.Fielding, "")
	return n, h.state(n, "KEN")
}

func (h *house) adopt(n id.ID, in *instrument.Instrument) {
	h.Helper()
	entry := h.Entry()
	h.ok(h.Studies.AddForm(ctx, h.As("manager"), n, study.States, in, entry))
	h.ok(h.Studies.AdoptForm(ctx, h.As("manager"), n, entry, h.Entry()))
}

func (h *house) move(n id.ID, to study.Stage, note string) {
	h.Helper()
	h.ok(h.Studies.Move(ctx, h.As("manager"), n, to, note, h.find(n).Version, h.Entry()))
}

func (h *house) find(n id.ID) (s study.Study) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { s, err = study.Find(ctx, tx, n); return err })
	return s
}

func (h *house) state(n id.ID, iso3 string) (found study.Respondent) {
	h.Helper()
	h.read(func(tx *db.Tx) error {
		all, err := study.Respondents(ctx, tx, n)
		for _, r := range all {
			if r.State == iso3 {
				found = r
			}
		}
		return err
	})
	return found
}

// answering gives the respondent a focal point who is a guest of this node, and a section editor for each section.
func (h *house) answering(n id.ID, r study.Respondent) (focal access.Person, editors map[string]access.Person) {
	h.Helper()
	entry := h.Entry()
	h.ok(h.Studies.Nominate(ctx, h.As("editor"), study.Nomination{
		Study: n, Respondent: r.ID, NoteRef: "NV (exercise)", People: []study.Someone{{Name: "Focal point (exercise)", Email: "focal@example.org", Part: study.FocalPoint}},
	}, nil, entry))
	_, err := h.Studies.Confirm(ctx, h.As("manager"), entry, h.Entry())
	h.ok(err)
	focal = h.seated(r.ID, "focal@example.org")
	editors = map[string]access.Person{}
	for _, s := range sections {
		_, err := h.Studies.GiveSeat(ctx, focal, r.ID, study.Someone{Name: "Editor of " + s + " (exercise)", Email: s + "@example.org", Part: study.Contributor}, []string{s}, h.Entry())
		h.ok(err)
		editors[s] = h.seated(r.ID, s+"@example.org")
	}
	return focal, editors
}

// seated is a person of the respondent, who has shown a factor just now.
func (h *house) seated(respondent id.ID, email string) (p access.Person) {
	h.Helper()
	h.read(func(tx *db.Tx) error {
		seats, err := study.Seats(ctx, tx, respondent)
		for _, s := range seats {
			if s.Email == email {
				a, err := access.Find(ctx, tx, s.Person)
				if err != nil {
					return err
				}
				p = a.Person
				p.Confirmed = h.clock().Add(-time.Second)
			}
		}
		return err
	})
	return p
}

// agency is the file that the agency of a section sends back.
func agency(section string) response.File {
	return response.File{
		Name: section + ".xlsx", Sections: []string{section}, Base: map[string]response.Answer{},
		Answers: map[string]response.Answer{
			section + "_ovens": {Value: "7", Mark: response.Mark{Period: "2025", SourceKind: "register"}},
			section + "_law":   {Value: "yes"},
			section + "_why":   {Value: "Because of " + section, Mark: response.Mark{Lang: "en"}},
		},
	}
}
