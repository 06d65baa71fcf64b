package practice

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/stats"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/picture"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of practice.
func Pages() web.Pages { return web.Pages{Name: "practice", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "practice", FS: shown} }

// Routes registers the pages of practice.
func (q *Practice) Routes(m *web.Mux) {
	m.Get("/practice", "practice.view", q.show)
	m.Get("/practice/{direction}/{year}/waits.svg", "practice.view", q.picture)
	m.Get("/practice/{direction}/{year}/practice.csv", "practice.view", q.file)
}

// yearsBack is how many calendar years are offered. Only whole years are: two spans that overlap could be subtracted.
const yearsBack = 5

type view struct {
	Direction request.Direction
	Year      int
	Figures   Figures
}

// read counts what was chosen: a direction and a calendar year.
func (q *Practice) read(r *web.Request, direction, year string) (v view, err error) {
	v.Direction, v.Year = request.Direction(direction), r.Now().Year()
	if v.Direction != request.In {
		v.Direction = request.Out
	}
	if y, err := strconv.Atoi(year); err == nil && y <= v.Year && y > v.Year-yearsBack {
		v.Year = y
	} else if year != "" {
		return v, fmt.Errorf("practice of the year %s: %w", year, errs.NotFound)
	}
	from := time.Date(v.Year, 1, 1, 0, 0, 0, 0, time.UTC)
	err = q.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error {
		return q.Desk.See(r.Ctx(), tx, r.Person, "practice.view", id.NewRef("practice", ""))
	})
	if err != nil {
		return v, err
	}
	// Counting reads every request; nothing of a single one is told.
	err = q.Read.Read(r.Ctx(), db.House("practice"), func(tx *db.Tx) (err error) {
		v.Figures, err = q.Figures(r.Ctx(), tx, v.Direction, from, from.AddDate(1, 0, 0))
		return err
	})
	return v, err
}

// StepName returns what a wait is for: a message of the catalogue.
func StepName(step string) string {
	switch step {
	case "acknowledged":
		return language.M("Until the first answer")
	case "decided":
		return language.M("Until accepted or refused")
	}
	return language.M("Until the first evidence")
}

func trackName(t string) string {
	switch t {
	case "formal":
		return language.M("Formal requests")
	case "informal":
		return language.M("Informal, from police to police")
	case "direct":
		return language.M("Directly to a provider")
	case "emergency":
		return language.M("In an emergency")
	}
	return t
}

type page struct {
	view
	Directions []web.Link
	Years      []web.Link
	At         string
	Few        bool
	Waits      web.Table
	Rules      web.Table
	Grounds    web.Table
	Tracks     web.Table
	Baselines  web.Table
	Exercise   bool
}

func (q *Practice) show(r *web.Request) error {
	v, err := q.read(r, r.Query("direction"), r.Query("year"))
	if err != nil {
		return err
	}
	p := page{view: v, Few: !v.Figures.Shown, Exercise: q.Exercise, At: fmt.Sprintf("/practice/%s/%d", v.Direction, v.Year)}
	link := func(text string, direction request.Direction, year int) web.Link {
		if direction == v.Direction && year == v.Year {
			return web.Link{Text: text}
		}
		return web.Link{Text: text, Href: fmt.Sprintf("/practice?direction=%s&year=%d", direction, year)}
	}
	p.Directions = []web.Link{link(r.T("What we ask"), request.Out, v.Year), link(r.T("What we are asked"), request.In, v.Year)}
	for y := range yearsBack {
		year := r.Now().Year() - y
		p.Years = append(p.Years, link(strconv.Itoa(year), v.Direction, year))
	}
	p.Waits, p.Rules, p.Grounds, p.Tracks = Tables(r, v.Figures)
	p.Baselines = baselines(r)
	return r.Page("practice/show", p)
}

// Tables shows figures as tables: the waits, and what was asked back, refused and by which way. Their words are those of
// [Words].
func Tables(r *web.Request, f Figures) (waits, rules, grounds, tracks web.Table) {
	waits = web.Table{Caption: r.T("How long it takes, with those that still wait"), Columns: []web.Column{
		{Label: r.T("What is waited for")}, {Label: r.T("Requests"), Numeric: true}, {Label: r.T("Median, days"), Numeric: true}, {Label: r.T("95 % interval"), Numeric: true}}}
	for _, m := range Marks() {
		waits.Columns = append(waits.Columns, web.Column{Label: r.T("within {n} days", "n", strconv.Itoa(m)), Numeric: true})
	}
	for _, w := range f.Waits {
		row := []any{r.T(StepName(w.Step))}
		if !w.Shown {
			row = append(row, ":", ":", ":")
			for range Marks() {
				row = append(row, ":")
			}
		} else {
			row = append(row, strconv.Itoa(w.N), value(r, w.Curve.Median, 1), value(r, w.Curve.Low, 1)+" – "+value(r, w.Curve.High, 1))
			for _, d := range w.Days {
				row = append(row, value(r, d, 0)+" %")
			}
		}
		waits.Rows = append(waits.Rows, row)
	}
	count := func(caption, what string, all []Count, name func(string) string) web.Table {
		t := web.Table{Caption: caption, Columns: []web.Column{{Label: what}, {Label: r.T("Requests"), Numeric: true}}, Empty: r.T("Nothing yet.")}
		for _, c := range all {
			n := ":"
			if c.Shown {
				n = strconv.Itoa(c.N)
			}
			t.Rows = append(t.Rows, []any{name(c.Code), n})
		}
		return t
	}
	same := func(s string) string { return s }
	rules = count(r.T("What was asked back, by rule"), r.T("Rule"), f.Rules, same)
	grounds = count(r.T("Refusals, by ground"), r.T("Ground"), f.Grounds, same)
	tracks = count(r.T("By which way"), r.T("Way"), f.Tracks, func(s string) string { return r.T(trackName(s)) })
	return waits, rules, grounds, tracks
}

