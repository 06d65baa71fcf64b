package demo

import (
	"slices"

	"comity/internal/base/id"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// proposals is the open question to States whose synthetic answers are coded.
const proposals = "central/proposals"

// themes are what the synthetic answers to it speak of. The words say what they are, in the six languages of respondents.
var themes = []struct {
	code, label string
	say         []string
}{
	{"contact", "Contact points that can be reached (synthetic)", []string{
		"Synthetic answer: contact points that answer at night.", "Réponse synthétique : des points de contact joignables la nuit.", "إجابة اصطناعية: نقاط اتصال تجيب ليلا."}},
	{"forms", "Common forms and languages (synthetic)", []string{
		"Synthetic answer: one form for all requests.", "Respuesta sintética: un formulario común en una lengua común.", "合成答复：统一的请求表格。"}},
	{"staff", "More people, better trained (synthetic)", []string{
		"Synthetic answer: more people who know electronic evidence.", "Синтетический ответ: больше обученных сотрудников.", "合成答复：更多受过培训的人员。"}},
}

// both is an answer that speaks of two things, which the coders see differently.
const both = "Synthetic answer: one form, and people who were trained to fill it in."

// propose gives a State's synthetic answer to the open question one of the themes, by its place in the frame.
func propose(form *instrument.Instrument, a instrument.Answers, none map[string]string, r study.Respondent) error {
	if form.Item("/"+proposals) == nil || none[proposals] != "" || r.Audience != study.States {
		return nil
	}
	n := 0
	for _, c := range []byte(r.State) {
		n += int(c)
	}
	if n%9 == 0 {
		return a.Set(proposals, both)
	}
	say := themes[n%len(themes)].say
	return a.Set(proposals, say[n/len(themes)%len(say)])
}

// code has two analysts code the proposals of States apart, and a third person decide where they differ.
func (k *inquiry) code() error {
	o, q := k.org, dataset.Open{Audience: study.States, Item: proposals}
	for _, t := range themes {
		if err := o.Data.Frame(k.ctx, o.As("amina"), k.study, q, dataset.Code{Name: t.code, Label: t.label}, o.Entry()); err != nil {
			return err
		}
	}
	said, err := k.openAnswers(q)
	if err != nil {
		return err
	}
	var differ []id.ID
	for _, coder := range []string{"mei", "noor"} {
		made := map[id.ID][]string{}
		for _, s := range said {
			if made[s.Respondent] = themesIn(s.Text); s.Text == both && coder == "noor" {
				made[s.Respondent] = []string{"forms"}
				differ = append(differ, s.Respondent)
			}
		}
		if err := o.Data.CodeAnswers(k.ctx, o.As(coder), k.study, q, made, o.Entry()); err != nil {
			return err
		}
	}
	for _, respondent := range differ {
		if err := o.Data.Settle(k.ctx, o.As("oleg"), k.study, q, respondent, []string{"forms", "staff"}, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "oleg", "decides what two analysts, each apart, have coded differently")
	for _, t := range []dataset.Table{
		{Audience: study.States, Item: proposals},
		{Audience: study.States, Item: "coordination/trend", Where: "central/contact_point", Is: "yes"},
	} {
		if err := o.Data.Publish(k.ctx, o.As("amina"), k.study, t, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "amina", "puts out a table of the codes, and one of those States only that have a contact point")
	return nil
}

func (k *inquiry) openAnswers(q dataset.Open) (said []dataset.Said, err error) {
	err = k.read(k.org, func(tx *db.Tx) error {
		c, err := dataset.Load(k.ctx, tx, k.data)
		if err == nil {
			said = c.Open(q)
		}
		return err
	})
	return said, err
}

// themesIn are the codes that a synthetic answer was made for.
func themesIn(text string) []string {
	if text == both {
		return []string{"forms", "staff"}
	}
	for _, t := range themes {
		if slices.Contains(t.say, text) {
			return []string{t.code}
		}
	}
	return nil
}
