package response_test

import (
	"net/url"
	"testing"
	"testing/fstest"

	"comity/internal/base/language"
	"comity/internal/dialogue/response"
	"comity/internal/engine/instrument"
)

// protectedForm asks one question that is secret by default, one for tables only, one that is neither.
func protectedForm(t testing.TB) *instrument.Instrument {
	t.Helper()
	files := fstest.MapFS{
		"q/form.csv": {Data: []byte("type,name,label,section,allow,confidential_default,confidentiality\n" +
			"integer,victims,How many victims?,police,confidential,true,secret\ninteger,cases,How many cases?,police,confidential,true,\ninteger,staff,How many staff?,police,confidential,,\n")},
		"q/sections.csv": {Data: []byte("name,label\npolice,Police\n")},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries,3.0.0,Bakeries\n")},
	}
	for _, tag := range language.Official() {
		if tag != "en" {
			po := "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
			for _, m := range []string{"How many victims?", "How many cases?", "How many staff?", "Police", "Bakeries"} {
				po += "\nmsgid \"" + m + "\"\nmsgstr \"" + string(tag) + " " + m + "\"\n"
			}
			files["q/po/"+string(tag)+".po"] = &fstest.MapFile{Data: []byte(po)}
		}
	}
	in, err := instrument.LoadWhole(files, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestProtectedByDefault: what the questionnaire asks to protect is protected when it is first answered, on a page without
// marks, by the page's own proposal and by a file; a question left blank gets no mark; a person can lift it on the page.
func TestProtectedByDefault(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		h.adopt(n, protectedForm(h.T))
		focal, _ := h.nominated(n, r)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		save := func(values url.Values, marks map[string]response.Mark, seen int64) {
			h.Helper()
			_, err := h.Responses.Save(ctx, focal, r.ID, "police", response.Posted{Values: values, Marks: marks, Seen: seen}, h.Entry())
			h.ok(err)
		}
		sealed := func(path string) bool { _, ok := h.record(r.ID).Secrets[path]; return ok }

		// The page sends its proposal beside a blank question: nothing is written.
		save(url.Values{"victims": {""}}, map[string]response.Mark{"victims": {Confidential: response.Secret}}, 0)
		if sealed("victims") {
			h.Error("a question that nobody answered is sealed")
		}
		save(url.Values{"victims": {"3"}, "staff": {"4"}}, nil, 0)
		if !sealed("victims") || sealed("staff") {
			h.Errorf("without a mark: victims sealed %v, staff sealed %v", sealed("victims"), sealed("staff"))
		}
		file := response.File{Name: "f.xlsx", Base: map[string]response.Answer{}, Answers: map[string]response.Answer{"cases": {Value: "9"}}}
		for range 2 { // the second time changes nothing
			saved, err := h.Responses.Import(ctx, focal, r.ID, file, h.Entry())
			h.ok(err)
			if len(saved.Clashed) > 0 {
				h.Errorf("the file clashes with what it brought: %+v", saved)
			}
		}
		if m := h.record(r.ID).Marks["cases"]; m.Confidential != response.AggregateOnly {
			h.Errorf("an answer by file is marked %+v", m)
		}
		save(url.Values{"victims": {"3"}}, map[string]response.Mark{"victims": {}}, 2)
		if sealed("victims") {
			h.Error("a protection that a person lifted on the page holds")
		}
		save(url.Values{"victims": {"5"}}, map[string]response.Mark{"victims": {}}, 3)
		if sealed("victims") {
			h.Error("a protection that was lifted came back with the next answer")
		}
	})
}
