package response

import (
	"context"
	"slices"
	"time"

	"comity/internal/base/errs"
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
	var wrong []errs.Field
	for _, path := range sorted(f.Answers) {
		section := sectionOf(w.form, path)
		switch {
		case section == "":
			wrong = append(wrong, errs.Field{Path: path, Code: "The questionnaire has no such question."})
		case len(f.Sections) > 0 && !slices.Contains(f.Sections, section), !mayWrite(w.seats, w.c.Who().ID, section):
			wrong = append(wrong, errs.Field{Path: path, Code: "This answer belongs to a section that this file may not change."})
		}
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	for _, path := range sorted(f.Answers) {
		came, now := f.Answers[path], w.have.at[path].Answer
		if err := came.Mark.check(path); err != nil {
			return err
		}
		if came.Mark.Confidential == "" && came.Value != "" { // a file can protect an answer, and never lifts a protection
			came.Mark.Confidential = now.Mark.Confidential
			if _, written := w.have.at[path]; !written {
				came.Mark.Confidential = defaultOf(w.form.Item(bare(path)))
			}
		}
		base := now
		if f.Base != nil {
			base = f.Base[path]
		}
		var err error
		switch merge(base, now, came) {
		case taken:
			err = w.take(path, came)
		case clashed:
			err = w.clash(path, came)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
