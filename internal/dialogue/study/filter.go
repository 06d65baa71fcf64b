package study

import (
	"net/url"
	"strconv"

	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// perPage is how many respondents stand on one page: the States of any region together.
const perPage = 60

// filter narrows the frame. It stays in the address.
type filter struct {
	Audience Audience
	Region   string
	Status   Status
	From     int
}

func readFilter(r *web.Request) filter {
	from, err := strconv.Atoi(r.Query("from"))
	if err != nil || from < 0 {
		from = 0
	}
	return filter{Audience(r.Query("audience")), r.Query("region"), Status(r.Query("status")), from}
}

func (f filter) address(path string, from int) string {
	q := url.Values{}
	for name, v := range map[string]string{"audience": string(f.Audience), "region": f.Region, "status": string(f.Status)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// choose keeps what the filter lets through, in the order of the reader's alphabet.
func (f filter) choose(r *web.Request, all []Respondent) []Respondent {
	var kept []Respondent
	for _, o := range all {
		if (f.Audience == "" || o.Audience == f.Audience) && (f.Region == "" || o.Region == f.Region) && (f.Status == "" || o.Status == f.Status) {
			kept = append(kept, o)
		}
	}
	language.Sort(r.Printer, kept, func(o Respondent) string { return respondentName(r.Printer, o) })
	return kept
}

// page cuts a list to one page and says where the others are.
func (f filter) page(path string, all []Respondent) ([]Respondent, web.Pager) {
	var pager web.Pager
	from := min(f.From, len(all))
	to := min(from+perPage, len(all))
	if from > 0 {
		pager.Previous = f.address(path, max(0, from-perPage))
	}
	if to < len(all) {
		pager.Next = f.address(path, to)
	}
	return all[from:to], pager
}

// filterForm are the questions of the filter.
type filterForm struct {
	Action                     string
	Audience, Region, StatusOf web.Field
}

func (s *Studies) filterForm(r *web.Request, f filter, path string) filterForm {
	any := web.Choice{Label: r.T("All")}
	out := filterForm{Action: path}
	audiences, regions, statuses := []web.Choice{any}, []web.Choice{any}, []web.Choice{any}
	for _, a := range Audiences() {
		audiences = append(audiences, web.Choice{Value: string(a), Label: AudienceWords(r.Printer, a)})
	}
	for _, code := range language.Regions() {
		regions = append(regions, web.Choice{Value: code, Label: regionWords(r.Printer, code)})
	}
	for _, st := range Statuses() {
		statuses = append(statuses, web.Choice{Value: string(st), Label: statusTag(r.Printer, st).Text})
	}
	out.Audience = web.Field{Kind: web.Select, Path: "audience", Label: r.T("Audience"), Value: string(f.Audience), Choices: audiences, Quiet: true}
	out.Region = web.Field{Kind: web.Select, Path: "region", Label: r.T("Region"), Value: f.Region, Choices: regions, Quiet: true}
	out.StatusOf = web.Field{Kind: web.Select, Path: "status", Label: r.T("State of things"), Value: string(f.Status), Choices: statuses, Quiet: true}
	return out
}
