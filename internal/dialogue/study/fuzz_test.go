package study

import (
	"encoding/json"
	"slices"
	"testing"

	"comity/internal/base/language"
)

func catalog(t testing.TB) *language.Catalog {
	t.Helper()
	c, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// FuzzParseList: whatever is pasted as a list of respondents gives respondents with a name, or lines that are wrong.
func FuzzParseList(f *testing.F) {
	for _, s := range []string{"name,country,language\nA,KE,en\n", "name;country\n\"A;B\";FR\n", "name\tcountry\nA\t404\n", "name\n\"", "\xff", "country\nKE\n"} {
		f.Add([]byte(s))
	}
	s := &Studies{Config: Config{Catalog: catalog(f)}}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, a := range []Audience{States, Private} {
			list, wrong := s.ParseList(a, b)
			if len(list) == 0 && len(wrong) == 0 {
				t.Error("neither a list nor a reason")
			}
			for _, r := range list {
				if r.Name == "" || r.Audience != a || a == States && r.State == "" {
					t.Errorf("respondent %+v", r)
				}
			}
		}
	})
}

// FuzzParsePlan: a plan that was read is written and read back as the same plan.
func FuzzParsePlan(f *testing.F) {
	f.Add("picture: The global picture\n- picture.threats: Threats", "# How\n\nEverybody.", "2026-12-01 Begins\n2026-11-01 Before")
	f.Add("- a: b", "\r\n\r\n# \r\n", "2026-02-30 x")
	f.Fuzz(func(t *testing.T, topics, method, calendar string) {
		p, wrong := ParsePlan(topics, method, calendar)
		if len(wrong) > 0 {
			return
		}
		again, wrong := ParsePlan(p.Lines())
		if len(wrong) > 0 || !slices.EqualFunc(p.Topics, again.Topics, sameTopic) || !slices.Equal(p.Method, again.Method) || !slices.Equal(p.Calendar, again.Calendar) {
			t.Errorf("read %+v, written and read again %+v, %v", p, again, wrong)
		}
	})
}

// FuzzInvitation: an invitation that other nodes send is refused or gives rows that this node would make itself.
func FuzzInvitation(f *testing.F) {
	f.Add([]byte(`{"study":"01ARZ3NDEKTSV4RRFFQ69G5FAV","code":"bakeries","title":{"en":"x"},"mandates":["A/RES/65/230#9"],"opens":"","deadline":"2027-03-01T23:59:59.999Z",
		"respondent":"01ARZ3NDEKTSV4RRFFQ69G5FAW","audience":"state","state":"KEN","name":"Kenya","region":"002","membership":"member","lang":"en"}`))
	f.Add([]byte(`{"title":{"xx":""},"state":"ken"}`))
	s := &Studies{Config: Config{Catalog: catalog(f)}}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v invitation
		if json.Unmarshal(b, &v) != nil {
			return
		}
		st, r, err := s.rows(v, "01ARZ3NDEKTSV4RRFFQ69G5FAX")
		if err == nil && (st.Origin == "" || st.Stage != Fielding || r.Study != st.ID || r.Status != Invited || r.Name == "") {
			t.Errorf("rows %+v, %+v", st, r)
		}
	})
}
