package data

import (
	"bytes"
	"testing"

	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xlsform"
)

// A questionnaire is invited with as canonical bytes and edited as a workbook: both ways it stays the same form, with all of
// its languages.
func TestFormsTravel(t *testing.T) {
	eachForm(t, func(t *testing.T, _ Study, _ string, in *instrument.Instrument) {
		want, err := in.Hash()
		if err != nil {
			t.Fatal(err)
		}
		b, err := in.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		again, err := instrument.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Hash(); err != nil || got != want {
			t.Errorf("parsed from its canonical bytes the form has the hash %s (%v), want %s", got, err, want)
		}
		var book bytes.Buffer
		if err := xlsform.Write(&book, in); err != nil {
			t.Fatal(err)
		}
		back, found, err := xlsform.Read(bytes.NewReader(book.Bytes()), int64(book.Len()), "form.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			t.Errorf("read from its workbook: %v", d)
		}
		if got, err := back.Hash(); err != nil || got != want {
			t.Errorf("read from its workbook the form has the hash %s (%v), want %s", got, err, want)
		}
	})
}
