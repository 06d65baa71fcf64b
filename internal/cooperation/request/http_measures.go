package request

import (
	"context"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// addMeasure adds one more thing that is asked to a draft.
func (q *Requests) addMeasure(r *web.Request) error {
	return q.changeMeasures(r, language.M("One more thing is asked. Answer its questions."), func(a instrument.Answers) error {
		kind := r.Form().Get("type")
		if _, ok := q.law.Types.Get(kind); !ok {
			return errs.WithFields(web.NotOffered("type"))
		}
		n := a.Count("request/measure")
		if n >= maxMeasures {
			return errs.WithFields(errs.Field{Path: "type", Code: "A request asks for at most 50 things."})
		}
		return a.Set("request/measure["+strconv.Itoa(n+1)+"]/@type", kind)
	})
}

// removeMeasure takes one thing that is asked out of a draft, with all that was answered about it. One has to stay.
func (q *Requests) removeMeasure(r *web.Request) error {
	return q.changeMeasures(r, language.M("It is no longer asked."), func(a instrument.Answers) error {
		n, err := strconv.Atoi(r.Form().Get("remove"))
		if have := a.Count("request/measure"); err != nil || n < 1 || n > have || have < 2 {
			return errs.WithFields(web.NotOffered("remove"))
		}
		return a.RemoveRepeat("request/measure[" + strconv.Itoa(n) + "]")
	})
}

func (q *Requests) changeMeasures(r *web.Request, done string, change func(instrument.Answers) error) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	p, err := q.draftPage(r)
	if err != nil {
		return err
	}
	var b []byte
	err = q.about(r, "request.edit", func(_ context.Context, _ *db.Tx, req Request) error {
		a, err := req.answers()
		if err == nil {
			err = change(a)
		}
		if err == nil {
			b, err = a.Bytes()
		}
		return err
	})
	if err == nil {
		err = q.Replace(r.Ctx(), r.Person, p.Request.ID, b, version, entry)
	}
	if err != nil {
		return r.Again("request/draft", p, err)
	}
	return r.Done(at(p.Request.ID, "draft"), done)
}
