package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var update = flag.Bool("update", false, "write the vectors anew")

// vectors is where docs/formats/custody.md has its examples.
const vectors = "../../../docs/formats/vectors/custody"

// Every event and every member that custody.json can have stands in the vector.
func vector() evidence.Custody {
	const node, other = id.ID("01KQ0000000000000000000001"), id.ID("01KQ0000000000000000000002")
	sum := func(s string) canonical.Hash { return canonical.Sum([]byte(s)) }
	at := func(n int) string { return fmt.Sprintf("2026-02-14T09:%02d:00.000Z", n) }
	item := id.ID("01KQ0000000000000000000003")
	return evidence.Custody{
		Format: "comity/custody/1", Node: other, File: "evidence/" + strings.ToLower(string(item)) + "/item-1.log", Request: "MA-CA-2026-000001", Measure: "1",
		Custodian:   "MA-CA",
		Authorities: map[string]string{"PT-CA": "Central Authority of Portugal (exercise)", "MA-CA": "Central Authority of Morocco (exercise)"},
		Conditions:  []evidence.CustodyTerm{{By: "PT-CA", Says: "Only for the proceedings named in the request."}},
		Item: evidence.CustodyItem{
			ID: item, Label: "EX-1", Sort: "provider-return", Name: "журнал 1.log", Media: "text/plain", Size: int64(len(log)), SHA256: sum(log),
			Source:   &evidence.Source{Kind: "provider", Name: "ExampleHost (exercise)", Account: "server 42"},
			Acquired: &evidence.Acquired{At: "2026-02-14T10:00:00+01:00", Tool: "exporter", Version: "1.2"},
			Legal:    &evidence.Legal{Order: "2026/77", Court: "Court of the exercise", Date: "2026-02-10"},
			Handling: []string{"restricted"}, DerivedFrom: []evidence.CustodyOrigin{{Item: "01KQ0000000000000000000004", SHA256: sum("whole log"), Process: "extract", Tool: "cut 9.1"}},
			Origin: &evidence.CustodyPlace{Node: node, Item: "01KQ0000000000000000000005"},
		},
		Events: []evidence.CustodyEvent{
			{Node: node, N: 1, What: evidence.WasCollected, At: at(0), Role: "executor", Authority: "PT-CA", Entry: "01KQ0000000000000000000006"},
			{Node: node, N: 2, What: evidence.WasReceived, At: at(5), Role: "executor", Authority: "PT-CA", After: "PT-CA", SHA256: sum(log), Entry: "01KQ0000000000000000000006"},
			{Node: node, N: 3, What: evidence.WasSent, At: at(6), Role: "custodian", Authority: "PT-CA", Before: "PT-CA", SHA256: sum(log), Entry: "01KQ0000000000000000000007"},
			{Node: other, N: 1, What: evidence.WasReceived, At: at(7), Authority: "MA-CA", Before: "PT-CA", After: "MA-CA", SHA256: sum(log), Envelope: sum("envelope"), Entry: "01KQ0000000000000000000008"},
			{Node: other, N: 2, What: evidence.WasCorrected, At: at(8), Role: "executor", Authority: "MA-CA", Before: "MA-CA", After: "MA-CA", Corrects: 1, Entry: "01KQ0000000000000000000009"},
		},
	}
}

func TestVectors(t *testing.T) {
	custody, err := canonical.Marshal(vector())
	must(t, err)
	graph, err := canonical.Marshal(evidence.CaseGraph(vector()))
	must(t, err)
	for name, b := range map[string][]byte{"custody.json": custody, "case.jsonld": graph} {
		path := filepath.Join(vectors, name)
		if *update {
			must(t, os.MkdirAll(vectors, 0o755))
			must(t, os.WriteFile(path, b, 0o644))
		}
		want, err := os.ReadFile(path)
		must(t, err)
		if string(b) != string(want) {
			t.Errorf("%s is now %s", name, b)
		}
	}
	k, err := evidence.ReadCustody(custody)
	must(t, err)
	if again, err := canonical.Marshal(k); err != nil || string(again) != string(custody) {
		t.Errorf("read and written again: %s, %v", again, err)
	}
}

