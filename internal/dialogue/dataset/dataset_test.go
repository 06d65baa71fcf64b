package dataset_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var ctx = context.Background()

// form is an invented questionnaire.
func form(t testing.TB) *instrument.Instrument {
	t.Helper()
	in, err := instrument.LoadWhole(fstest.MapFS{
		"q/form.csv": {Data: []byte("type,name,label,section,relevant,allow\n" +
			"select_one yn,law,Is there a law?,one,,not_known confidential\n" +
			"select_multiple act,acts,Which acts does it cover?,one,${law} = 'yes',\n" +
			"integer,requests,How many requests were sent?,one,,not_known not_available\n" +
			"text,why,Why?,one,,\n" +
			"select_one yn,other,Is there another law?,one,,\n")},
		"q/choices.csv":  {Data: []byte("list_name,name,label\nyn,yes,Yes\nyn,no,No\nact,a,Access\nact,b,Fraud\n")},
		"q/sections.csv": {Data: []byte("name,label\none,One\n")},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries,1.0.0,Bakeries\n")},
	}, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var regions = []string{"002", "019", "142", "150", "009"}

// content makes invented data: n respondents, answers by number; change may alter a row.
func content(t testing.TB, n int, change func(i int, r *dataset.Row, a *instrument.Answers)) *dataset.Content {
	t.Helper()
	in := form(t)
	b, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	sum := canonical.Sum(b)
	c := dataset.Content{
		Format: dataset.Format, Study: "01JC0000000000000000000000", Code: "bakeries", Title: map[language.Tag]string{"en": "Bakeries (exercise)"}, Synthetic: true,
		Forms: []dataset.FormOf{{Audience: study.States, Hash: sum, Canonical: b}}, Frame: []dataset.Framed{}, Rows: []dataset.Row{},
	}
	for i := range n {
		a := instrument.NewAnswers()
		set := func(path, value string) {
			if err := a.Set(path, value); err != nil {
				t.Fatal(err)
			}
		}
		set("law", []string{"yes", "no"}[i%2])
		if i%2 == 0 {
			set("acts", []string{"a", "a b"}[i/2%2])
		}
		set("requests", fmt.Sprint(10*i))
		r := dataset.Row{
			Respondent: id.ID(fmt.Sprintf("01JC%022d", i)), Audience: study.States, State: "", Name: fmt.Sprintf("Synthetic %d", i), Region: regions[i%5], Revision: 1,
			Form: sum, Level: "full", Marks: map[string]response.Mark{}, Sealed: []string{},
		}
		if change != nil {
			change(i, &r, &a)
		}
		if r.Answers, err = a.Bytes(); err != nil {
			t.Fatal(err)
		}
		c.Rows = append(c.Rows, r)
		c.Frame = append(c.Frame, dataset.Framed{ID: r.Respondent, Audience: study.States, State: "KEN", Region: r.Region, Member: true, Answered: true, FactPublic: true})
	}
	whole, err := canonical.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	read, err := dataset.Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func law(by string) dataset.Table { return dataset.Table{Audience: study.States, Item: "law", By: by} }

func TestCount(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, a *instrument.Answers) {
		if i == 3 {
			_ = a.Set("law", "")
			r.Marks["law"] = response.Mark{Missing: response.NotKnown}
		}
		if i == 5 {
			_ = a.Set("law", "")
		}
		if i == 7 {
			_ = a.Set("law", "")
			r.Sealed = []string{"law"}
		}
	})
	r, err := c.Count(law("region"))
	if err != nil {
		t.Fatal(err)
	}
	all := r.Group(dataset.Whole)
	if all.Answered != 17 || all.Cells[0].N != 10 || all.Cells[0].Share != "59" || all.Cells[1].N != 7 || all.Cells[1].Share != "41" {
		t.Errorf("everybody: %+v, want 10 and 7 of 17", all)
	}
	if r.Without != (dataset.Without{NoAnswer: 1, NotKnown: 1, Sealed: 1}) {
		t.Errorf("without an answer: %+v", r.Without)
	}
	several, err := c.Count(dataset.Table{Audience: study.States, Item: "acts"})
	if err != nil {
		t.Fatal(err)
	}
	if w := several.Group(dataset.Whole); w.Answered != 10 || w.Cells[0].N != 10 || w.Cells[1].N != 5 || several.Without.NotAsked != 10 {
		t.Errorf("several answers: %+v, %+v", w, several.Without)
	}
	numbers, err := c.Count(dataset.Table{Audience: study.States, Item: "requests"})
	if err != nil {
		t.Fatal(err)
	}
	if w := numbers.Group(dataset.Whole); w.Mean != "95" || w.Median != "95" || w.Sum != "1900" {
		t.Errorf("numbers: %+v", w)
	}
	for _, bad := range []dataset.Table{{Audience: study.States, Item: "why"}, {Audience: study.States, Item: "none"}, {Audience: study.IGO, Item: "law"}, law("why"), law("law")} {
		if _, err := c.Count(bad); !errors.Is(err, errs.Invalid) {
			t.Errorf("Count(%+v): %v, want errs.Invalid", bad, err)
		}
	}
}

// TestC2: what was answered in another language counts once: answers are codes.
func TestC2(t *testing.T) {
	c := content(t, 12, func(i int, r *dataset.Row, _ *instrument.Answers) {
		r.Marks["law"] = response.Mark{Lang: []string{"ar", "zh", "ru"}[i%3]}
	})
	r, err := c.Count(law(""))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Columns) != 2 || r.Group(dataset.Whole).Cells[0].N != 6 {
		t.Errorf("columns %+v, everybody %+v", r.Columns, r.Group(dataset.Whole))
	}
}

