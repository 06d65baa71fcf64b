package rule

import (
	"testing"

	"comity/internal/cooperation/treaty"
)

func load(t testing.TB, sources ...Source) (*Set, *treaty.Treaties) {
	t.Helper()
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Load(ts, append([]Source{Own()}, sources...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s, ts
}

func TestLoad(t *testing.T) {
	s, _ := load(t)
	if len(s.Rules()) < 60 {
		t.Errorf("%d rules", len(s.Rules()))
	}
}