func TestReadCustodyRefuses(t *testing.T) {
	good, err := canonical.Marshal(vector())
	must(t, err)
	change := func(old, to string) string {
		s := strings.Replace(string(good), old, to, 1)
		if s == string(good) {
			t.Fatalf("nothing changed by %q", old)
		}
		return s
	}
	for name, s := range map[string]string{
		"not canonical":       change(`"custodian":"MA-CA"`, `"custodian": "MA-CA"`),
		"another format":      change("comity/custody/1", "comity/custody/2"),
		"a member too few":    change(`,"measure":"1"`, ""),
		"a member it must":    change(`"measure":"1",`, `"measure":"1","must_ask":true,`),
		"a folded twin":       change(`"authorities":`, `"Authorities":{},"authorities":`),
		"a bad digest":        change(string(canonical.Sum([]byte(log))), "00"),
		"an unknown sort":     change("provider-return", "provider-gift"),
		"a negative size":     change(fmt.Sprintf(`"size":%d`, len(log)), `"size":-1`),
		"events out of order": change(`"n":2,`, `"n":9,`),
		"a bad instant":       change("2026-02-14T09:05:00.000Z", "2026-02-14T09:05:00Z"),
		"corrects a later":    change(`"corrects":1`, `"corrects":7`),
		"a condition of none": change(`"by":"PT-CA"`, `"by":""`),
		"nothing":             "",
		"a list":              "[]",
	} {
		if _, err := evidence.ReadCustody([]byte(s)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
	if _, err := evidence.ReadCustody([]byte(change(`"measure":"1",`, `"measure":"1","mood":"good",`))); err != nil {
		t.Errorf("a member of a later version: %v", err)
	}
}

func FuzzReadCustody(f *testing.F) {
	good, err := canonical.Marshal(vector())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":"comity/custody/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := evidence.ReadCustody(b)
		if err != nil {
			return
		}
		if _, err := canonical.Marshal(evidence.CaseGraph(k)); err != nil {
			t.Errorf("read, but it makes no graph: %v", err)
		}
	})
}

// offline refuses to load anything: the context stands in the document.
type offline struct{}

func (offline) LoadDocument(u string) (*ld.RemoteDocument, error) {
	return nil, fmt.Errorf("asked for %s", u)
}

// Expanded by a JSON-LD processor, every member has become an absolute name: none was dropped for want of a meaning.
func TestGraphExpands(t *testing.T) {
	b, err := canonical.Marshal(evidence.CaseGraph(vector()))
	must(t, err)
	var doc any
	must(t, json.Unmarshal(b, &doc))
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader = offline{}
	expanded, err := ld.NewJsonLdProcessor().Expand(doc, o)
	must(t, err)
	again, err := json.Marshal(expanded)
	must(t, err)
	if given, kept := strings.Count(string(b), `"uco-`)+strings.Count(string(b), `"case-`), strings.Count(string(again), `"https://ontology.`); kept < given-7 { // seven stand in the context
		t.Errorf("%d names of CASE and UCO were given, %d were kept", given, kept)
	}
	for _, want := range []string{
		"https://ontology.caseontology.org/case/investigation/InvestigativeAction", "https://ontology.caseontology.org/case/investigation/ProvenanceRecord",
		"https://ontology.unifiedcyberontology.org/uco/observable/ContentDataFacet", "https://ontology.unifiedcyberontology.org/uco/types/hashValue",
		string(canonical.Sum([]byte(log))), "журнал 1.log",
	} {
		if !strings.Contains(string(again), want) {
			t.Errorf("the expanded document lacks %s", want)
		}
	}
}

// What travels names no person of ours.
func TestNoPersonTravels(t *testing.T) {
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	n := h.add(t, log)
	h.content(t, n)
	h.view(t, func(ctx context.Context, tx *db.Tx) error {
		parts, err := h.Parts(ctx, tx, []id.ID{n})
		if err != nil {
			return err
		}
		for _, p := range parts[1:] {
			for _, secret := range []string{"A. Example", "to compare", string(h.as("examiner").ID), "(exercise)\",\"role"} {
				if strings.Contains(string(p.Data), secret) {
					t.Errorf("%s holds %q", p.Path, secret)
				}
			}
		}
		return nil
	})
}

func TestSafeNames(t *testing.T) {
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	for name, want := range map[string]string{
		"report.PDF": "report.pdf", "журнал 1.log": "1.log", "журнал": "item", "custody.json": "item-custody.json", "a b/../c.txt": "a-b-..-c.txt",
		"case.jsonld": "item-case.jsonld", ".env": "item.env", strings.Repeat("x", 200) + ".tar.gz": strings.Repeat("x", 80) + ".gz", "..": "item",
	} {
		g := given(h.caseID)
		g.Name = name
		n, err := h.Add(context.Background(), h.as("executor"), g, strings.NewReader("x"))
		must(t, err)
		h.view(t, func(ctx context.Context, tx *db.Tx) error {
			parts, err := h.Parts(ctx, tx, []id.ID{n})
			if err != nil {
				return err
			}
			if got := filepath.Base(parts[0].Path); got != want {
				t.Errorf("%q travels as %q, want %q", name, got, want)
			}
			k, err := evidence.ReadCustody(parts[1].Data)
			if k.Item.Name != name {
				t.Errorf("custody.json names %q, want %q", k.Item.Name, name)
			}
			return err
		})
	}
}
