package response

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
)

// Posted is what a page sent for one section.
type Posted struct {
	Values url.Values      // answers by path, as [instrument.Instrument.Bind] takes them
	Marks  map[string]Mark // for the answers whose marks stood on the page
	Lang   language.Tag    // in which texts were written
	Seen   int64           // up to which change the page had seen the answers
	Auto   bool            // sent by a script while somebody writes: what clashes is left for the form's own button
}

// Saved is what came of it.
type Saved struct {
	Seen    int64 // what the page has seen now
	Taken   int
	Said    []errs.Field // what was not taken, or not as it came; the rest was saved
	Clashed []string     // paths where somebody else wrote something else meanwhile: both are kept
}

// Save takes what a page posted for one section. What somebody else wrote meanwhile is never overwritten.
func (s *Responses) Save(ctx context.Context, who access.Person, n id.ID, section string, p Posted, entry id.ID) (Saved, error) {
	var saved Saved
	err := s.Desk.Do(ctx, who, "response.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		w, err := s.writing(ctx, c, n, p.Seen)
		if err != nil {
			return err
		}
		if err := w.mayWrite(bare(section)); err != nil {
			return err
		}
		if err := w.section(section, p); err != nil {
			return err
		}
		if p.Auto && len(w.clashed) > 0 {
			return fmt.Errorf("save section %s: %w", section, errs.Conflict)
		}
		saved, err = w.finish(section)
		return err
	}, desk.Once(entry))
	return saved, err
}

// writing is a change of answers under way: what stands, what came, what became of it.
type writing struct {
	s       *Responses
	ctx     context.Context
	c       *desk.Change
	r       Response
	form    *instrument.Instrument
	have    content
	seats   []study.Seat
	seen    int64
	file    id.ID
	version int64 // of this change
	taken   int
	clashed []string
	said    []errs.Field
	touched map[string]bool // sections in which something was taken
}

// writing begins a change of a draft's answers. The whole response takes its turn, so that changes have an order.
func (s *Responses) writing(ctx context.Context, c *desk.Change, n id.ID, seen int64) (*writing, error) {
	if err := c.Lock(ctx, string(id.NewRef(Kind, n))); err != nil {
		return nil, err
	}
	r, err := get(ctx, c.Tx, n)
	if err != nil {
		return nil, err
	}
	if _, err := moveNamed("edit").after(r.State); err != nil {
		return nil, err
	}
	form, err := s.form(ctx, c.Tx, r)
	if err != nil {
		return nil, err
	}
	have, err := load(ctx, c.Tx, n)
	if err != nil {
		return nil, err
	}
	if seen > r.Changes {
		return nil, errs.Invalidf("a page that has seen change %d of %d", seen, r.Changes)
	}
	seats, err := study.Seats(ctx, c.Tx, n)
	return &writing{s: s, ctx: ctx, c: c, r: r, form: form, have: have, seats: seats, seen: seen, version: r.Changes + 1, touched: map[string]bool{}}, err
}

// mayWrite lets the focal point write everywhere and a section editor in the sections that were given to them.
func (w *writing) mayWrite(section string) error {
	if mayWrite(w.seats, w.c.Who().ID, section) {
		return nil
	}
	return errs.Say(fmt.Errorf("write section %s: %w", section, errs.Forbidden), "This section was given to somebody else. Ask the focal point.", nil)
}

