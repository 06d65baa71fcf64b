package study

import (
	"context"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study/data"
	"comity/internal/engine/access"
)

// Shipped lists the studies that come with the program as data.
func Shipped() ([]data.Study, error) { return data.Studies() }

// Begin proposes a study from data: its plan, and the questionnaires of all its audiences as drafts. What is in code, title
// and mandates of p stands before the data's own. It returns the new study's id, which is entry's.
func (s *Studies) Begin(ctx context.Context, who access.Person, from string, p Proposal, entry id.ID) (id.ID, error) {
	all, err := Shipped()
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(d data.Study) bool { return d.Code == from })
	if i < 0 {
		return "", errs.WithFields(errs.Field{Path: "from", Code: "Choose one of the answers."})
	}
	d := all[i]
	if p.Code == "" {
		p.Code = d.Code
	}
	if len(p.Title) == 0 {
		p.Title = d.Title
	}
	if len(p.Mandates) == 0 {
		p.Mandates = d.Mandates
	}
	p.Plan = planOf(d)
	n, err := s.Propose(ctx, who, p, entry)
	if err != nil {
		return "", err
	}
	for _, a := range Audiences() {
		if d.Dir(string(a)) == "" {
			continue
		}
		in, err := d.Form(string(a))
		if err != nil {
			return n, err
		}
		if err := s.AddForm(ctx, who, n, a, in, derived(entry, id.ID(a))); err != nil {
			return n, err
		}
	}
	return n, nil
}

// planOf is the plan that the data of a study holds. Its texts are keys of the catalogue.
func planOf(d data.Study) Plan {
	var p Plan
	for _, t := range d.Topics {
		topic := Topic{Code: t.ID, Title: t.Title}
		for _, sub := range t.Subtopics {
			topic.Sub = append(topic.Sub, Topic{Code: sub.ID, Title: sub.Title})
		}
		p.Topics = append(p.Topics, topic)
	}
	for _, paragraph := range slices.Concat(d.Method, d.Group, []string{d.Handling, d.Referral, d.Unchecked}) {
		if paragraph != "" {
			p.Method = append(p.Method, Block{Text: paragraph})
		}
	}
	return p
}

// shippedChoices are the studies that come with the program, in the reader's language.
func shippedChoices(tag language.Tag) ([][2]string, error) {
	all, err := Shipped()
	var out [][2]string
	for _, d := range all {
		title := d.Title[tag]
		if title == "" {
			title = d.Title[language.English]
		}
		out = append(out, [2]string{d.Code, title})
	}
	return out, err
}
