package study

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func regionWords(p *language.Printer, code string) string {
	words := map[string]string{
		"002": language.M("Africa"), "019": language.M("Americas"), "142": language.M("Asia"), "150": language.M("Europe"), "009": language.M("Oceania"),
	}[code]
	if words == "" {
		return p.T("No region")
	}
	return p.T(words)
}

// AudienceWords names an audience as a heading does, in the printer's language.
func AudienceWords(p *language.Printer, a Audience) string {
	return p.T(map[Audience]string{
		States: language.M("States"), Private: language.M("Private sector"), Academic: language.M("Academia"), IGO: language.M("Intergovernmental organisations"),
	}[a])
}

// rateTables shows the response of each audience that is asked: by region, with the denominator in its own column.
func rateTables(r *web.Request, n id.ID, frame []Respondent) []web.Table {
	var out []web.Table
	for _, a := range Audiences() {
		rates := RatesOf(a, frame)
		if rates.All.Of+rates.Observers.Of == 0 {
			continue
		}
		t := web.Table{
			Caption: r.T("Response: {audience}", "audience", language.Plain(AudienceWords(r.Printer, a))),
			Columns: []web.Column{{Label: r.T("Region")}, {Label: r.T("Answered"), Numeric: true}, {Label: r.T("Of"), Numeric: true}, {Label: r.T("Share"), Numeric: true}},
		}
		for _, rate := range rates.Regions {
			name := web.Link{Text: regionWords(r.Printer, rate.Region), Href: address(n, "respondents") + "?audience=" + string(a) + "&region=" + rate.Region}
			t.Rows = append(t.Rows, rateRow(name, rate))
		}
		if len(rates.Regions) != 1 {
			t.Rows = append(t.Rows, rateRow(r.T("All together"), rates.All))
		}
		if rates.Observers.Of > 0 {
			t.Rows = append(t.Rows, rateRow(r.T("Observer States, counted apart"), rates.Observers))
		}
		out = append(out, t)
	}
	return out
}

func rateRow(name any, rate Rate) []any {
	return []any{name, fmt.Sprint(rate.Answered), fmt.Sprint(rate.Of), fmt.Sprintf("%d %%", rate.Percent())}
}

func datesTable(r *web.Request, p Plan) web.Table {
	t := web.Table{Caption: r.T("Calendar"), Columns: []web.Column{{Label: r.T("Day")}, {Label: r.T("What happens")}}}
	for _, d := range p.Calendar {
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue // typed before days were checked: there is none such
		}
		t.Rows = append(t.Rows, []any{string(r.Date(day)), r.T(d.Text)})
	}
	return t
}

func historyTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (web.Table, error) {
	t := web.Table{Caption: r.T("Steps taken"), Columns: []web.Column{{Label: r.T("Step")}, {Label: r.T("When")}, {Label: r.T("Words")}}}
	all, err := History(ctx, tx, n)
	for _, m := range slices.Backward(all) {
		note := m.Note
		if note == "" {
			note = "–"
		}
		t.Rows = append(t.Rows, []any{stageWords(r.Printer, m.To), string(r.When(m.At)), note})
	}
	return t, err
}
