package request

import (
	"context"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// overridePage is the form with which a reviewer lets an error stand.
type overridePage struct {
	Request Request
	Name    string
	Form    *web.Form
	Found   found
	Rule    string
	Path    string
	Button  web.Button
}

func (q *Requests) overridePage(r *web.Request, ruleID, path string) (overridePage, error) {
	p := overridePage{Form: r.Form(), Rule: ruleID, Path: path, Button: web.Button{Text: r.T("Let it stand"), Kind: "warning"}}
	return p, q.about(r, "request.override", func(_ context.Context, tx *db.Tx, req Request) error {
		p.Request, p.Name = req, req.name(r.Printer)
		all, err := q.check(req, tx.Now())
		if err != nil {
			return err
		}
		for _, f := range all {
			if f.Rule == ruleID && f.Path == path {
				p.Found = q.shownFinding(r, req, f)
				return nil
			}
		}
		return errs.NotFound
	})
}

func (q *Requests) showOverride(r *web.Request) error {
	p, err := q.overridePage(r, r.Query("rule"), r.Query("path"))
	if err != nil {
		return err
	}
	return r.Page("request/override", p)
}

func (q *Requests) override(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	p, err := q.overridePage(r, r.Form().Get("rule"), r.Form().Get("path"))
	if err != nil {
		return err
	}
	if wrong := tooLong(r.Form(), "reason"); wrong != nil {
		return r.Again("request/override", p, errs.WithFields(*wrong))
	}
	if err := q.Override(r.Ctx(), r.Person, p.Request.ID, p.Rule, p.Path, r.Form().Get("reason"), entry); err != nil {
		return r.Again("request/override", p, err)
	}
	return r.Done(at(p.Request.ID, "check"), language.M("The finding stands, with your reason on record."))
}
