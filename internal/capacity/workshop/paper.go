package workshop

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/document"
)

// Paper is something that is printed for a workshop, once in each of its working languages.
type Paper string

// The papers.
const (
	AgendaPaper Paper = "agenda"
	BadgePaper  Paper = "badges"
	SheetPaper  Paper = "sheets" // who signs at which session
)

// Papers lists all papers in the order of pages.
func Papers() []Paper { return []Paper{AgendaPaper, BadgePaper, SheetPaper} }

// Name returns the paper in words: a message of the catalogue.
func (p Paper) Name() string {
	switch p {
	case AgendaPaper:
		return language.M("Agenda")
	case BadgePaper:
		return language.M("Name badges")
	case SheetPaper:
		return language.M("Lists to sign, by session")
	}
	return string(p)
}

// Print writes a paper in the printer's language. seats are those with [Named] filled in; only who has a seat is on paper.
// at is the only time in the file, so that the same workshop gives the same bytes.
func Print(paper Paper, w Workshop, agenda []Session, seats []Seat, p *language.Printer, at time.Time) (*document.Doc, error) {
	zone, err := w.Location()
	if err != nil {
		return nil, err
	}
	agenda = slices.DeleteFunc(slices.Clone(agenda), func(s Session) bool { return s.Gone })
	seats = slices.DeleteFunc(slices.Clone(seats), func(s Seat) bool { return !s.Status.taken() })
	slices.SortFunc(seats, func(a, b Seat) int { // partners, who are of no State here, come last
		return cmp.Or(cmp.Compare(orLast(a.State), orLast(b.State)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	d := &document.Doc{Lang: p.Tag(), Title: p.T(paper.Name()) + " – " + w.Name, Subject: w.Name, Created: at.UTC().Truncate(time.Second),
		Footer: document.Text{{Kind: document.Name, Text: w.Name}}}
	if w.Exercise {
		d.Exercise = p.T("Exercise")
	}
	s := &setting{w, zone, p}
	switch paper {
	case AgendaPaper:
		d.Blocks = s.agenda(agenda)
	case BadgePaper:
		d.Blocks = s.badges(agenda, seats)
	case SheetPaper:
		d.Blocks = s.sheets(agenda, seats)
	}
	return d, nil
}

func orLast(state string) string { return cmp.Or(state, "~") }

// setting is what each part of a paper needs.
type setting struct {
	w    Workshop
	zone *time.Location
	p    *language.Printer
}

func span(k document.Kind, s string) document.Text { return document.Text{{Kind: k, Text: s}} }

func (s *setting) day(t time.Time) string { return string(s.p.LongDate(t.In(s.zone))) }

// hours stay in this order in Arabic too.
func (s *setting) hours(x Session) document.Text {
	return span(document.Identifier, x.From.In(s.zone).Format("15:04")+"–"+x.To.In(s.zone).Format("15:04"))
}

func (s *setting) state(code string) string {
	if code == "" {
		return s.p.T("Partners")
	}
	return organisation.StateName(s.p, code)
}

func (s *setting) where() document.Definitions {
	days := make([]string, 2)
	for i, d := range []string{s.w.From, s.w.To} {
		days[i] = d
		if day, err := time.Parse(time.DateOnly, d); err == nil {
			days[i] = string(s.p.LongDate(day))
		}
	}
	return document.Definitions{Items: []document.Definition{
		{Term: document.T(s.p.T("Where")), Text: span(document.Name, s.w.Place)}, {Term: document.T(s.p.T("First day")), Text: span(document.Date, days[0])},
		{Term: document.T(s.p.T("Last day")), Text: span(document.Date, days[1])}, {Term: document.T(s.p.T("Time zone")), Text: span(document.Identifier, s.w.Zone)},
	}}
}

func (s *setting) agenda(all []Session) []document.Block {
	blocks := []document.Block{document.Heading{Level: 1, Text: span(document.Name, s.w.Name)}, s.where()}
	if len(all) == 0 {
		return append(blocks, document.Paragraph{Text: document.T(s.p.T("No session is on the agenda yet."))})
	}
	var table *document.Table
	day := ""
	close := func() {
		if table != nil {
			blocks = append(blocks, *table)
		}
	}
	for _, x := range all {
		if d := s.day(x.From); d != day {
			close()
			day = d
			blocks = append(blocks, document.Heading{Level: 2, Text: span(document.Date, d)})
			table = &document.Table{Widths: []float64{2, 5, 3, 4}, Head: []document.Text{document.T(s.p.T("Time")), document.T(s.p.T("Session of the agenda")), document.T(s.p.T("Room")), document.T(s.p.T("Trainers"))}}
		}
		what := document.Text{{Kind: document.Name, Text: x.Title}, {Text: "\n" + s.p.T(x.Kind.Name())}}
		room := document.Text{{Kind: document.Name, Text: x.Room}}
		if x.Track != "" {
			room = append(room, document.Span{Text: "\n"}, document.Span{Kind: document.Name, Text: x.Track})
		}
		table.Rows = append(table.Rows, []document.Text{s.hours(x), what, room, span(document.Name, strings.Join(x.Trainers, "\n"))})
	}
	close()
	return blocks
}

// sheets are one list a session, each beginning a page. A row is high enough for a hand.
func (s *setting) sheets(agenda []Session, seats []Seat) (blocks []document.Block) {
	for _, x := range agenda {
		if x.Kind == Break {
			continue
		}
		table := document.Table{Widths: []float64{1, 5, 4, 5}, Head: []document.Text{document.T(s.p.T("No.")), document.T(s.p.T("Name")), document.T(s.p.T("State")), document.T(s.p.T("Signature"))}}
		for i, seat := range seats {
			table.Rows = append(table.Rows, []document.Text{document.T(s.p.Number(int64(i + 1))),
				{{Kind: document.Name, Text: seat.Name}, {Text: "\n" + s.p.T(seat.Role.One())}}, {{Kind: document.Name, Text: s.state(seat.State)}}, document.T("\u00a0")})
		}
		if len(blocks) > 0 {
			blocks = append(blocks, document.Break{})
		}
		blocks = append(blocks, document.Heading{Level: 1, Text: span(document.Name, x.Title)},
			document.Paragraph{Text: document.Text{{Kind: document.Date, Text: s.day(x.From)}, {Text: " "}, s.hours(x)[0], {Text: " "}, {Kind: document.Name, Text: x.Room}}}, table,
			document.Signature{Function: document.T(s.p.T("Who keeps this list")), Name: document.T("\u00a0")})
	}
	if len(blocks) == 0 {
		blocks = append(blocks, document.Paragraph{Text: document.T(s.p.T("No session is on the agenda yet."))})
	}
	return blocks
}

// trainers are the names on the agenda, each once, in its order.
func trainers(agenda []Session) (names []string) {
	for _, x := range agenda {
		for _, n := range x.Trainers {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// Filename is what a printed paper is called.
func (p Paper) Filename(tag language.Tag) string { return fmt.Sprintf("%s.%s.pdf", p, tag) }
