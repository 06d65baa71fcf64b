package structure

import (
	"embed"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
)

//go:embed data
var shipped embed.FS

// Law is what a review of a State's law asks of each article: its elements, by treaty.
type Law struct {
	treaties *treaty.Treaties
	articles []Article
}

// Article is an article of a treaty with the elements that domestic law has to have for it.
type Article struct {
	Treaty   treaty.Code
	ID       string // "29"
	Title    string // English, the key of its translations
	Elements []Element
}

// Element is one thing that domestic law has to provide.
type Element struct {
	Code     string
	Text     string // English, the key of its translations
	Required bool
	Rests    string // the paragraph on which it rests: "29(3)"
	Checked  bool   // whether that paragraph was read in the official text
}

// lawData is elements.toml.
type lawData struct {
	Format  string
	Article []struct {
		Treaty  string
		ID      string
		Title   string
		Element []struct {
			Code     string
			Text     string
			Rests    string
			Optional bool
		}
	}
}

const lawFormat = "comity/legal-elements/1"

// LoadLaw reads the elements that are part of the program and holds them against the treaties: an element rests on a
// paragraph that the treaty's data has, and is checked as that paragraph is.
func LoadLaw(all *treaty.Treaties) (*Law, error) {
	b, err := shipped.ReadFile("data/elements.toml")
	if err != nil {
		return nil, fmt.Errorf("elements of articles: %w", err)
	}
	var d lawData
	if err := treaty.Decode("elements.toml", string(b), &d); err != nil {
		return nil, err
	}
	if d.Format != lawFormat {
		return nil, errs.Invalidf("elements.toml: format is %q, want %q", d.Format, lawFormat)
	}
	l := &Law{treaties: all}
	var faults []error
	for _, a := range d.Article {
		t, ok := all.Get(treaty.Code(a.Treaty))
		if !ok {
			faults = append(faults, errs.Invalidf("elements.toml: article %s: there is no treaty %q", a.ID, a.Treaty))
			continue
		}
		article := Article{Treaty: treaty.Code(a.Treaty), ID: a.ID, Title: a.Title}
		for _, e := range a.Element {
			known, ok := t.Article(e.Rests)
			if !ok {
				faults = append(faults, errs.Invalidf("elements.toml: article %s, element %s: %s has no paragraph %q", a.ID, e.Code, a.Treaty, e.Rests))
				continue
			}
			if slices.ContainsFunc(article.Elements, func(o Element) bool { return o.Code == e.Code }) {
				faults = append(faults, errs.Invalidf("elements.toml: article %s: element %s stands there twice", a.ID, e.Code))
			}
			article.Elements = append(article.Elements, Element{Code: e.Code, Text: e.Text, Required: !e.Optional, Rests: e.Rests, Checked: known.Checked})
		}
		l.articles = append(l.articles, article)
	}
	return l, errors.Join(faults...)
}

// Treaties lists the treaties that a review can be opened for.
func (l *Law) Treaties() []*treaty.Treaty {
	var all []*treaty.Treaty
	for _, a := range l.articles {
		if t, ok := l.treaties.Get(a.Treaty); ok && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// Of lists the articles of a treaty in its order.
func (l *Law) Of(code treaty.Code) []Article {
	var all []Article
	for _, a := range l.articles {
		if a.Treaty == code {
			all = append(all, a)
		}
	}
	return all
}

// element finds an element of an article.
func (l *Law) element(code treaty.Code, article, element string) (Article, Element, bool) {
	for _, a := range l.Of(code) {
		for _, e := range a.Elements {
			if a.ID == article && e.Code == element {
				return a, e, true
			}
		}
	}
	return Article{}, Element{}, false
}

// messages lists the English texts of the data, for the check of translations.
func (l *Law) messages() []language.Use {
	var all []language.Use
	for _, a := range l.articles {
		all = append(all, language.Use{Msg: a.Title, Where: "data/elements.toml"})
		for _, e := range a.Elements {
			all = append(all, language.Use{Msg: e.Text, Where: "data/elements.toml"})
		}
	}
	return all
}