// TestProtected: a single protected answer in a region is not shown, and can't be had from the rest.
func TestProtected(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, _ *instrument.Answers) {
		if i == 0 {
			r.Marks["law"] = response.Mark{Confidential: response.AggregateOnly}
		}
	})
	r, err := c.Count(law("region"))
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, g := range r.Rows {
		for _, x := range g.Cells {
			if x.Hidden() {
				kept++
				if x.N != 0 || x.Share != "" {
					t.Errorf("%s: what is kept back is there: %+v", g.Code, x)
				}
			}
		}
	}
	if kept < 2 {
		t.Errorf("%d counts are kept back, want the one and what it could be had from: %+v", kept, r.Rows)
	}
	b, err := r.CSV(func(s string) string { return s }, printer(t))
	if err != nil || !bytes.Contains(b, []byte(":")) {
		t.Errorf("the file doesn't show what is kept back as \":\": %s, %v", b, err)
	}
}

func printer(t testing.TB) *language.Printer {
	t.Helper()
	catalog, err := language.Load(dataset.Words())
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Get("en")
}

// TestFiles: CSV, DDI and the system file tell the same, in codes.
func TestFiles(t *testing.T) {
	c := content(t, 6, func(i int, r *dataset.Row, a *instrument.Answers) {
		if i == 1 {
			_ = a.Set("requests", "")
			r.Marks["requests"] = response.Mark{Missing: response.NotAvailable}
		}
	})
	b, err := c.CSV(study.States)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[0][5:], " "); got != "law acts_a acts_b requests why other" {
		t.Errorf("columns %q", got)
	}
	if got := strings.Join(rows[2][5:], " "); got != "no -1 -1 -7 -2 -2" {
		t.Errorf("the second row %q", got)
	}
	d, err := c.DDI(study.States, printer(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string]string{"state.csv": "yes no", "state.sav": "1 2"} {
		if got := described(t, d, name); strings.Join(got.names, " ") != strings.Join(rows[0], " ") || got.answers["law"] != values || got.vars != len(rows[0]) {
			t.Errorf("the codebook of %s: %d variables %v, law is %q; want those of the file, and %q", name, got.vars, got.names, got.answers["law"], values)
		}
	}
	if !bytes.Contains(d, []byte("Synthetic: these answers were made by a program.")) {
		t.Error("DDI doesn't say that the data are synthetic")
	}
}

// inFile is what a codebook says of one file.
type inFile struct {
	vars    int
	names   []string
	answers map[string]string // of a variable, without those that stand for no answer
}

