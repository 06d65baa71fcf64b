package study

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument/workbook"
	"comity/internal/store/db"
)

// Limits of a list of respondents.
const (
	maxList      = 5_000
	maxListBytes = 1 << 20
	maxName      = 200 // characters
	maxWrong     = 20  // lines that are named as wrong at once
)

// FrameStates puts all Members of the United Nations and the observer States into the frame, so that a response rate has
// its denominator. Those that are there stay as they are.
func (s *Studies) FrameStates(ctx context.Context, who access.Person, n, entry id.ID) error {
	var list []Respondent
	for _, c := range s.Catalog.Countries() {
		if c.Member == language.UNMember || c.Member == language.UNObserver {
			list = append(list, Respondent{Audience: States, State: c.ISO3, Name: c.Short(language.English), Region: c.Region, Membership: c.Member})
		}
	}
	return s.AddRespondents(ctx, who, n, list, entry)
}

// AddRespondents puts respondents into the frame of a study; one that is there already stays as it is.
func (s *Studies) AddRespondents(ctx context.Context, who access.Person, n id.ID, list []Respondent, entry id.ID) error {
	if len(list) == 0 || len(list) > maxList {
		return errs.WithFields(errs.Field{Path: "list", Code: language.M("Give between 1 and 5,000 respondents.")})
	}
	return s.Desk.Do(ctx, who, "study.frame", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := own(ctx, c.Tx, n); err != nil {
			return err
		}
		added := 0
		for _, r := range list {
			r.ID, r.Study, r.Status, r.FactPublic = id.New(c.Now()), n, Listed, true
			is, err := insertRespondent(ctx, c, r)
			if err != nil {
				return err
			}
			added += int(is)
		}
		c.Record(map[string]int{"added": added})
		return nil
	}, desk.Once(entry))
}

func insertRespondent(ctx context.Context, c *desk.Change, r Respondent) (int64, error) {
	if r.Lang == "" {
		r.Lang = language.English
	}
	added, err := c.Exec(ctx, `
		INSERT INTO respondent (id, study_id, audience, state, name, region, membership, peer, status, lang, fact_public, late, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 1) ON CONFLICT (study_id, audience, state, name) DO NOTHING`,
		r.ID, r.Study, r.Audience, r.State, r.Name, r.Region, r.Membership, r.Peer, r.Status, r.Lang, r.FactPublic)
	if err != nil {
		return 0, fmt.Errorf("add respondent: %w", err)
	}
	return added, nil
}

// RemoveRespondent takes somebody out of the frame who was not asked yet.
func (s *Studies) RemoveRespondent(ctx context.Context, who access.Person, n, respondent, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.frame", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := respondentIn(ctx, c.Tx, n, respondent)
		if err != nil {
			return err
		}
		if r.Status != Listed {
			return errs.Say(fmt.Errorf("respondent %s is %s: %w", respondent, r.Status, errs.Conflict), language.M("Whoever was asked already stays in the frame."), nil)
		}
		c.Record(map[string]int{"removed": 1})
		_, err = c.Exec(ctx, `DELETE FROM respondent WHERE id = ?`, respondent)
		return err
	}, desk.Once(entry))
}

// Describe sets in which language a respondent is written to, and whether it may be shown that it has answered.
func (s *Studies) Describe(ctx context.Context, who access.Person, n, respondent id.ID, lang language.Tag, public bool, entry id.ID) error {
	if !slices.Contains(language.Official(), lang) {
		return errs.WithFields(errs.Field{Path: "lang", Code: "Choose a language."})
	}
	return s.Desk.Do(ctx, who, "study.frame", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := respondentIn(ctx, c.Tx, n, respondent); err != nil {
			return err
		}
		_, err := c.Exec(ctx, `UPDATE respondent SET lang = ?, fact_public = ?, version = version + 1 WHERE id = ?`, lang, public, respondent)
		return err
	}, desk.Once(entry))
}

// respondentIn returns a respondent of the study; one of another study is [errs.NotFound].
func respondentIn(ctx context.Context, tx *db.Tx, n, respondent id.ID) (Respondent, error) {
	r, err := RespondentOf(ctx, tx, respondent)
	if err == nil && r.Study != n {
		err = fmt.Errorf("respondent %s of study %s: %w", respondent, n, errs.NotFound)
	}
	return r, err
}

// ParseList reads a list of respondents of an audience, as a workbook or as text ([workbook.Rows]), with the columns name,
// country and language in the first line. country is a code of ISO 3166-1 or M49 and may be empty. What is wrong is named
// by line.
func (s *Studies) ParseList(a Audience, b []byte) ([]Respondent, []errs.Field) {
	rows, err := workbook.Rows(b, "list", maxList+1)
	if err != nil {
		return nil, workbook.Fields(err, "list")
	}
	column := map[string]int{}
	if len(rows) > 0 {
		for i, name := range rows[0].Cells {
			column[strings.ToLower(strings.TrimSpace(name))] = i
		}
	}
	if _, ok := column["name"]; !ok {
		return nil, []errs.Field{{Path: "list", Code: language.M("The first line has to name the columns: name, country, language.")}}
	}
	var list []Respondent
	var wrong []errs.Field
	for _, row := range rows[1:] {
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(row.Cells) {
				return strings.TrimSpace(row.Cells[i])
			}
			return ""
		}
		r, said, about := s.listed(a, cell)
		if said == "" && slices.ContainsFunc(list, func(o Respondent) bool { return o.State == r.State && o.Name == r.Name }) {
			said, about = language.M("Line {line}: {cell} stands in the list twice."), r.Name
		}
		if said == "" {
			list = append(list, r)
			continue
		}
		wrong = append(wrong, errs.Field{Path: "list", Code: said, Args: map[string]string{"line": strconv.Itoa(row.N), "cell": about}})
		if len(wrong) == maxWrong {
			break
		}
	}
	if len(list) == 0 && len(wrong) == 0 {
		return nil, []errs.Field{{Path: "list", Code: language.M("The list has no respondent below its first line.")}}
	}
	return list, wrong
}

// listed reads one line. said is the sentence about what is wrong with it, and about the cell of which it speaks.
func (s *Studies) listed(a Audience, cell func(string) string) (r Respondent, said, about string) {
	r = Respondent{Audience: a, Name: cell("name"), Lang: language.Tag(strings.ToLower(cell("language")))}
	if country := cell("country"); country != "" {
		c, ok := s.Catalog.Country(country)
		if !ok {
			return r, language.M("Line {line}: {cell} is no country code of two or three letters or three digits."), country
		}
		r.State, r.Region, r.Membership = c.ISO3, c.Region, c.Member
		if a == States && r.Name == "" {
			r.Name = c.Short(language.English)
		}
	}
	switch {
	case r.Name == "" || utf8.RuneCountInString(r.Name) > maxName || strings.ContainsFunc(r.Name, unicode.IsControl):
		return r, language.M("Line {line}: write the name, in at most 200 characters."), ""
	case a == States && r.State == "":
		return r, language.M("Line {line}: a State is given by its country code."), ""
	case r.Lang != "" && !slices.Contains(language.Official(), r.Lang):
		return r, language.M("Line {line}: {cell} is none of the languages ar, en, es, fr, ru, zh."), string(r.Lang)
	}
	return r, "", ""
}