func baselines(r *web.Request) web.Table {
	t := web.Table{Caption: r.T("What others have published"), Columns: []web.Column{{Label: r.T("What")}, {Label: r.T("Value")}, {Label: r.T("Source")}}}
	for _, b := range Baselines() {
		t.Rows = append(t.Rows, []any{r.T(b.What), r.T(b.Value), b.Source})
	}
	return t
}

// value shows a figure, or a line where it isn't known yet.
func value(r *web.Request, v stats.Value, decimals int) string {
	if v.Why != nil {
		return "–"
	}
	return r.Printer.Decimal(v.X, decimals)
}

// picture draws the shares of requests that were decided within so many days.
func (q *Practice) picture(r *web.Request) error {
	v, err := q.read(r, r.Value("direction"), r.Value("year"))
	if err != nil {
		return err
	}
	p := r.Printer
	spec := picture.BarsSpec{Max: 100, Frame: picture.Frame{
		Lang: p.Tag(), Title: p.T("Share accepted or refused within so many days"), Desc: p.T("Bars of shares; the table beside them says the same."),
		Source: p.T("From this node’s messages of {year}; requests that still wait are counted as waiting.", "year", strconv.Itoa(v.Year)),
	}}
	for _, w := range v.Figures.Waits {
		if w.Step != "decided" {
			continue
		}
		for i, m := range Marks() {
			bar := picture.Bar{Label: p.T("within {n} days", "n", strconv.Itoa(m)), Suppressed: true}
			if w.Shown && w.Days[i].Why == nil {
				bar = picture.Bar{Label: bar.Label, Value: w.Days[i].X, Text: p.Decimal(w.Days[i].X, 0) + " %", Note: "n = " + strconv.Itoa(w.N)}
			}
			spec.Bars = append(spec.Bars, bar)
		}
	}
	drawing, err := q.Pictures.Bars(spec)
	if err != nil {
		return err
	}
	return r.Attachment("waits.svg", "image/svg+xml", bytes.NewReader(svg.Write(drawing)))
}

// file gives the figures as CSV, with codes: docs/formats/practice-csv.md.
func (q *Practice) file(r *web.Request) error {
	v, err := q.read(r, r.Value("direction"), r.Value("year"))
	if err != nil {
		return err
	}
	b, err := CSV(v.Figures)
	if err != nil {
		return err
	}
	return r.Attachment("practice.csv", "text/csv; charset=utf-8", bytes.NewReader(b))
}

// CSV writes figures as "what,code,n,value": what is kept back is ":", what isn't known is empty.
func CSV(f Figures) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"what", "code", "n", "value"}}
	number := func(v stats.Value) string {
		if v.Why != nil {
			return ""
		}
		return strconv.FormatFloat(v.X, 'f', 2, 64)
	}
	for _, x := range f.Waits {
		if !x.Shown {
			rows = append(rows, []string{"median_days", x.Step, ":", ":"})
			continue
		}
		rows = append(rows, []string{"median_days", x.Step, strconv.Itoa(x.N), number(x.Curve.Median)})
		for i, d := range x.Days {
			rows = append(rows, []string{"share_within_" + strconv.Itoa(Marks()[i]) + "_days", x.Step, strconv.Itoa(x.N), number(d)})
		}
	}
	rows = append(rows, countRows("asked_back", f.Rules)...)
	rows = append(rows, countRows("refused", f.Grounds)...)
	rows = append(rows, countRows("track", f.Tracks)...)
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func countRows(what string, all []Count) [][]string {
	var rows [][]string
	for _, c := range all {
		n := ":"
		if c.Shown {
			n = strconv.Itoa(c.N)
		}
		rows = append(rows, []string{what, c.Code, n, ""})
	}
	return rows
}

// Baseline is a figure that somebody else has published.
type Baseline struct{ What, Value, Source string }

// Baselines are published figures to hold one's own against. None was read in the original; each names where it was read.
func Baselines() []Baseline {
	return []Baseline{
		{language.M("Answer to a request for electronic evidence"), language.M("6 to 24 months; many are given up"), "T-CY(2013)17rev, as summarised in 2014"},
		{language.M("Median time of formal cooperation"), language.M("about 150 days"), "Comprehensive Study on Cybercrime (draft), 2013"},
		{language.M("Informal cooperation"), language.M("days instead of months"), "Comprehensive Study on Cybercrime (draft), 2013"},
		{language.M("Direct requests to providers with success"), "66 % (2018), 68.4 % (2019)", "SIRIUS reports 2019, 2020"},
	}
}
