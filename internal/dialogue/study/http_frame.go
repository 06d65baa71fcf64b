package study

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// framePage is who is asked, and how the frame is made.
type framePage struct {
	Head     head
	Form     *web.Form
	Counts   web.Table
	May      bool
	Audience []web.Choice
}

func (s *Studies) framePage(r *web.Request) (framePage, error) {
	p := framePage{Form: r.Form()}
	err := s.see(r, "study.monitor", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		p.Counts = web.Table{
			Caption: r.T("The frame"), Empty: r.T("Nobody is in the frame yet."), Columns: []web.Column{{Label: r.T("Audience")}, {Label: r.T("Respondents"), Numeric: true}},
		}
		for _, a := range Audiences() {
			p.Audience = append(p.Audience, web.Choice{Value: string(a), Label: AudienceWords(r.Printer, a)})
			n := 0
			for _, o := range all {
				if o.Audience == a {
					n++
				}
			}
			if n > 0 {
				p.Counts.Rows = append(p.Counts.Rows, []any{web.Link{Text: AudienceWords(r.Printer, a), Href: address(at.ID, "respondents") + "?audience=" + string(a)}, strconv.Itoa(n)})
			}
		}
		p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.frame", id.NewRef(Kind, at.ID))
		p.May = p.May && at.Origin == ""
		return err
	})
	return p, err
}

func (s *Studies) showFrame(r *web.Request) error {
	p, err := s.framePage(r)
	if err != nil {
		return err
	}
	return r.Page("study/frame", p)
}

func (s *Studies) addStates(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	if err := s.FrameStates(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(address(n, "frame"), language.M("All Members of the United Nations and the observer States are in the frame."))
}

// addList takes a list that was pasted or sent as a file.
func (s *Studies) addList(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	b := []byte(r.Form().Get("list"))
	if r.Form().File("file") != nil {
		if b, err = readFile(r, "file", maxListBytes); err != nil {
			return s.frameAgain(r, err)
		}
	}
	a := Audience(r.Form().Get("audience"))
	if !slices.Contains(Audiences(), a) {
		return s.frameAgain(r, errs.WithFields(errs.Field{Path: "audience", Code: language.M("Choose whom the list is of.")}))
	}
	list, wrong := s.ParseList(a, b)
	if err = errs.WithFields(wrong...); err == nil {
		err = s.AddRespondents(r.Ctx(), r.Person, n, list, entry)
	}
	if err != nil {
		return s.frameAgain(r, err)
	}
	return r.Done(address(n, "frame"), language.M("The list is in the frame: {n} lines."), "n", strconv.Itoa(len(list)))
}

func (s *Studies) frameAgain(r *web.Request, err error) error {
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, failed := s.framePage(r)
	if failed != nil {
		return failed
	}
	return r.Again("study/frame", p, err)
}

func pathAndEntry(r *web.Request) (n, entry id.ID, err error) {
	if n, err = r.PathID("id"); err != nil {
		return "", "", err
	}
	entry, err = r.Form().Entry()
	return n, entry, err
}
