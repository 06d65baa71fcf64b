package structure

import (
	"slices"

	"comity/internal/base/language"
)

// Verdict is what a State's law provides for an element.
type Verdict string

// The verdicts, from the lowest. An element that a State doesn't need counts nowhere.
const (
	None        Verdict = "none"
	Unclear     Verdict = "unclear"
	Partial     Verdict = "partial"
	Full        Verdict = "full"
	NotRequired Verdict = "not_required"
)

// Verdicts lists them from the lowest.
func Verdicts() []Verdict { return []Verdict{None, Unclear, Partial, Full, NotRequired} }

func (v Verdict) known() bool { return slices.Contains(Verdicts(), v) }

func (v Verdict) below(o Verdict) bool {
	return slices.Index(Verdicts(), v) < slices.Index(Verdicts(), o)
}

// Name returns the verdict in words: a message of the catalogue.
func (v Verdict) Name() string {
	switch v {
	case None:
		return language.M("The law has nothing")
	case Unclear:
		return language.M("The law is unclear")
	case Partial:
		return language.M("The law has a part of it")
	case Full:
		return language.M("The law has all of it")
	case NotRequired:
		return language.M("Not needed in this State")
	}
	return string(v)
}

// OfArticle returns the verdict of an article: the worst of its required elements, of those that count. read is false
// while one of them is unread.
func OfArticle(a Article, rows []Row) (v Verdict, read bool) {
	v, read = NotRequired, true
	for _, e := range a.Elements {
		if !e.Required {
			continue
		}
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Article == a.ID && r.Element == e.Code })
		if i < 0 {
			return v, false
		}
		w, ok := rows[i].Verdict()
		if !ok {
			read = false
			continue
		}
		if w.below(v) {
			v = w
		}
	}
	return v, read
}