func described(t *testing.T, d []byte, name string) inFile {
	t.Helper()
	var book struct {
		Files []struct {
			ID   string `xml:"ID,attr"`
			Name string `xml:"fileTxt>fileName"`
			Vars int    `xml:"fileTxt>dimensns>varQnty"`
		} `xml:"fileDscr"`
		Vars []struct {
			Name       string `xml:"name,attr"`
			Files      string `xml:"files,attr"`
			Categories []struct {
				Missing string `xml:"missing,attr"`
				Value   string `xml:"catValu"`
			} `xml:"catgry"`
		} `xml:"dataDscr>var"`
	}
	if err := xml.Unmarshal(d, &book); err != nil {
		t.Fatal(err)
	}
	x := inFile{answers: map[string]string{}}
	for _, f := range book.Files {
		if f.Name != name {
			continue
		}
		x.vars = f.Vars
		for _, v := range book.Vars {
			if !slices.Contains(strings.Fields(v.Files), f.ID) {
				continue
			}
			x.names = append(x.names, v.Name)
			var values []string
			for _, k := range v.Categories {
				if k.Missing == "" {
					values = append(values, k.Value)
				}
			}
			x.answers[v.Name] = strings.Join(values, " ")
		}
	}
	return x
}

// TestTextThatLooksLikeACode: a text of which all is "-2" is an answer in the system file, not the code of why there is none.
func TestTextThatLooksLikeACode(t *testing.T) {
	c := content(t, 2, func(i int, _ *dataset.Row, a *instrument.Answers) {
		if i == 0 {
			_ = a.Set("why", "-2 (synthetic)")
			return
		}
		_ = a.Set("why", "-2")
	})
	b, err := c.SAV(study.States, printer(t))
	if err != nil || bytes.Count(b, []byte("-2 ")) != 2 {
		t.Errorf("%d texts of two stand in the file, %v", bytes.Count(b, []byte("-2 ")), err)
	}
}

// each runs f with a node of each database.
func each(t *testing.T, f func(t *testing.T, kind string, n *nodetest.Node)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, kind, nodetest.New(t, "AT", nodetest.Options{Kind: kind})) })
	}
}

