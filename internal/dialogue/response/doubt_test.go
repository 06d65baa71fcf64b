package response_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/response"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
)

// doubting is an invented questionnaire whose checks hold answers against each other, across sections too.
func doubting(t testing.TB) *instrument.Instrument {
	t.Helper()
	texts := []string{
		"Bakeries", "Section police", "Section courts", "How much bread?", "How many rolls?", "How much in all?", "The total is not the sum of bread and rolls.",
		"Is bread baked at night?", "How many loaves were seized?", "More loaves were seized than baked.", "Yes", "No", "Bread can be at most 1,000.",
	}
	return formOf(t, "bakeries", "3.0.0", "type,name,label,section,required,constraint,constraint_message,check,check_message\n"+
		"integer,bread,How much bread?,police,true(),. <= 1000,\"Bread can be at most 1,000.\",,\n"+
		"integer,rolls,How many rolls?,police,true(),,,,\n"+
		"integer,total,How much in all?,police,true(),,,. = ${bread} + ${rolls},The total is not the sum of bread and rolls.\n"+
		"integer,seized,How many loaves were seized?,courts,true(),,,. <= ${total},More loaves were seized than baked.\n", texts)
}

// formOf is an invented questionnaire of two sections in six languages.
func formOf(t testing.TB, name, version, rows string, texts []string) *instrument.Instrument {
	t.Helper()
	files := fstest.MapFS{
		"q/form.csv":     {Data: []byte(rows)},
		"q/choices.csv":  {Data: []byte("list_name,name,label\nyn,yes,Yes\nyn,no,No\n")},
		"q/sections.csv": {Data: []byte("name,label\npolice,Section police\ncourts,Section courts\n")},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\n" + name + "," + version + ",Bakeries\n")},
	}
	for _, tag := range language.Official() {
		if tag == "en" {
			continue
		}
		po := "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
		for _, m := range texts {
			po += "\nmsgid \"" + m + "\"\nmsgstr \"" + string(tag) + " " + m + "\"\n"
		}
		files["q/po/"+string(tag)+".po"] = &fstest.MapFile{Data: []byte(po)}
	}
	in, err := instrument.LoadWhole(files, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// write has the focal point answer on a page; marks are by path.
func (h *house) write(who access.Person, n id.ID, section string, values url.Values, marks map[string]response.Mark) {
	h.Helper()
	_, err := h.Responses.Save(ctx, who, n, section, response.Posted{Values: values, Marks: marks, Lang: "en", Seen: h.changes(n)}, h.Entry())
	h.ok(err)
}

// TestUnusualAnswersNeedAReason: an answer that is wrong goes nowhere; one that a check finds unlikely goes on with a reason, which
// the one who clears and the secretariat read. A check is looked at again when an answer of another section changes.
func TestUnusualAnswersNeedAReason(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.adopt(n, doubting(h.T))
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		h.People["focal-point"] = focal
		v := h.site().As("focal-point")
		at := "/d/fill/" + string(r.ID)
		ready := func(section string) error { return h.Responses.Ready(ctx, focal, r.ID, section, true, h.Entry()) }

		h.write(focal, r.ID, "police", url.Values{"bread": {"4000"}, "rolls": {"5"}, "total": {"4005"}}, nil)
		h.refused("a section with a wrong answer is finished", ready("police"), errs.Invalid)
		a := v.Get(at)
		want(h.T, a, http.StatusOK, "To look at again", "Bread can be at most 1,000.")
		if !strings.Contains(a.Body, at+`/part/police#`) {
			h.Errorf("what is wrong has no link to its question: %s", a.Body)
		}

		h.write(focal, r.ID, "police", url.Values{"bread": {"4"}, "rolls": {"5"}, "total": {"8"}}, nil)
		err := ready("police")
		h.refused("a section with an unlikely answer is finished", err, errs.Invalid)
		if f := errs.Fields(err); len(f) != 1 || f[0].Path != "total" {
			h.Errorf("what is unlikely: %v, want the total", f)
		}
		want(h.T, v.Get(at+"/part/police"), http.StatusOK, "The total is not the sum of bread and rolls.", "write the reason in the remark")
		h.write(focal, r.ID, "police", nil, map[string]response.Mark{"total": {Note: "One was eaten (exercise)"}})
		h.ok(ready("police"))
		h.write(focal, r.ID, "courts", url.Values{"seized": {"7"}}, map[string]response.Mark{"seized": {Period: "2025"}})
		h.refused("a period without a source", ready("courts"), errs.Invalid)
		want(h.T, v.Get(at+"/part/courts"), http.StatusOK, "A period is given, and neither a source")
		h.write(focal, r.ID, "courts", nil, map[string]response.Mark{"seized": {Period: "2025", SourceKind: "register"}})
		h.ok(ready("courts"))

		h.write(focal, r.ID, "police", url.Values{"total": {"6"}}, nil) // fewer than were seized, in a section that is finished
		h.ok(ready("police"))
		h.refused("a response with an unlikely answer is given to be cleared", h.Responses.Offer(ctx, focal, r.ID, h.Entry()), errs.Invalid)
		want(h.T, v.Post(at+"/offer", url.Values{}), http.StatusUnprocessableEntity, "unusual without a reason", "More loaves were seized than baked.")
		h.write(focal, r.ID, "courts", nil, map[string]response.Mark{"seized": {Period: "2025", SourceKind: "register", Note: "Some were of the year before (exercise)"}})
		h.ok(ready("courts"))
		h.ok(h.Responses.Offer(ctx, focal, r.ID, h.Entry()))
		want(h.T, v.Get("/d/clear/"+string(r.ID)), http.StatusOK, "Unusual answers, with the reasons given", "Reason given: One was eaten (exercise)")
		h.ok(h.Responses.Clear(ctx, focal, r.ID, response.Statistical, h.Entry()))
		h.ok(h.Responses.Submit(ctx, focal, r.ID, h.Entry()))
		want(h.T, h.site().As("manager").Get("/d/submissions/"+string(h.all(n)[0].ID)), http.StatusOK, "Reason given: Some were of the year before (exercise)")
	})
}