// section takes what was posted for a section, and then the instances that were added and removed.
func (w *writing) section(section string, p Posted) error {
	typed, moved := url.Values{}, url.Values{}
	for name, values := range p.Values {
		if name == instrument.AddField || name == instrument.RemoveField {
			moved[name] = values
		} else {
			typed[name] = values
		}
	}
	after, said, err := w.form.Bind(w.have.answers, section, typed)
	if err != nil {
		return err
	}
	w.said = said
	for _, path := range w.postedPaths(section, typed, p.Marks) {
		came := Answer{Value: after.Get(path), Mark: p.Marks[path]}
		if err := came.Mark.check(path); err != nil {
			return err
		}
		_, marked := p.Marks[path]
		if err := w.one(path, came, marked, p.Lang); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return w.move(section, moved)
}

// postedPaths lists the answers that were posted for questions of the section, each once, in order.
func (w *writing) postedPaths(section string, values url.Values, marks map[string]Mark) []string {
	var paths []string
	add := func(name string) {
		path, _, _ := strings.Cut(name, ":")
		if sectionOf(w.form, path) == bare(section) && !slices.ContainsFunc(w.said, func(f errs.Field) bool { return f.Path == path && f.Code == instrument.CodeNotHere }) {
			paths = append(paths, path)
		}
	}
	for name := range values {
		add(name)
	}
	for path := range marks {
		add(path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// one decides on one answer that came. Without its mark on the page the mark stays as it was seen.
func (w *writing) one(path string, came Answer, marked bool, lang language.Tag) error {
	now := w.have.at[path]
	base, others, err := saw(w.ctx, w.c.Tx, w.r.ID, path, w.seen, w.c.Who().ID)
	if err != nil {
		return err
	}
	if !others {
		base = now.Answer // nobody but the writer has changed it since
	}
	_, there := w.have.at[path]
	switch protected := defaultOf(w.form.Item(bare(path))); {
	case !marked:
		came.Mark = base.Mark
		if !there && came.Value != "" {
			came.Mark.Confidential = protected
		}
	case !there && came.Value == "" && came.Mark.Confidential == protected:
		came.Mark.Confidential = "" // the page proposes it; a question that nobody answered needs no protection
	}
	written := came.Mark.Lang // of an answer that was taken over; a page doesn't say it
	came.Mark.Lang = base.Mark.Lang
	if came.Value != base.Value && isText(w.form, path) {
		came.Mark.Lang = cmp.Or(written, string(lang))
	}
	switch merge(base, now.Answer, came) {
	case taken:
		return w.take(path, came)
	case clashed:
		return w.clash(path, came)
	}
	return nil
}

// defaultOf is how an answer is protected unless a person says otherwise: what the questionnaire asks for.
func defaultOf(it *instrument.Item) string {
	switch {
	case it == nil:
		return ""
	case it.Extra["confidentiality"] == Secret:
		return Secret
	case it.ConfidentialDefault:
		return AggregateOnly
	}
	return ""
}

// take writes an answer.
func (w *writing) take(path string, a Answer) error {
	w.taken++
	w.touched[sectionOf(w.form, path)] = true
	if err := w.have.put(path, a.Value); err != nil {
		return err
	}
	a.Mark.Author, a.Mark.At = w.c.Who().ID, w.c.Now()
	w.have.at[path] = stored{a, w.version, w.file}
	return write(w.ctx, w.c, w.r.ID, path, a, w.version, w.file)
}

// clash keeps what came beside what stands. The same writer's own earlier word on it gives way to this one; it stays in
// the history of conflicts.
func (w *writing) clash(path string, a Answer) error {
	w.clashed = append(w.clashed, path)
	return keepConflict(w.ctx, w.c, w.r.ID, path, a, w.file)
}

// move adds and removes instances of repeats. Since that renames the answers behind, nobody else may have changed
// anything there since the page was shown.
func (w *writing) move(section string, values url.Values) error {
	others, err := w.othersIn(section)
	if err != nil {
		return err
	}
	if others {
		return errs.Say(fmt.Errorf("change the instances of section %s: %w", section, errs.Conflict),
			"Somebody else has changed this section meanwhile. Look at it again before you add or remove an entry.", nil)
	}
	after, said, err := w.form.Bind(w.have.answers, section, values)
	if err != nil {
		return err
	}
	w.said = append(w.said, said...)
	marks := w.have.marks()
	for _, gone := range sortedBack(values[instrument.RemoveField]) {
		marks = shift(marks, gone)
	}
	was, is := flat(w.form, w.have.answers, w.c.Now()), flat(w.form, after, w.c.Now())
	for _, path := range union(was, is, w.have.marks(), marks) {
		came := Answer{is[path], marks[path]}
		if now := w.have.at[path]; !came.same(now.Answer) {
			if err := w.take(path, came); err != nil {
				return err
			}
		}
	}
	w.have.answers = after
	return nil
}

// othersIn reports whether somebody else has changed an answer of the section since the page was shown.
func (w *writing) othersIn(section string) (bool, error) {
	paths, err := changedByOthers(w.ctx, w.c.Tx, w.r.ID, w.seen, w.c.Who().ID)
	return slices.ContainsFunc(paths, func(p string) bool { return sectionOf(w.form, p) == bare(section) }), err
}

// finish closes the change: the counter moves on, a section that was ready is open again when something in it changed.
func (w *writing) finish(section string) (Saved, error) {
	saved := Saved{Seen: w.seen, Taken: w.taken, Said: w.said, Clashed: w.clashed}
	others, err := w.othersIn(section)
	if err != nil {
		return saved, err
	}
	if w.taken > 0 {
		if err := w.settleChange(); err != nil {
			return saved, err
		}
	}
	if !others && len(w.clashed) == 0 {
		saved.Seen = w.r.Changes
	}
	w.c.Record(map[string]any{"answers": w.taken, "clashed": len(w.clashed)})
	return saved, nil
}

func (w *writing) settleChange() error {
	changed, err := w.c.Exec(w.ctx, `
		UPDATE response SET changes = ?, version = version + 1 WHERE id = ? AND changes = ?`, w.version, w.r.ID, w.r.Changes)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	w.r.Changes = w.version
	for section := range w.touched {
		if err == nil {
			_, err = w.c.Exec(w.ctx, `DELETE FROM response_ready WHERE response_id = ? AND section = ?`, w.r.ID, section)
		}
	}
	return err
}

var numbers = regexp.MustCompile(`\[\d+\]`)

// bare is a section's name without the number of an instance.
func bare(section string) string { return numbers.ReplaceAllString(section, "") }

// sectionOf is the section in which the question at a path is asked, "" for a path that the form doesn't have.
func sectionOf(form *instrument.Instrument, path string) string {
	if it := form.Item(bare(path)); it != nil {
		return it.Section
	}
	return ""
}

func isText(form *instrument.Instrument, path string) bool {
	it := form.Item(bare(path))
	return it != nil && it.Type == instrument.TextType
}