// stored puts a dataset's content into the node, as a freeze would, for a study that it makes.
func stored(t testing.TB, n *nodetest.Node, c *dataset.Content, st, at id.ID) {
	t.Helper()
	c.Study = "01JC0000000000000000000000"
	b, err := canonical.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	err = n.DB.Writer.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO dataset (id, study_id, hash, responses, content, frozen_by, frozen_at) VALUES (?, ?, ?, ?, ?, '', ?)`,
			at, st, canonical.Sum(b), len(c.Rows), b, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestC6: everything that comes of a dataset is the same, byte for byte, twice and from either database.
func TestC6(t *testing.T) {
	var first []dataset.File
	each(t, func(t *testing.T, kind string, n *nodetest.Node) {
		st := id.ID("01JD0000000000000000000000")
		stored(t, n, content(t, 20, nil), st, n.Entry())
		for _, table := range []dataset.Table{law("region"), law(""), {Audience: study.States, Item: "acts"}, {Audience: study.States, Item: "requests", By: "region"}} {
			if err := n.Data.Publish(ctx, n.As("manager"), st, table, n.Entry()); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			var files []dataset.File
			err := n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
				x, err := dataset.Newest(ctx, tx, st)
				if err != nil {
					return err
				}
				c, err := dataset.Load(ctx, tx, x.ID)
				if err != nil {
					return err
				}
				out, err := dataset.Out(ctx, tx, st)
				if err != nil {
					return err
				}
				files, err = n.Data.Reproduce(c, out, n.Catalog.Get("ar"), 2012)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = files
				var names []string
				for _, f := range files {
					names = append(names, f.Name)
				}
				for _, want := range []string{"state.csv", "state.sav", "state.ddi.xml", "dataset.xlsx", "table-004.svg", "map.svg"} {
					if !slices.Contains(names, want) {
						t.Errorf("%s is missing among %v", want, names)
					}
				}
			}
			for i, f := range files {
				if f.Name != first[i].Name || !bytes.Equal(f.Data, first[i].Data) {
					t.Errorf("%s: %s differs", kind, f.Name)
				}
			}
		}
	})
}

// TestC7: when one answer changes, exactly the findings that rest on it are flagged.
func TestC7(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		st := id.ID("01JD0000000000000000000001")
		stored(t, n, content(t, 20, nil), st, n.Entry())
		m := n.As("manager")
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		publish := func(table dataset.Table) id.ID {
			t.Helper()
			entry := n.Entry()
			ok(n.Data.Publish(ctx, m, st, table, entry))
			return entry
		}
		laws, requests := publish(law("")), publish(dataset.Table{Audience: study.States, Item: "requests"})
		write := func(text string) id.ID {
			t.Helper()
			entry := n.Entry()
			ok(n.Data.Write(ctx, m, dataset.Finding{Study: st, Kind: "finding", Lang: "en", Text: text}, entry))
			return entry
		}
		a, b := write("In 50 per cent of the responses there is a law (synthetic)."), write("On average 95 requests were sent (synthetic).")
		wrong := n.Data.Bind(ctx, m, a, dataset.Claim{Quote: "In 50 per cent", Kind: "table", Table: laws, Group: dataset.Whole, Code: "yes", Stat: "n"}, n.Entry())
		if f := errs.Fields(wrong); len(f) != 1 || f[0].Args["value"] != "10" {
			t.Errorf("words that say another number: %v", wrong)
		}
		ok(n.Data.Bind(ctx, m, a, dataset.Claim{Quote: "In 50 per cent", Kind: "table", Table: laws, Group: dataset.Whole, Code: "yes", Stat: "share"}, n.Entry()))
		ok(n.Data.Bind(ctx, m, b, dataset.Claim{Quote: "95 requests", Kind: "table", Table: requests, Group: dataset.Whole, Stat: "mean"}, n.Entry()))
		problems := func() map[id.ID][]dataset.Problem {
			t.Helper()
			found := map[id.ID][]dataset.Problem{}
			ok(n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
				x, err := dataset.Newest(ctx, tx, st)
				if err != nil {
					return err
				}
				c, err := dataset.Load(ctx, tx, x.ID)
				if err != nil {
					return err
				}
				out, err := dataset.Out(ctx, tx, st)
				if err != nil {
					return err
				}
				list, err := dataset.Findings(ctx, tx, st)
				for _, f := range list {
					if p := c.Check(f, out); len(p) > 0 {
						found[f.ID] = p
					}
				}
				return err
			}))
			return found
		}
		if p := problems(); len(p) != 0 {
			t.Fatalf("before anything changed: %+v", p)
		}
		ok(n.Data.Review(ctx, n.As("editor"), a, n.Entry()))
		stored(t, n, content(t, 20, func(i int, _ *dataset.Row, x *instrument.Answers) {
			if i == 1 {
				ok(x.Set("requests", "11"))
			}
		}), st, n.Entry())
		p := problems()
		if len(p) != 1 || len(p[b]) != 1 || p[b][0].Code != "wrong" || p[b][0].Now == "95" {
			t.Errorf("after one number of requests changed: %+v, want the finding on requests alone", p)
		}
		if err := n.Data.Review(ctx, n.As("editor"), b, n.Entry()); !errors.Is(err, errs.Conflict) {
			t.Errorf("a finding whose number is wrong is reviewed: %v", err)
		}
		// Two answers that change places leave every number as it was: what rests on them is looked at again.
		stored(t, n, content(t, 20, func(i int, _ *dataset.Row, x *instrument.Answers) {
			if i < 2 {
				ok(x.Set("law", []string{"no", "yes"}[i]))
			}
		}), st, n.Entry())
		if p := problems(); len(p) != 1 || p[a][0].Code != "stale" {
			t.Errorf("after two answers changed places: %+v, want the finding on laws as stale", p)
		}
		if got := write("Some 7 States say so, as in A/RES/65/230 of 2010 (synthetic)."); len(problems()[got]) != 1 || problems()[got][0].Code != "unbound" {
			t.Errorf("an unbound number: %+v", problems()[got])
		}
	})
}

func TestReadRefuses(t *testing.T) {
	for _, s := range []string{"", "{}", `{"format":"comity/dataset/2"}`} {
		if _, err := dataset.Read([]byte(s)); !errors.Is(err, errs.Invalid) {
			t.Errorf("Read(%q): %v, want errs.Invalid", s, err)
		}
	}
	var c map[string]any
	b, err := canonical.Marshal(content(t, 1, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	c["forms"] = []any{}
	b, err = canonical.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.Read(b); !errors.Is(err, errs.Invalid) {
		t.Errorf("a dataset without its questionnaire: %v", err)
	}
}
