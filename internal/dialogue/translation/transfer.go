package translation

import (
	"context"
	"fmt"
	"io"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/translation/xliff"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// states says how far a text is in XLIFF's words.
var states = map[State]xliff.State{Missing: xliff.New, Outdated: xliff.Again, Draft: xliff.Review, Reviewed: xliff.Done, Approved: xliff.Final}

// path names a text in a file: its object and its field. It is the same at every node and every time.
func path(o Object, field string) string { return string(o.Ref) + "#" + field }

// Export returns an object's texts in a language for a translator's tool. An outdated translation stands beside its
// text as the earlier version that it is.
func Export(ctx context.Context, tx *db.Tx, object id.ID, tag language.Tag) (xliff.File, error) {
	o, err := find(ctx, tx, object)
	if err != nil {
		return xliff.File{}, fmt.Errorf("export: %w", err)
	}
	units, err := unitsOf(ctx, tx, o, tag)
	if err != nil {
		return xliff.File{}, fmt.Errorf("export %s: %w", o.Ref, err)
	}
	f := xliff.File{Original: string(o.Ref), Source: o.Lang, Target: tag}
	for _, u := range units {
		x := xliff.Unit{ID: path(o, u.Field), Source: u.Source, Target: u.Text, State: states[u.State], Approved: u.State == Approved, Note: u.Remark}
		if u.State == Outdated {
			x.Target, x.Previous = "", &xliff.Pair{Source: u.Of, Target: u.Text}
		}
		f.Units = append(f.Units, x)
	}
	return f, nil
}

// Report says what came of a file.
type Report struct {
	Taken    int // new drafts
	Outdated int // kept, but of an earlier source
	Same     int // already there
	Empty    int // without a translation
	Newer    int // left out: the source that it was made from is old, and here is a translation of the new one
}

// Trouble is a text of a file that can't be taken, and why: a message of the catalogue.
type Trouble struct{ Path, Source, Why string }

// RefusedError is a file of which nothing was taken, because of these texts. It is an [errs.Invalid].
type RefusedError struct{ Troubles []Trouble }

func (e *RefusedError) Error() string {
	var list []string
	for _, t := range e.Troubles {
		list = append(list, t.Path+": "+t.Why)
	}
	return "translations refused: " + strings.Join(list, "; ")
}

func (e *RefusedError) Unwrap() error { return errs.Invalid }

// The reasons for which a text of a file is refused.
var (
	whyUnknown = language.M("This text is not one of those to be translated here.")
	whyStale   = language.M("The source has changed since the file was made.")
	whyPlaces  = language.M("The translation lacks a place in curly brackets, or has one that the source hasn't, or characters that can't be kept.")
)

// Import takes the translations of a file as drafts, all of them or none. A text whose source has changed since the file
// was made keeps the whole file out, unless rebase is set: then it is kept as outdated, beside the source that it was
// made from.
func (q *Translations) Import(ctx context.Context, who access.Person, object id.ID, tag language.Tag, in io.Reader, rebase bool, entry id.ID) (Report, error) {
	f, err := xliff.Read(in)
	if err != nil {
		return Report{}, err
	}
	var report Report
	err = q.desk.Do(ctx, who, "translation.import", id.NewRef(ObjectKind, object), func(c *desk.Change) error {
		report = Report{}
		o, err := find(ctx, c.Tx, object)
		if err != nil {
			return err
		}
		if f.Original != string(o.Ref) || f.Target != tag || f.Source != o.Lang {
			return errs.Say(errs.Invalid, "This file is of other texts or another language. Take the file out here, and bring that one back.", nil)
		}
		units, err := unitsOf(ctx, c.Tx, o, tag)
		if err != nil {
			return err
		}
		plan, err := sift(o, units, f, rebase)
		if err != nil {
			return err
		}
		for _, p := range plan.take {
			if err := store(ctx, c, p.unit, p.text, p.state, p.of); err != nil {
				return err
			}
		}
		report = plan.Report
		c.Record(map[string]any{"lang": tag, "file": Hash(string(xliff.Write(f))), "taken": report.Taken, "outdated": report.Outdated})
		return nil
	}, desk.Once(entry))
	return report, err
}

// sifted is what is to be done with a file.
type sifted struct {
	Report
	take []taken
}

type taken struct {
	unit  Unit
	text  string
	state State
	of    string // the source that the text was made from
}

// sift decides what to take of a file.
func sift(o Object, units []Unit, f xliff.File, rebase bool) (sifted, error) {
	byPath := make(map[string]Unit, len(units))
	for _, u := range units {
		byPath[path(o, u.Field)] = u
	}
	var s sifted
	refused := &RefusedError{}
	for _, x := range f.Units {
		refuse := func(why string) { refused.Troubles = append(refused.Troubles, Trouble{x.ID, x.Source, why}) }
		u, ok := byPath[x.ID]
		switch stale := Hash(x.Source) != u.Hash; {
		case !ok:
			refuse(whyUnknown)
		case strings.TrimSpace(x.Target) == "":
			s.Empty++
		case stale && !rebase:
			refuse(whyStale)
		case checkCharacters(x.Source) != nil || checkTarget(x.Source, x.Target) != nil:
			refuse(whyPlaces)
		case x.Target == u.Text && (u.State != Outdated || stale):
			s.Same++
		case stale && u.State.Current():
			s.Newer++
		case stale:
			s.Outdated++
			s.take = append(s.take, taken{u, x.Target, Outdated, x.Source})
		default:
			s.Taken++
			s.take = append(s.take, taken{u, x.Target, Draft, u.Source})
		}
	}
	if len(refused.Troubles) > 0 {
		return sifted{}, refused
	}
	return s, nil
}
