package exercise_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"testing"

	"comity/internal/capacity/exercise"
)

func unzipped(t testing.TB, b []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// perfect is what somebody hands in who finds everything.
func perfect(m *exercise.Material) exercise.Handed {
	h := exercise.Handed{Request: true, Facts: m.Key.Facts}
	for _, item := range []string{"E1", "E2", "E3"} {
		for _, what := range []string{"received", "verified", "sealed", "read"} {
			h.Custody = append(h.Custody, exercise.Event{Item: item, What: what})
		}
	}
	for _, p := range m.Key.Planted {
		h.Named = append(h.Named, exercise.Named{Fault: p.Fault, Item: p.Item})
	}
	return h
}

// TestMarks is P3: who names the planted faults has full marks, who misses one loses that line only.
func TestMarks(t *testing.T) {
	for _, d := range all(t) {
		m := variant(t, d, 11)
		if got := d.Mark(m.Key, perfect(m)); got.Points != d.Total() || len(got.Wrong) > 0 {
			t.Errorf("%s: everything found has %d of %d: %+v", d.Name, got.Points, got.Of, got)
		}
		for i, line := range d.Lines {
			h := perfect(m)
			switch {
			case line.Fault != "":
				h.Named = slices.DeleteFunc(h.Named, func(n exercise.Named) bool { return n.Fault == line.Fault })
			case line.Fact != "":
				h.Facts = map[string]string{}
				for k, v := range m.Key.Facts {
					if k != line.Fact {
						h.Facts[k] = v
					}
				}
			case len(line.Rules) > 0:
				h.Findings = []string{line.Rules[0]}
			default:
				h.Custody[1], h.Custody[3] = h.Custody[3], h.Custody[1] // opened before it was checked
			}
			got := d.Mark(m.Key, h)
			if got.Points != d.Total()-line.Points || got.Lines[i].Points != 0 {
				t.Errorf("%s without %s: %d of %d, want %d less: %+v", d.Name, line.Name, got.Points, got.Of, line.Points, got.Lines)
			}
		}
	}
}

// TestMarksOfLittle: nothing handed in has nothing; a request that isn't there has no points for having no findings; naming
// everything gains nothing; nobody has less than nothing.
func TestMarksOfLittle(t *testing.T) {
	for _, d := range all(t) {
		m := variant(t, d, 11)
		if got := d.Mark(m.Key, exercise.Handed{}); got.Points != 0 {
			t.Errorf("%s: nothing handed in has %d points: %+v", d.Name, got.Points, got.Lines)
		}
	}
	d := find(t, "return-that-does-not-fit")
	m := variant(t, d, 11)
	var everything []exercise.Named
	for _, f := range []exercise.Fault{exercise.Digest, exercise.Custody, exercise.Zone, exercise.Foreign} {
		for _, item := range []string{"E1", "E2", "E3"} {
			everything = append(everything, exercise.Named{Fault: f, Item: item}, exercise.Named{Fault: f, Item: item})
		}
	}
	got := d.Mark(m.Key, exercise.Handed{Named: everything})
	if got.Points != 0 || len(got.Wrong) != 8 { // 4 × 200 for what is there, 8 × 100 for what isn't
		t.Errorf("naming everything has %d points, %d wrong", got.Points, len(got.Wrong))
	}
	named := exercise.Named{Fault: m.Key.Planted[0].Fault, Item: "E9"}
	if got := d.Mark(m.Key, exercise.Handed{Named: []exercise.Named{named}}); got.Points != 0 || len(got.Wrong) != 1 {
		t.Errorf("the right fault in another item has %d points, %d wrong", got.Points, len(got.Wrong))
	}
}
