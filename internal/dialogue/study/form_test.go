package study_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/id"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xlsform"
	"comity/internal/store/db"
)

// TestQuestionnaireFromAWorkbook takes an XLSForm, and shows what is wrong in another by sheet and cell.
func TestQuestionnaireFromAWorkbook(t *testing.T) {
	each(t, func(h *house) {
		n := h.proposed()
		m, at := h.site().As("manager"), "/d/studies/"+string(n)
		var book bytes.Buffer
		h.ok(xlsform.Write(&book, form(t, "1.0.0", true)))
		want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "bakeries.xlsx", book.Bytes()), http.StatusSeeOther)
		want(t, m.Get(at+"/instruments"), http.StatusOK, "Complete in all six languages.", "1.0.0")

		f, err := excelize.OpenReader(bytes.NewReader(book.Bytes()))
		h.ok(err)
		h.ok(f.SetCellValue("survey", "A2", "select_one nowhere"))
		var broken bytes.Buffer
		h.ok(f.Write(&broken))
		a := want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "broken.xlsx", broken.Bytes()), http.StatusUnprocessableEntity, "The file has errors.", "What was found in the file")
		if !regexp.MustCompile(`broken\.xlsx!survey!A2`).MatchString(a.Text()) {
			t.Errorf("no cell is named: %s", a.Text())
		}
		h.ok(f.SetCellValue("survey", "A2", "geopoint")) // can't be asked here, and is kept
		var warned bytes.Buffer
		h.ok(f.Write(&warned))
		want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "warned.xlsx", warned.Bytes()), http.StatusOK, "shown only now", "warned.xlsx!survey!A2", "geopoint")
		want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "old.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")), http.StatusUnprocessableEntity, "The file has errors.")
	})
}

// TestNextVersionFollows: a version that is added while another is asked gets its crosswalk, takes the place of the one
// before when it is adopted, and both stay.
func TestNextVersionFollows(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		first := h.asked(n)
		next, err := instrument.LoadWhole(fstest.MapFS{
			"q/form.csv":     {Data: []byte("type,name,label\ninteger,ovens,How many ovens are connected to a network?\ninteger,bakers,How many bakers are there?\n")},
			"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries,2.0.0,Bakeries\n")},
		}, "q")
		h.ok(err)
		entry := h.Entry()
		h.ok(h.Studies.AddForm(ctx, h.As("manager"), n, study.States, next, entry))
		m, at := h.site().As("manager"), "/d/studies/"+string(n)+"/instruments/"+string(entry)
		want(t, m.Get(at), http.StatusOK, "What changed since version 1.0.0", "/bakers", "New", "/ovens", "The words changed")
		want(t, m.Post(at+"/adopt", url.Values{}), http.StatusUnprocessableEntity) // languages are lacking while the study is asked
		if got := h.asked(n); got.Hash != first.Hash {
			t.Fatalf("asked with %s, want %s still", got.Version, first.Version)
		}
		want(t, m.Post(at+"/waive", url.Values{"reason": {"Only English in this exercise."}}), http.StatusSeeOther)
		want(t, m.Post(at+"/adopt", url.Values{}), http.StatusSeeOther)
		second := h.asked(n)
		if second.Version != "2.0.0" || second.Form.Crosswalk == nil || second.Form.Crosswalk.From != string(first.Hash) {
			t.Errorf("asked with %s and crosswalk %+v, want 2.0.0 from %s", second.Version, second.Form.Crosswalk, first.Hash)
		}
		h.read(func(tx *db.Tx) error {
			old, err := h.Studies.FieldedAs(ctx, tx, n, first.Hash)
			if err == nil && old.Version != "1.0.0" {
				t.Errorf("the version before is %s, want 1.0.0", old.Version)
			}
			return err
		})
	})
}

func (h *house) asked(n id.ID) (f study.Fielded) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { f, err = h.Studies.Fielded(ctx, tx, n, study.States); return err })
	return f
}
