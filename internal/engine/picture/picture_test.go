package picture_test

import (
	"sync"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/picture"
)

// What takes long to read is read once for all tests.
var (
	theMaker   = sync.OnceValues(func() (*picture.Maker, error) { return picture.New(font.Noto()) })
	theCatalog = sync.OnceValues(func() (*language.Catalog, error) { return language.Load(picture.Words()) })
)

func maker(t testing.TB) *picture.Maker {
	t.Helper()
	m, err := theMaker()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func catalog(t testing.TB) *language.Catalog {
	t.Helper()
	c, err := theCatalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// states lists the Member States and the observers.
func states(t testing.TB) (members, observers []language.Country) {
	t.Helper()
	for _, c := range catalog(t).Countries() {
		switch c.Member {
		case language.UNMember:
			members = append(members, c)
		case language.UNObserver:
			observers = append(observers, c)
		}
	}
	return members, observers
}

// spec is a map of invented responses over the real numbers of 2011.
func spec(t testing.TB, tag language.Tag) picture.MapSpec {
	t.Helper()
	net, err := picture.Internet(2011)
	if err != nil {
		t.Fatal(err)
	}
	s := picture.MapSpec{
		Frame: picture.Frame{
			Title: "Responses and Internet use", Desc: "A map of the world", Source: picture.InternetSource, Synthetic: "SYNTHETIC",
		},
		Areas:   map[string]picture.Value{},
		Classes: []picture.Class{{From: 0, Text: "0–19"}, {From: 20, Text: "20–39"}, {From: 40, Text: "40–59"}, {From: 60, Text: "60–79"}, {From: 80, Text: "80–100"}},
	}
	c := catalog(t)
	s.Say(c.Get(tag))
	m := maker(t)
	for i, c := range c.Countries() {
		use, known := net[c.ISO3]
		s.Areas[c.ISO3] = picture.Value{Number: use.Percent, Known: known, Answered: i%3 == 0 && m.OnMap(c.ISO3), Label: c.Short(tag)}
	}
	return s
}

func draw(t testing.TB, s picture.MapSpec) *document.Drawing {
	t.Helper()
	d, err := maker(t).Map(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// drawn lists the areas and circles of a drawing by their label.
func drawn(d *document.Drawing) map[string][]document.Paint {
	out := map[string][]document.Paint{}
	for _, s := range d.Shapes {
		switch s := s.(type) {
		case document.Area:
			out[s.Label] = append(out[s.Label], s.Paint)
		case document.Circle:
			out[s.Label] = append(out[s.Label], s.Paint)
		}
	}
	return out
}
