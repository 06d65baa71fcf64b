package assessment

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
)

//go:embed data
var shipped embed.FS

// Evidence is a kind of thing that can show an indicator.
type Evidence string

// The kinds of evidence.
const (
	Paper   Evidence = "document" // a law, a plan, a procedure, a report
	Figures Evidence = "figures"
	Record  Evidence = "record" // of a case, a meeting, a training
	Visit   Evidence = "visit"  // what was seen on the spot
)

// Name returns the kind in words: a message of the catalogue.
func (e Evidence) Name() string {
	switch e {
	case Paper:
		return language.M("A document: law, plan, procedure or report")
	case Figures:
		return language.M("Figures")
	case Record:
		return language.M("A record of a case, a meeting or a training")
	case Visit:
		return language.M("What was seen on the spot")
	}
	return string(e)
}

const modelFolder = "data/models"

// Models returns the models that are part of the program, by name.
func Models() (map[string]Model, error) {
	dirs, err := shipped.ReadDir(modelFolder)
	all := map[string]Model{}
	for _, d := range dirs {
		name := modelFolder + "/" + d.Name() + "/model.toml"
		b, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := ReadModel(name, string(b))
		if err != nil {
			return nil, err
		}
		all[m.Name] = m
	}
	return all, err
}

// Messages lists the English texts of a model, for the check of translations.
func (m Model) Messages() []language.Use {
	where := modelFolder + "/" + m.Name + "/model.toml"
	var all []language.Use
	add := func(s string) { all = append(all, language.Use{Msg: s, Where: where}) }
	for _, s := range m.Stages {
		add(s)
	}
	for _, a := range m.Areas {
		add(a.Name)
	}
	for _, f := range m.Factors {
		add(f.Name)
		for _, i := range f.Indicators {
			add(i.Text)
		}
	}
	return all
}

// Lacks lists what a model that people are to fill in is without: a text, a dimension, somebody who is asked, a kind of
// evidence.
func (m Model) Lacks() (all []string) {
	say := func(where, what string) { all = append(all, m.Name+": "+where+": "+what) }
	for _, f := range m.Factors {
		if f.Name == "" || !slices.ContainsFunc(m.Areas, func(a Area) bool { return a.Code == f.Dimension }) {
			say(f.Code, "no name, or no such dimension "+f.Dimension)
		}
		for _, i := range f.Indicators {
			switch {
			case !strings.HasSuffix(i.Text, "."):
				say(i.Code, "no text, or no whole sentence")
			case len(i.Asks) == 0 || slices.ContainsFunc(i.Asks, func(k organisation.Kind) bool { return !k.Public() && !k.Private() }):
				say(i.Code, "nobody is asked, or a group that isn't one")
			case len(i.Evidence) == 0 || slices.ContainsFunc(i.Evidence, func(e Evidence) bool { return e.Name() == string(e) }):
				say(i.Code, "no kind of evidence, or one that isn't one")
			case (i.Treaty == "") != (i.Article == ""):
				say(i.Code, "a treaty without an article, or the reverse")
			}
		}
	}
	return all
}

// indicator finds an indicator with its factor.
func (m Model) indicator(code string) (Factor, Indicator, bool) {
	for _, f := range m.Factors {
		for _, i := range f.Indicators {
			if i.Code == code {
				return f, i, true
			}
		}
	}
	return Factor{}, Indicator{}, false
}

// factor finds a factor.
func (m Model) factor(code string) (Factor, bool) {
	i := slices.IndexFunc(m.Factors, func(f Factor) bool { return f.Code == code })
	if i < 0 {
		return Factor{}, false
	}
	return m.Factors[i], true
}

// Asked lists the factors in which a group is asked something, each with those of its indicators.
func (m Model) Asked(group organisation.Kind) (all []Factor) {
	for _, f := range m.Factors {
		f.Indicators = slices.DeleteFunc(slices.Clone(f.Indicators), func(i Indicator) bool { return !slices.Contains(i.Asks, group) })
		if len(f.Indicators) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// ModelFormat is the first key of a model's file (docs/formats/assessment.md).
const ModelFormat = "comity/model/1"

// ReadModel reads and checks a model.toml. What is wrong is [errs.Invalid] and names the line where it can.
func ReadModel(name, text string) (Model, error) {
	var d struct {
		Format string
		Model
	}
	meta, err := toml.Decode(text, &d)
	var at toml.ParseError
	if errors.As(err, &at) {
		return Model{}, errs.Invalidf("%s:%d: %s", name, at.Position.Line, at.Message)
	}
	if err != nil {
		return Model{}, errs.Invalidf("%s: %v", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Model{}, errs.Invalidf("%s: unknown key %s", name, unknown[0])
	}
	if d.Format != ModelFormat {
		return Model{}, errs.Invalidf("%s: format is %q, want %q", name, d.Format, ModelFormat)
	}
	if err := d.Check(); err != nil {
		return Model{}, fmt.Errorf("%s: %w", name, err)
	}
	return d.Model, nil
}
