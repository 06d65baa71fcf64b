package study

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// nominationsPage lists the nominations of a study and enters one from a note.
type nominationsPage struct {
	Head   head
	Form   *web.Form
	Rows   []nominationRow
	People []web.Choice
	May    bool
}

type nominationRow struct {
	Nomination
	Name, Way string
	State     web.Tag
	Entered   time.Time
	Confirm   bool   // the reader is the second person
	Waits     bool   // for somebody else
	Scan      string // address of the scan, "" for none
}

func nominationTag(p *language.Printer, st NominationState) web.Tag {
	words := map[NominationState]string{WaitsForSecond: language.M("Waits for a second person"), Holds: language.M("In force"), Refused: language.M("Set aside")}[st]
	return web.Tag{Text: p.T(words), Colour: map[NominationState]string{WaitsForSecond: "yellow", Holds: "green", Refused: "grey"}[st]}
}

// maxNominations is how many nominations one page shows.
const maxNominations = 40

func (s *Studies) nominationsPage(r *web.Request) (nominationsPage, error) {
	p := nominationsPage{Form: r.Form()}
	err := s.see(r, "study.monitor", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		frame, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		all, err := NominationsOf(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		for _, m := range all[:min(len(all), maxNominations)] {
			row := nominationRow{Nomination: m, Way: r.T("From its own node, signed"), State: nominationTag(r.Printer, m.State), Entered: m.Entered}
			if m.Way == ByNote {
				row.Way = r.T("From a note: {note}", "note", m.NoteRef)
			}
			if i := slices.IndexFunc(frame, func(o Respondent) bool { return o.ID == m.Respondent }); i >= 0 {
				row.Name = respondentName(r.Printer, frame[i])
			}
			if row.Confirm, err = s.Desk.Could(ctx, tx, r.Person, "study.nominate.confirm", id.NewRef(KindNomination, m.ID)); err != nil {
				return err
			}
			row.Confirm = row.Confirm && m.State == WaitsForSecond
			row.Waits = !row.Confirm && m.State == WaitsForSecond
			if m.Scanned {
				row.Scan = address(at.ID, "nominations") + "/" + string(m.ID) + "/scan"
			}
			p.Rows = append(p.Rows, row)
		}
		for _, o := range (filter{}).choose(r, frame) {
			if o.Peer == "" {
				p.People = append(p.People, web.Choice{Value: string(o.ID), Label: respondentName(r.Printer, o)})
			}
		}
		p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.nominate", id.NewRef(Kind, at.ID))
		return err
	})
	return p, err
}

func (s *Studies) showNominations(r *web.Request) error {
	p, err := s.nominationsPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/nominations", p)
}

// formPeople reads focal point and alternate from a form; an alternate of whom nothing was typed is none.
func formPeople(r *web.Request) []Someone {
	var people []Someone
	for _, part := range []Part{FocalPoint, Alternate} {
		get := func(name string) string { return r.Form().Get(string(part) + "." + name) }
		p := Someone{Name: get("name"), Email: get("email"), Capacity: get("capacity"), Part: part}
		if part == FocalPoint || p.Name+p.Email+p.Capacity != "" {
			people = append(people, p)
		}
	}
	return people
}

func (s *Studies) nominate(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	m := Nomination{Study: n, NoteRef: r.Form().Get("note"), People: formPeople(r)}
	var scan *Scan
	if m.Respondent, err = id.Parse(r.Form().Get("respondent")); err != nil {
		err = errs.WithFields(errs.Field{Path: "respondent", Code: "Choose one of the answers."})
	}
	if err == nil && r.Form().File("scan") != nil {
		var b []byte
		if b, err = readFile(r, "scan", maxScan); err == nil {
			scan, err = NewScan(b)
		}
	}
	if err == nil {
		err = s.Nominate(r.Ctx(), r.Person, m, scan, entry)
	}
	if err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.nominationsPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/nominations", p, err)
	}
	return r.Done(address(n, "nominations"), language.M("The nomination was entered. A second person has to compare it with the note and confirm it."))
}

// linksPage shows the links of new accounts, once.
type linksPage struct {
	Head  head
	Links []shownLink
	Back  string
	Until time.Time
}

type shownLink struct{ Name, Email, Address string }

// showLinks shows links once; without any there is nothing to hand over, and the page that was before comes again.
func (s *Studies) showLinks(r *web.Request, h head, links []Link, back, done string) error {
	p := linksPage{Head: h, Back: back, Until: r.Now().Add(LinkFor)}
	for _, l := range links {
		if l.Token != "" {
			p.Links = append(p.Links, shownLink{l.Name, l.Email, s.Public + "/invitation/" + l.Token})
		}
	}
	if len(p.Links) == 0 {
		return r.Done(back, done)
	}
	return r.Page("study/links", p)
}

func (s *Studies) confirm(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	m, err := r.PathID("nomination")
	if err != nil {
		return err
	}
	if r.Form().Get("decision") == "refuse" {
		if err := s.Refuse(r.Ctx(), r.Person, m, entry); err != nil {
			return err
		}
		return r.Done(address(n, "nominations"), language.M("The nomination was set aside. It stays on record."))
	}
	links, err := s.Confirm(r.Ctx(), r.Person, m, entry)
	if err != nil {
		return err
	}
	var h head
	if err := s.see(r, "study.monitor", func(_ context.Context, _ *db.Tx, at Study) error { h = s.head(r, at); return nil }); err != nil {
		return err
	}
	return s.showLinks(r, h, links, address(n, "nominations"), language.M("The nomination is in force."))
}

func (s *Studies) giveScan(r *web.Request) error {
	var k Scan
	err := s.see(r, "study.monitor", func(ctx context.Context, tx *db.Tx, at Study) error {
		m, err := r.PathID("nomination")
		if err != nil {
			return err
		}
		found, err := findNomination(ctx, tx, m)
		if err != nil || found.Study != at.ID {
			return errs.NotFound
		}
		k, err = ScanOf(ctx, tx, m)
		return err
	})
	if err != nil {
		return err
	}
	_, ext, _ := strings.Cut(k.Media, "/")
	return r.Attachment("note."+ext, k.Media, bytes.NewReader(k.Data))
}

// renew makes a new link for a focal point whose own has ended.
func (s *Studies) renew(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	o, err := r.PathID("respondent")
	if err != nil {
		return err
	}
	seat, err := id.Parse(r.Form().Get("seat"))
	if err != nil {
		return err
	}
	link, err := s.Renew(r.Ctx(), r.Person, n, o, seat, entry)
	if err != nil {
		return err
	}
	var h head
	if err := s.see(r, "study.monitor", func(_ context.Context, _ *db.Tx, at Study) error { h = s.head(r, at); return nil }); err != nil {
		return err
	}
	return s.showLinks(r, h, []Link{link}, address(n, "respondents")+"/"+string(o), language.M("The link was on the page before."))
}
