package study

import (
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// move takes the next step.
func (s *Studies) move(r *web.Request, to Stage) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	if err := s.Move(r.Ctx(), r.Person, n, to, r.Form().Get("note"), version, entry); err != nil {
		return s.stepAgain(r, err)
	}
	return r.Done(address(n, ""), language.M("The study has taken the next step."))
}

func (s *Studies) moveBack(r *web.Request) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	if err := s.Back(r.Ctx(), r.Person, n, r.Form().Get("reason"), version, entry); err != nil {
		return s.stepAgain(r, err)
	}
	return r.Done(address(n, ""), language.M("The study was taken a step back. Nothing was deleted."))
}

func (s *Studies) stepForm(r *web.Request) (n id.ID, version int64, entry id.ID, err error) {
	if n, err = r.PathID("id"); err != nil {
		return "", 0, "", err
	}
	if entry, err = r.Form().Entry(); err != nil {
		return "", 0, "", err
	}
	version, err = formVersion(r)
	return n, version, entry, err
}

func formVersion(r *web.Request) (int64, error) {
	var v int64
	if _, err := fmt.Sscan(r.Version(), &v); err != nil {
		return 0, errs.Invalidf("form: the version %q is no number", r.Version())
	}
	return v, nil
}

func (s *Studies) stepAgain(r *web.Request, err error) error {
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, failed := s.studyPage(r)
	if failed != nil {
		return failed
	}
	return r.Again("study/study", p, err)
}
