package response_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/id"
	"comity/internal/dialogue/response"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// given takes a section away as a file of a kind.
func given(t testing.TB, v *nodetest.Visitor, n id.ID, kind string, sections ...string) []byte {
	t.Helper()
	a := v.Get("/d/fill/" + string(n) + "/files/give?" + url.Values{"kind": {kind}, "section": sections}.Encode())
	want(t, a, http.StatusOK)
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("a file comes with the disposition %q, want an attachment", got)
	}
	return []byte(a.Body)
}

// filledBook writes answers into a workbook as a clerk would: beside the question's words.
func filledBook(t testing.TB, book []byte, answers map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	left := len(answers)
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		column := 0
		for y, row := range rows {
			for x, cell := range row {
				if cell == "Answer" {
					column = x + 1
				}
				value, ok := answers[cell]
				if !ok || column == 0 {
					continue
				}
				at, err := excelize.CoordinatesToCellName(column, y+1)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellStr(sheet, at, value); err != nil {
					t.Fatal(err)
				}
				left--
			}
		}
	}
	if left != 0 {
		t.Fatalf("%d questions are not in the workbook", left)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// savedPage is what the script of the page that was given out saves: its data with the answers.
func savedPage(t testing.TB, page []byte, answers map[string]string) []byte {
	t.Helper()
	at := bytes.Index(page, []byte(`{"format":"comity/answerbook/1"`))
	if at < 0 {
		t.Fatal("the page has no data of its own")
	}
	var data map[string]any
	if err := json.NewDecoder(bytes.NewReader(page[at:])).Decode(&data); err != nil {
		t.Fatal(err)
	}
	given := map[string]any{}
	for path, value := range answers {
		given[path] = map[string]any{"value": value}
	}
	data["answers"] = given
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answered is a response that was begun, with the browsers of its focal point and of one section editor.
func (h *house) answered() (r id.ID, lead, editor *nodetest.Visitor) {
	h.Helper()
	n, of := h.fielded()
	focal, editors := h.answering(n, of)
	h.ok(h.Responses.Begin(ctx, focal, of.ID, h.Entry()))
	h.study = n
	h.People["focal-point"], h.People["contributor"] = focal, editors["police"]
	site := h.site()
	return of.ID, site.As("focal-point"), site.As("contributor")
}

// previewed uploads a file and returns the form with which its preview takes it.
func previewed(t testing.TB, v *nodetest.Visitor, at, name string, file []byte) url.Values {
	t.Helper()
	a := v.Upload(at, url.Values{}, "file", name, file)
	want(t, a, http.StatusOK, "Nothing of it was taken yet.")
	form := url.Values{"name": {name}}
	for _, field := range []string{"held", "seen"} {
		form.Set(field, between(a.Body, `name="`+field+`" value="`, `"`))
	}
	return form
}

// TestThreeWayPreview: a file that came back shows answer by answer what stood, what stands and what it says; nothing is
// kept before the person takes it, and what they take is what they were shown.
func TestThreeWayPreview(t *testing.T) {
	each(t, func(h *house) {
		r, lead, editor := h.answered()
		at := "/d/fill/" + string(r) + "/files"
		h.save(r, "police", "police_ovens", "3")
		h.save(r, "police", "police_law", "no")
		page := given(h.T, editor, r, "html", "police")
		h.save(r, "police", "police_ovens", "4") // the focal point, after the file was given out
		file := savedPage(h.T, page, map[string]string{"police_ovens": "7", "police_law": "yes", "police_why": "Because (exercise)"})
		before, stood := h.entries(), string(h.record(r).Answers)
		a := editor.Upload(at, url.Values{}, "file", "police.json", file)
		want(h.T, a, http.StatusOK, "2 answers would be taken", "1 answer is in conflict", "Conflict: both are kept", "Is taken")
		row := between(a.Text(), "How many ovens has police?", "Is there a law")
		if got := strings.Join(strings.Fields(row), " "); !strings.HasPrefix(got, "3 4 7 ") {
			h.Errorf("the conflict's row is %q, want 3, 4 and 7", got)
		}
		if got := between(a.Text(), "Is there a law for police?", "Why"); !strings.HasPrefix(strings.Join(strings.Fields(got), " "), "No No Yes") {
			h.Errorf("choices aren't said in words: %q", got)
		}
		if now := string(h.record(r).Answers); h.entries() != before || now != stood {
			h.Errorf("a preview has changed something: %s, stood %s", now, stood)
		}
		form := previewed(h.T, editor, at, "police.json", file)
		h.save(r, "police", "police_why", "") // nothing changes by that
		h.save(r, "courts", "courts_ovens", "1")
		want(h.T, editor.Post(at+"/take", form), http.StatusUnprocessableEntity, "compared again", "1 answer is in conflict")
		if now := string(h.record(r).Answers); strings.Contains(now, `"police_law":"yes"`) {
			h.Errorf("a preview that was overtaken was taken: %s", now)
		}
		want(h.T, editor.Post(at+"/take", previewed(h.T, editor, at, "police.json", file)), http.StatusSeeOther)
		now := string(h.record(r).Answers)
		if !strings.Contains(now, `"police_law":"yes"`) || !strings.Contains(now, `"police_ovens":"4"`) {
			h.Errorf("after the file: %s", now)
		}
		want(h.T, lead.Get("/d/fill/"+string(r)+"/conflicts"), http.StatusOK, "How many ovens has police?")

		// What the page sends back is refused like what was uploaded.
		form = previewed(h.T, editor, at, "police.json", file)
		form.Set("held", base64.RawURLEncoding.EncodeToString(savedPage(h.T, page, map[string]string{"courts_ovens": "9"})))
		want(h.T, editor.Post(at+"/take", form), http.StatusUnprocessableEntity, "was not taken", "courts_ovens")
		form.Set("held", "?")
		if got := editor.Post(at+"/take", form).Status; got != http.StatusUnprocessableEntity {
			h.Errorf("what isn't a file: status %d, want 422", got)
		}
	})
}

// save has the focal point write one answer on the section's page.
func (h *house) save(n id.ID, section, path, value string) {
	h.Helper()
	_, err := h.Responses.Save(ctx, h.People["focal-point"], n, section, response.Posted{Values: url.Values{path: {value}}, Seen: h.changes(n), Lang: "en"}, h.Entry())
	h.ok(err)
}

// changes is up to which change a page that is opened now has seen the answers.
func (h *house) changes(n id.ID) (seen int64) {
	h.Helper()
	h.read(func(tx *db.Tx) error { return tx.Row(ctx, `SELECT changes FROM response WHERE id = ?`, n).Scan(&seen) })
	return seen
}

// TestFilesComeBack: sections go out as a workbook and as a page, are filled in elsewhere and come back once.
func TestFilesComeBack(t *testing.T) {
	each(t, func(h *house) {
		r, lead, editor := h.answered()
		at := "/d/fill/" + string(r) + "/files"
		want(h.T, editor.Get(at), http.StatusOK, "No file has come back yet.", "Section police")
		if text := editor.Get(at).Text(); strings.Contains(text, "Section courts") {
			h.Errorf("an editor of the police can take away another section: %s", text)
		}
		book := filledBook(h.T, given(h.T, editor, r, "xlsx", "police"), map[string]string{"How many ovens has police?": "7"})
		page := savedPage(h.T, given(h.T, lead, r, "html", "courts", "school"), map[string]string{"courts_ovens": "2", "school_ovens": "3"})
		before := h.entries()
		form := previewed(h.T, editor, at, "police.xlsx", book)
		form.Set("entry", string(h.Entry()))
		for range 2 { // the second time it is the same act
			want(h.T, editor.Post(at+"/take", form), http.StatusSeeOther)
		}
		want(h.T, lead.Post(at+"/take", previewed(h.T, lead, at, "courts.json", page)), http.StatusSeeOther)
		if got := h.entries() - before; got != 2 {
			h.Errorf("%d entries, want one for each file", got)
		}
		want(h.T, lead.Get(at), http.StatusOK, "police.xlsx", "courts.json", "Editor of police")
		answers := string(h.record(r).Answers)
		for _, s := range []string{`"police_ovens":"7"`, `"courts_ovens":"2"`, `"school_ovens":"3"`} {
			if !strings.Contains(answers, s) {
				h.Errorf("answers %s lack %s", answers, s)
			}
		}
	})
}

// TestFilesAreRefusedWhole: another's section, another's response, an older questionnaire, no book at all.
func TestFilesAreRefusedWhole(t *testing.T) {
	each(t, func(h *house) {
		r, lead, editor := h.answered()
		at := "/d/fill/" + string(r) + "/files"
		want(h.T, editor.Get(at+"/give?kind=xlsx&section=courts"), http.StatusForbidden, "given to somebody else")
		want(h.T, editor.Get(at+"/give?kind=xlsx"), http.StatusUnprocessableEntity, "at least one section")
		want(h.T, h.site().As("clearing-officer").Get(at+"/give?kind=xlsx&section=police"), http.StatusNotFound) // of another respondent
		want(h.T, h.site().As("").Get(at+"/give?kind=xlsx&section=police"), http.StatusSeeOther)                 // to sign in
		page := given(h.T, lead, r, "html", "courts")
		good := savedPage(h.T, page, map[string]string{"courts_ovens": "2"})
		for name, c := range map[string]struct {
			who  *nodetest.Visitor
			file []byte
			says string
		}{
			"a section of somebody else":         {editor, good, "was not taken"},
			"another section's cell":             {lead, savedPage(h.T, page, map[string]string{"courts_ovens": "2", "police_ovens": "9"}), "police_ovens"},
			"another response":                   {lead, bytes.Replace(good, []byte(r), []byte(h.Entry()), 1), "was not taken"},
			"no book":                            {lead, []byte("%PDF-1.7"), "was not taken"},
			"an answer that isn't of the choice": {lead, savedPage(h.T, page, map[string]string{"courts_law": "perhaps"}), "perhaps"},
		} {
			a := c.who.Upload(at, url.Values{}, "file", "f.json", c.file)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), c.says) {
				h.Errorf("%s: status %d, want 422 and %q: %s", name, a.Status, c.says, a.Text())
			}
		}
		if got := string(h.record(r).Answers); strings.Contains(got, "ovens") || strings.Contains(got, "perhaps") {
			h.Errorf("something of a refused file was taken: %s", got)
		}
		want(h.T, lead.Post(at+"/take", previewed(h.T, lead, at, "f.json", good)), http.StatusSeeOther)
		h.adopt(h.study, form2(h.T)) // what was asked may mean something else now
		want(h.T, lead.Upload(at, url.Values{}, "file", "f.json", savedPage(h.T, page, map[string]string{"courts_ovens": "3"})), http.StatusUnprocessableEntity, "was not taken")
	})
}
