package letter

import (
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/treaty"
)

// Outline is an order of the letter's parts, as a legal tradition expects it. The measures have the same numbers in all.
type Outline struct {
	Code  string
	Name  string // English, the key of its translations
	Parts []string
}

// Outlines lists the outlines; the first is the usual one.
func (l *Letters) Outlines() []Outline { return slices.Clone(l.outlines) }

func (l *Letters) readOutlines(ty *types.Types) error {
	b, err := ty.File("_cover", "outlines.toml")
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	var in struct{ Outline []Outline }
	if err := treaty.Decode("_cover/outlines.toml", string(b), &in); err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	for _, o := range in.Outline {
		for _, b := range l.cover {
			if !slices.Contains(o.Parts, b.part) {
				return errs.Invalidf("letter: _cover/outlines.toml: outline %s leaves out the part %q", o.Code, b.part)
			}
		}
		l.message = append(l.message, o.Name)
	}
	for _, b := range l.cover {
		if b.outline != "" && !slices.ContainsFunc(in.Outline, func(o Outline) bool { return o.Code == b.outline }) {
			return errs.Invalidf("letter: _cover/letter.toml: there is no outline %q", b.outline)
		}
	}
	if len(in.Outline) == 0 {
		return errs.Invalidf("letter: _cover/outlines.toml: no outline")
	}
	l.outlines = in.Outline
	return nil
}

// ordered returns the cover's blocks as an outline has them.
func (l *Letters) ordered(code string) ([]*block, error) {
	i := slices.IndexFunc(l.outlines, func(o Outline) bool { return o.Code == code })
	if code == "" {
		i = 0
	}
	if i < 0 {
		return nil, errs.Invalidf("letter: there is no outline %q", code)
	}
	var out []*block
	for _, part := range l.outlines[i].Parts {
		for _, b := range l.cover {
			if b.part == part && (b.outline == "" || b.outline == l.outlines[i].Code) {
				out = append(out, b)
			}
		}
	}
	return out, nil
}
