package response

import (
	"context"
	"slices"
	"time"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
)

// File is what was filled in elsewhere: a workbook or a page that came back, or answers that a program made.
type File struct {
	Name     string
	Sum      Hash
	Sections []string          // that it may write; none are all
	Answers  map[string]Answer // what it says, by path
	Base     map[string]Answer // what stood there when it was given out; nil: what stands now
}

// Import takes a file's answers. Each is compared three ways: what stood when the file was given out, what stands now,
// what the file says. What both sides changed is kept twice, for the focal point to decide. A file that writes in a
// section which isn't its own, or its bearer's, is refused whole. The order in which files come doesn't matter.
func (s *Responses) Import(ctx context.Context, who access.Person, n id.ID, f File, entry id.ID) (Saved, error) {
	var saved Saved
	err := s.Desk.Do(ctx, who, "response.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		if err := s.begin(ctx, c, n); err != nil {
			return err
		}
		w, err := s.writing(ctx, c, n, 0)
		if err != nil {
			return err
		}
		w.file = entry
		if err := w.takeFile(f); err != nil {
			return err
		}
		if saved, err = w.finish(""); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `
			INSERT INTO response_file (id, response_id, name, sha256, person_id, at, taken, clashed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, n, f.Name, f.Sum, who.ID, c.Now(), w.taken, len(w.clashed))
		c.Record(map[string]any{"file": f.Sum, "answers": w.taken, "clashed": len(w.clashed)})
		return err
	}, desk.Once(entry))
	return saved, err
}

func (w *writing) takeFile(f File) error {
	list, err := compare(w.form, w.have, w.seats, w.c.Who().ID, f)
	for _, d := range list {
		switch {
		case err != nil:
			return err
		case d.Outcome == taken:
			err = w.take(d.Path, d.Came)
		case d.Outcome == clashed:
			err = w.clash(d.Path, d.Came)
		}
	}
	return err
}

func sorted(m map[string]Answer) []string {
	var paths []string
	for p := range m {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// FileOf makes a file's answers of a document and what is said beside it.
func FileOf(form *instrument.Instrument, a Answers, marks map[string]Mark, now time.Time) map[string]Answer {
	out := map[string]Answer{}
	for path, value := range flat(form, a, now) {
		out[path] = Answer{Value: value, Mark: marks[path]}
	}
	for path, m := range marks {
		if _, there := out[path]; !there {
			out[path] = Answer{Mark: m}
		}
	}
	return out
}
