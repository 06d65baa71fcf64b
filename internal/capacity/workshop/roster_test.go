package workshop_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"comity/internal/capacity/workshop"
)

const rosterHead = "name;email;role;state;organisation\n"

// TestRosterPreview: a list is shown row by row with what is wrong before anything is stored.
func TestRosterPreview(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		state := w.as(s, "state-b", w.focal("XB"))
		at := "/capacity/workshops/" + string(w.ws)
		row := func(name, email, role, state, body string) string {
			return strings.Join([]string{name, email, role, state, body}, ";") + "\n"
		}
		police := "police of XB (exercise)"
		good := row("=SUM(A1)", "a@example.org", "investigator", "XB", police) + row("Amina (exercise)", "b@example.org", "Investigators", "Exercise State B", strings.ToUpper(police))
		for list, want := range map[string]string{
			rosterHead + good + row("B", "A@example.org", "investigator", "XB", police):                                                     "Row 4, E-mail address: A@example.org stands in row 2 already.",
			rosterHead + row("A", "a@example.org", "investigator", "Congo", police):                                                         "Row 2, State: Congo may be CD (Democratic Republic of the Congo) or CG (Congo). Write the two letters",
			rosterHead + row("A", "a@example.org", "investigator", "Atlantis", police):                                                      "Row 2, State: Atlantis is no State.",
			rosterHead + row("A", "a@example.org", "wizard", "XB", police):                                                                  "Row 2, Role: wizard is none of investigator,",
			rosterHead + row("A", "no address", "investigator", "XB", police):                                                               "Row 2, E-mail address: no address is no e-mail address.",
			rosterHead + row("", "a@example.org", "investigator", "XB", police):                                                             "Row 2, Name: write the name",
			rosterHead + row("A", "a@example.org", "investigator", "XB", "Nobody’s"):                                                        "Row 2, Organisation: there is no organisation Nobody’s in this State.",
			rosterHead + row("A", "a@example.org", "investigator", "XC", "police of XC (exercise)"):                                         "Row 2, State: you name people of your own State only.",
			rosterHead + row("A", "a@example.org", "judge", "XB", police):                                                                   "Row 2, Role: no seat is planned for this State and role.",
			rosterHead + good + row("C", "c@example.org", "investigator", "XB", police) + row("D", "d@x.org", "investigator", "XB", police): "Row 5, Role: 2 seats and 1 on the reserve are planned",
			"name,email\nA,b\n": "The first row has no column role.",
			rosterHead:          "The list has nobody below its first row.",
			"a\n\"b":            "Line 2 can't be read as cells",
			"":                  "Give a list of at most 500 people",
			rosterHead + strings.Repeat(row("A", "a@example.org", "investigator", "XB", police), 501): "The sheet has more than 501 rows.",
		} {
			a := state.Post(at+"/names/list", w.form("roster", list, "do", "enter"))
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(plainText(a.Text()), want) {
				w.t.Errorf("%q: %d, want %q in %s", list[:min(len(list), 200)], a.Status, want, plainText(a.Text()))
			}
		}
		a := state.Post(at+"/names/list", w.form("roster", rosterHead+good))
		if a.Status != http.StatusOK || !strings.Contains(a.Text(), "Nothing is stored yet.") || !strings.Contains(a.Text(), "=SUM(A1)") {
			w.t.Errorf("a list in order: %d %s", a.Status, a.Text())
		}
		if n := len(w.seats()); n != 0 {
			w.t.Fatalf("%d seats before anybody confirmed", n)
		}
		a = state.Post(at+"/names/list", w.form("roster", rosterHead+good, "do", "enter"))
		if a.Status != http.StatusOK || strings.Count(a.Text(), "/invitation/") != 2 {
			w.t.Fatalf("confirmed: %d %s", a.Status, a.Text())
		}
		seats := w.seats()
		if len(seats) != 2 || seats[0].Status != workshop.Nominated || w.person(seats[0].Person).Name == "" {
			w.t.Errorf("seats: %+v", seats)
		}
		a = state.Post(at+"/names/list", w.form("roster", rosterHead+good))
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(plainText(a.Text()), "Row 2, E-mail address: a@example.org has a seat in this workshop already.") {
			w.t.Errorf("the same list again: %d %s", a.Status, plainText(a.Text()))
		}
	})
}

// TestRosterFiles: what spreadsheet programs write is read, from a letter too, where a second person agrees with each name.
func TestRosterFiles(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		at := "/capacity/workshops/" + string(w.ws) + "/letter/list"
		f := excelize.NewFile()
		defer f.Close()
		for i, line := range [][]string{{"Name", "E-mail address", "Role", "State", "Organisation", "Language"},
			{"أمينة (exercise)", "x@example.org", "prosecutor", "XC", "prosecution of XC (exercise)", "ar"}} {
			for j, v := range line {
				if err := f.SetCellStr("Sheet1", fmt.Sprintf("%c%d", 'A'+j, i+1), v); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		book, err := f.WriteToBuffer()
		w.must(err)
		sheet := "\xFF\xFE"
		for _, c := range []byte("name\temail\trole\tstate\torganisation\r\nB\tb@example.org\tprosecutor\tXC\tprosecution of XC (exercise)\r\n") {
			sheet += string([]byte{c, 0})
		}
		letter := strings.Repeat("ab", 32)
		for name, b := range map[string][]byte{"list.xlsx": book.Bytes(), "list.txt": []byte(sheet)} {
			if a := s.As("manager").Upload(at, w.form(), "file", name, b); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "SHA-256 of the file") {
				w.t.Errorf("%s without a letter: %d %s", name, a.Status, a.Text())
			}
			if a := s.As("manager").Upload(at, w.form("letter", letter), "file", name, b); a.Status != http.StatusOK || !strings.Contains(a.Text(), "In order") {
				w.t.Errorf("%s: %d %s", name, a.Status, a.Text())
			}
			if a := s.As("manager").Upload(at, w.form("letter", letter, "do", "enter"), "file", name, b); a.Status != http.StatusOK || !strings.Contains(a.Text(), "/invitation/") {
				w.t.Errorf("%s entered: %d %s", name, a.Status, a.Text())
			}
		}
		for _, seat := range w.seats() {
			if seat.Status != workshop.Typed || seat.Letter != letter {
				w.t.Errorf("a seat from a letter: %+v", seat)
			}
		}
		if n := len(w.seats()); n != 2 {
			w.t.Errorf("%d seats, want 2", n)
		}
	})
}
