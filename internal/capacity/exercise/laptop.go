package exercise

import (
	"fmt"
	"strings"
	"time"

	"comity/internal/base/canonical"
)

// laptop makes the image of a laptop's data volume: letters, invoices, a browser's history, and a list of payments that
// was deleted and is still there.
func (b *builder) laptop() error {
	s := b.story
	history, visited, err := b.history()
	if err != nil {
		return err
	}
	payments := b.payments()
	local := func(n, hour, minute int) time.Time { return s.at(n, hour+1, minute, 0) } // the laptop's clock is at UTC+1
	img, err := fatVolume("EXERCISE", b.rng.Uint32(), []volumeFile{
		{name: "README.TXT", at: local(0, 8, 0), data: []byte("EXERCISE. Everything on this volume is invented.\r\nThe clock of this computer stands at UTC+01:00.\r\n")},
		{name: "LETTER.TXT", at: local(1, 9, 12), data: []byte(fmt.Sprintf("To %s\r\n\r\nThe account for all further payments is the one I told you on the telephone.\r\n\r\n%s\r\n", s.two.name, s.one.name))},
		{name: "PAYMENTS.CSV", at: local(2, 22, 40), data: payments, deleted: true},
		{name: "INVOICES.CSV", at: local(3, 7, 55), data: b.invoices()},
		{name: "HISTORY.DB", at: local(4, 6, 30), data: history},
	})
	if err != nil {
		return err
	}
	b.evidence("laptop.img", "Image of the data volume of a laptop", img)
	b.m.Key.Facts["deleted"] = string(canonical.Sum(payments))
	b.m.Key.Facts["visited"] = visited
	return nil
}

// history makes the browser's history; visited is when, in universal time, the page of the drop was opened.
func (b *builder) history() (db []byte, visited string, err error) {
	var rows [][]any
	at := b.story.at(2, 19, 0, 0)
	drop := 6 + b.rng.IntN(8)
	for i := range 20 {
		at = at.Add(time.Duration(30+b.rng.IntN(600)) * time.Second)
		page := fmt.Sprintf("https://news%d.example/%04x", b.rng.IntN(9), b.rng.IntN(1<<16))
		title := "News (exercise)"
		if i == drop {
			page, title = "https://drop.example/"+strings.ToLower(given[b.rng.IntN(len(given))]), "Upload finished (exercise)"
			visited = at.Format(time.RFC3339)
		}
		rows = append(rows, []any{page, title, at.UnixMicro()})
	}
	db, err = sqliteFile([]dbTable{
		{"visit", "CREATE TABLE visit (id INTEGER PRIMARY KEY, url TEXT, title TEXT, visited_at INTEGER)", rows},
		{"meta", "CREATE TABLE meta (id INTEGER PRIMARY KEY, key TEXT, value TEXT)", [][]any{
			{"exercise", "invented"}, {"visited_at", "microseconds since 1970-01-01T00:00:00Z"},
		}},
	})
	return db, visited, err
}

// payments makes the list that was deleted.
func (b *builder) payments() []byte {
	rows := [][]string{{"day", "from", "to", "amount"}}
	for i := range 40 {
		rows = append(rows, []string{
			b.story.at(-i, 0, 0, 0).Format(time.DateOnly), fmt.Sprintf("EX%02d-%06d", b.rng.IntN(100), b.rng.IntN(1e6)), "EX00-000001",
			fmt.Sprintf("%d.%02d", 100+b.rng.IntN(9000), b.rng.IntN(100)),
		})
	}
	return table(rows)
}

func (b *builder) invoices() []byte {
	rows := [][]string{{"number", "customer", "amount"}}
	for i := range 30 {
		rows = append(rows, []string{fmt.Sprintf("2026-%03d", i+1), fmt.Sprintf("Customer %d (exercise)", 1+b.rng.IntN(12)), fmt.Sprintf("%d.00", 50+b.rng.IntN(900))})
	}
	return table(rows)
}
