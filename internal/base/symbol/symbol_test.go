package symbol

import (
	"errors"
	"slices"
	"testing"

	"comity/internal/base/errs"
)

// TestF2 reads and writes the symbols of the group's papers, of the resolutions and of their chain.
func TestF2(t *testing.T) {
	for s, want := range map[string]Symbol{
		"A/RES/64/179":                 {Body: "A/RES", Session: 64, Number: 179},
		"A/RES/65/230":                 {Body: "A/RES", Session: 65, Number: 230},
		"A/74/130":                     {Body: "A", Session: 74, Number: 130},
		"A/74/130/Add.1":               {Body: "A", Session: 74, Number: 130, Mods: []Mod{{"Add", 1}}},
		"A/C.3/74/L.11":                {Body: "A/C.3", Session: 74, Series: "L", Number: 11},
		"A/CONF.213/9":                 {Body: "A/CONF.213", Number: 9},
		"E/CN.15/2011/19":              {Body: "E/CN.15", Year: 2011, Number: 19},
		"E/CN.15/2013/27/Add.1/Corr.1": {Body: "E/CN.15", Year: 2013, Number: 27, Mods: []Mod{{"Add", 1}, {"Corr", 1}}},
		"E/CN.15/2013/CRP.5":           {Body: "E/CN.15", Year: 2013, Series: "CRP", Number: 5},
		"E/CN.15/2013/L.2/Rev.1":       {Body: "E/CN.15", Year: 2013, Series: "L", Number: 2, Mods: []Mod{{"Rev", 1}}},
		"E/2013/30":                    {Body: "E", Year: 2013, Number: 30},
		"UNODC/CCPCJ/EG.4/2011/3":      {Body: "UNODC/CCPCJ/EG.4", Year: 2011, Number: 3},
		"UNODC/CCPCJ/EG.4/2013/2":      {Body: "UNODC/CCPCJ/EG.4", Year: 2013, Number: 2},
		"UNODC/CCPCJ/EG.4/2017/CRP.1":  {Body: "UNODC/CCPCJ/EG.4", Year: 2017, Series: "CRP", Number: 1},
		"UNODC/CCPCJ/EG.4/2021/2":      {Body: "UNODC/CCPCJ/EG.4", Year: 2021, Number: 2},
		"CCPCJ 20/7":                   {Body: "CCPCJ", Session: 20, Number: 7, spaced: true},
		"CCPCJ 26/4":                   {Body: "CCPCJ", Session: 26, Number: 4, spaced: true},
	} {
		got, err := Parse(s)
		if err != nil {
			t.Errorf("Parse(%q): %v", s, err)
			continue
		}
		if Compare(got, want) != 0 || got.spaced != want.spaced || !slices.Equal(got.Mods, want.Mods) {
			t.Errorf("Parse(%q) = %+v, want %+v", s, got, want)
		}
		if got.String() != s {
			t.Errorf("Parse(%q).String() = %q", s, got.String())
		}
	}
}

func TestTwoSeries(t *testing.T) {
	const s = "E/2013/30-E/CN.15/2013/27"
	got, err := Parse(s)
	if err != nil || got.Twin == nil || got.Twin.Body != "E/CN.15" || got.String() != s {
		t.Errorf("Parse(%q) = %+v, %v", s, got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "A", "A/RES/", "A/RES/65", "a/res/65/230", "A/RES/65/230/", "A/RES/65/230/Foo.1", "E/CN.15/1813/1",
		"CCPCJ  22/7", "A/RES/65/0", "A/RES/65/230-", "A/RES/65/230-E", "A/RES/65/230 ", "\u202eA/RES/65/230"} {
		if got, err := Parse(s); !errors.Is(err, errs.Invalid) {
			t.Errorf("Parse(%q) = %v, %v, want errs.Invalid", s, got, err)
		}
	}
}

func TestOrder(t *testing.T) {
	list := []string{"E/CN.15/2013/27", "A/RES/65/230", "E/CN.15/2011/19", "A/RES/64/179", "E/CN.15/2013/CRP.5", "E/CN.15/2013/27/Add.1"}
	slices.SortFunc(list, func(a, b string) int {
		x, _ := Parse(a)
		y, _ := Parse(b)
		return Compare(x, y)
	})
	want := []string{"A/RES/64/179", "A/RES/65/230", "E/CN.15/2011/19", "E/CN.15/2013/27", "E/CN.15/2013/27/Add.1", "E/CN.15/2013/CRP.5"}
	if !slices.Equal(list, want) {
		t.Errorf("sorted %v, want %v", list, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("A/RES/65/230")
	f.Add("E/2013/30-E/CN.15/2013/27")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := Parse(s); err == nil && got.String() != s {
			t.Errorf("Parse(%q).String() = %q", s, got.String())
		}
	})
}
