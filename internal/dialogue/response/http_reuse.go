package response

import (
	"context"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// offer puts earlier answers beside the questions that have none.
func offer(r *web.Request, form *instrument.Instrument, found map[string]Earlier, list []question) {
	for i := range list {
		q := &list[i]
		offer(r, form, found, q.Children)
		e, ok := found[q.Field.Path]
		if !ok || q.Heading != "" {
			continue
		}
		q.Earlier = r.T("In {study} (revision {n}, {day}) you answered: {answer}", "study", e.Study.Name(r.Lang()), "n", r.Number(e.Revision), "day", string(r.Date(e.At)),
			"answer", answerSay(r, form, q.Field.Path, e.Answer))
		q.Reuse = web.Button{Text: r.T("Take this answer over"), Kind: "secondary", Name: "reuse", Value: q.Field.Path}
	}
}

// takeOver puts the earlier answer whose button was pressed among what the page sent, with its origin as its source. It is
// looked up anew: a page can't say what was answered.
func (s *Responses) takeOver(r *web.Request, in *Posted) error {
	path := r.Form().Get("reuse")
	if path == "" {
		return nil
	}
	return s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		if !v.Begun {
			return errs.NotFound
		}
		form, have, _, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		found, err := s.earlier(ctx, tx, v, form, have)
		if err != nil {
			return err
		}
		e, ok := found[path]
		if !ok {
			return fmt.Errorf("earlier answer to %.60q: %w", path, errs.NotFound)
		}
		a := e.taken()
		in.Values[path], in.Marks[path] = []string{a.Value}, a.Mark
		if form.Item(path).Type == instrument.SelectMultipleType {
			in.Values[path] = strings.Fields(a.Value)
		}
		return nil
	})
}
