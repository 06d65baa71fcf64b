package exercise

import (
	"bytes"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
)

// providerReturn makes what an invented provider hands over: sign-ins as a table, and the letter that says what it is.
func (b *builder) providerReturn() error {
	s := b.story
	rows := [][]string{{"at", "account", "address", "port", "event"}}
	at := s.at(2, 6, 0, 0)
	const n = 24
	first := 8 + b.rng.IntN(6) // from here a few rows lack their zone
	for i := range n {
		at = at.Add(time.Duration(300+b.rng.IntN(3000)) * time.Second)
		address, event := fmt.Sprintf("2001:db8:%x::%x", b.rng.IntN(1<<16), 1+b.rng.IntN(1<<16)), "sign-in"
		if i == n-3 {
			address, event = s.address, "recovery address changed"
		}
		when := at.Format(time.RFC3339)
		if b.plants(Zone) && i >= first && i < first+3 {
			when = at.Add(time.Hour).Format("2006-01-02T15:04:05")
		}
		rows = append(rows, []string{when, s.account, address, fmt.Sprint(20000 + b.rng.IntN(40000)), event})
	}
	data := table(rows)
	label := b.evidence("return.csv", "Sign-ins of the account "+s.account, data)
	if b.plants(Zone) {
		b.plant(Zone, label, "return.csv", fmt.Sprintf("rows %d to %d have no offset and are an hour ahead of the others", first+2, first+4))
	}
	b.m.Key.Facts["address"] = s.address
	letter, err := b.cover(data, n)
	if err != nil {
		return err
	}
	b.evidence("return.pdf", "Letter of the provider", letter)
	return nil
}

// cover is the provider's letter.
func (b *builder) cover(data []byte, rows int) ([]byte, error) {
	s := b.story
	term := func(name string, kind document.Kind, value string) document.Definition {
		return document.Definition{Term: document.T(name), Text: document.Text{{Kind: kind, Text: value}}}
	}
	d := &document.Doc{
		Lang: language.English, Title: "Return of a provider (exercise)", Author: "Nimbus Mail (exercise)", Created: s.at(4, 12, 0, 0), Exercise: "EXERCISE",
		Blocks: []document.Block{
			document.Heading{Level: 1, Text: document.T("Nimbus Mail (exercise): return")},
			document.Paragraph{Text: document.T("We hand over what we hold of the account below. All times are in universal time (UTC). Each row names the address and the port from which the account was used.")},
			document.Definitions{Items: []document.Definition{
				term("Case", document.Identifier, s.caseNo), term("Account", document.Identifier, s.account),
				term("File", document.Identifier, "return.csv"), term("Rows", document.Amount, fmt.Sprint(rows)),
				term("SHA-256", document.Identifier, string(canonical.Sum(data))),
			}},
		},
	}
	var out bytes.Buffer
	err := pdf.Write(&out, d, font.Noto())
	return out.Bytes(), err
}

// foreign puts an item of another case among the others.
func (b *builder) foreign() error {
	s := b.story
	rows := [][]string{{"at", "account", "address", "port", "event"}}
	for i := range 5 {
		rows = append(rows, []string{
			s.at(1, 8+i, b.rng.IntN(60), 0).Format(time.RFC3339), "other-" + s.account, fmt.Sprintf("198.51.100.%d", 1+b.rng.IntN(254)),
			fmt.Sprint(20000 + b.rng.IntN(40000)), "sign-in",
		})
	}
	label := b.evidence("return-2.csv", "Sign-ins of an account", table(rows))
	b.items[len(b.items)-1].caseNo = s.other
	b.plant(Foreign, label, "return-2.csv", "items.csv: "+label+" is of the case "+s.other)
	return nil
}

// log makes the log of a server that writes local time and doesn't say so; the note of its administrator does.
func (b *builder) log() error {
	s := b.story
	rows := [][]string{{"time", "address", "port", "request"}}
	at := s.at(2, 20, 0, 0)
	wanted := 9 + b.rng.IntN(8)
	for i := range 30 {
		at = at.Add(time.Duration(1+b.rng.IntN(200)) * time.Second)
		address, port, what := fmt.Sprintf("198.51.100.%d", 1+b.rng.IntN(254)), 20000+b.rng.IntN(40000), "GET /"
		if i == wanted {
			address, port, what = s.address, s.port, "POST /login as admin"
			b.m.Key.Facts["port"] = fmt.Sprint(port)
		}
		rows = append(rows, []string{at.Add(2 * time.Hour).Format(wallClock), address, fmt.Sprint(port), what})
	}
	b.evidence("log.csv", "Log of the victim's server", table(rows))
	b.evidence("note.txt", "Note of the server's administrator", []byte("EXERCISE. The server stands at UTC+02:00 and is set by NTP.\nIts log writes local time.\n"))
	return nil
}
