package types

import (
	"testing"

	"comity/internal/cooperation/rule"
)

// GEN-24 goes by the directory: a name or a channel that it doesn't have is asked back, no name at all is an error.
func TestAddresseeIsInTheDirectory(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("produce.subscriber")
	for name, c := range map[string]struct{ patch, want string }{
		"the central authority":              {`{}`, ""},
		"its name in another language":       {`{"request":{"requested":{"authority":"autorité centrale du PORTUGAL (exercice), Lisboa"}}}`, ""},
		"an authority nobody knows":          {`{"request":{"requested":{"authority":"Ministry of Fisheries (exercise)"}}}`, "warn"},
		"the authority of another State":     {`{"request":{"requested":{"authority":"Central Authority of Morocco (exercise)"}}}`, "warn"},
		"a channel that it doesn't take":     {`{"request":{"via":"fax"}}`, "warn"},
		"no authority":                       {`{"request":{"requested":{"authority":""}}}`, "error"},
		"a State the directory doesn't know": {`{"request":{"requested":{"state":"JP","authority":"Ministry of Justice (exercise)"}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := patched(t, answers(t, ty.Example), []byte(c.patch))
			found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range found {
				if f.Rule == "GEN-24" {
					got = string(f.Severity)
				}
			}
			if got != c.want {
				t.Errorf("GEN-24 = %q, want %q", got, c.want)
			}
		})
	}
}
