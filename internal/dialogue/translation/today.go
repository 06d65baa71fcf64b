package translation

import (
	"context"

	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Line is something that waits for a person, and the page on which it is done.
type Line struct{ Text, Href string }

// Today says what of the translations waits for the one who asks, by what they may do.
func (q *Translations) Today(r *web.Request) ([]Line, error) {
	if !q.desk.Ever(r.Person, "translation.read") {
		return nil, nil
	}
	var all Count
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		for _, tag := range language.Official() {
			c, err := Waiting(ctx, tx, tag)
			if err != nil {
				return err
			}
			all.Missing += c.Missing + c.Outdated
			all.Draft += c.Draft
			all.Reviewed += c.Reviewed
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var lines []Line
	add := func(n int64, text string) {
		if n > 0 {
			lines = append(lines, Line{text, "/d/translate"})
		}
	}
	if q.desk.Ever(r.Person, "translation.write") {
		add(all.Missing, r.N("{n} text waits to be translated", "{n} texts wait to be translated", int(all.Missing)))
	}
	if q.desk.Ever(r.Person, "translation.review") {
		add(all.Draft, r.N("{n} translation waits to be reviewed", "{n} translations wait to be reviewed", int(all.Draft)))
	}
	if q.desk.Ever(r.Person, "translation.approve") {
		add(all.Reviewed, r.N("{n} translation waits to be freed for publishing", "{n} translations wait to be freed for publishing", int(all.Reviewed)))
	}
	if len(lines) == 0 {
		lines = append(lines, Line{r.T("See what is translated, and what waits"), "/d/translate"})
	}
	return lines, nil
}
