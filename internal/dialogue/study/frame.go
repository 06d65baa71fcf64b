package study

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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

// ParseList reads a list of respondents of an audience as CSV with the columns name, country and language in the first
// line; cells are parted by commas, semicolons or tabs. country is a code of ISO 3166-1 or M49 and may be empty. What is
// wrong is named by line.
func (s *Studies) ParseList(a Audience, b []byte) ([]Respondent, []errs.Field) {
	fail := func(code string, args map[string]string) ([]Respondent, []errs.Field) {
		return nil, []errs.Field{{Path: "list", Code: code, Args: args}}
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if len(b) > maxListBytes || !utf8.Valid(b) {
		return fail(language.M("The list has to be text in UTF-8 of at most 1 MiB."), nil)
	}
	in := csv.NewReader(bytes.NewReader(b))
	in.Comma, in.FieldsPerRecord, in.TrimLeadingSpace = comma(b), -1, true
	head, err := in.Read()
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if _, ok := column["name"]; err != nil || !ok {
		return fail(language.M("The first line has to name the columns: name, country, language."), nil)
	}
	var list []Respondent
	var wrong []errs.Field
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) || len(list) > maxList || len(wrong) >= maxWrong {
			break
		}
		if err != nil {
			var at *csv.ParseError
			line := 0
			if errors.As(err, &at) {
				line = at.StartLine
			}
			return list, append(wrong, errs.Field{Path: "list", Code: language.M("Line {line} can't be read as cells: look for a quotation mark without its second."), Args: map[string]string{"line": strconv.Itoa(line)}})
		}
		line, _ := in.FieldPos(0)
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		r, said, about := s.listed(a, cell)
		if said == "" && slices.ContainsFunc(list, func(o Respondent) bool { return o.State == r.State && o.Name == r.Name }) {
			said, about = language.M("Line {line}: {cell} stands in the list twice."), r.Name
		}
		if said != "" {
			wrong = append(wrong, errs.Field{Path: "list", Code: said, Args: map[string]string{"line": strconv.Itoa(line), "cell": about}})
			continue
		}
		list = append(list, r)
	}
	if len(list) == 0 && len(wrong) == 0 {
		return fail(language.M("The list has no respondent below its first line."), nil)
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

// comma guesses what parts the cells by the first line.
func comma(b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ',', 0
	for _, r := range []rune{',', ';', '\t'} {
		if n := bytes.Count(first, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}
