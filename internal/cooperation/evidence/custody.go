package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// custodyFormat is the format line of custody.json (docs/formats/custody.md).
const custodyFormat = "comity/custody/1"

// Limits of a custody.json beside those of JSON.
const maxEvents = 20000

// Custody is custody.json: what an item is, whose hands it went through and on what conditions, as it travels beside
// the item's bytes. It names authorities and roles, never people.
type Custody struct {
	Format      string            `json:"format"`
	Node        id.ID             `json:"node"` // that wrote it
	File        string            `json:"file"` // path of the bytes in the envelope
	Item        CustodyItem       `json:"item"`
	Request     string            `json:"request"`
	Measure     string            `json:"measure"`
	Custodian   string            `json:"custodian"`
	Authorities map[string]string `json:"authorities"` // English name by code
	Conditions  []CustodyTerm     `json:"conditions"`
	Events      []CustodyEvent    `json:"events"` // from the first, at all nodes
}

// CustodyItem is the item itself.
type CustodyItem struct {
	ID          id.ID           `json:"id"`
	Label       string          `json:"label"`
	Sort        Sort            `json:"kind"`
	Name        string          `json:"name"`
	Media       string          `json:"media"`
	Size        int64           `json:"size"`
	SHA256      canonical.Hash  `json:"sha256"`
	Source      *Source         `json:"source"`
	Acquired    *Acquired       `json:"acquired"` // without the person
	Legal       *Legal          `json:"legal"`
	Handling    []string        `json:"handling"`
	DerivedFrom []CustodyOrigin `json:"derived_from"`
	Origin      *CustodyPlace   `json:"origin"`
}

// CustodyPlace is an item at a node.
type CustodyPlace struct {
	Node id.ID `json:"node"`
	Item id.ID `json:"item"`
}

// CustodyOrigin is an item from which another was made.
type CustodyOrigin struct {
	Item    id.ID          `json:"item"`
	SHA256  canonical.Hash `json:"sha256"`
	Process string         `json:"process"`
	Tool    string         `json:"tool"`
}

// CustodyTerm is a condition and the authority that set it.
type CustodyTerm struct {
	By   string `json:"by"`
	Says string `json:"says"`
}

// CustodyEvent is an event as it travels: codes and digests. What people wrote at an event stays with them.
type CustodyEvent struct {
	Node      id.ID          `json:"node"`
	N         int64          `json:"n"`
	What      What           `json:"kind"`
	At        string         `json:"at"`
	Role      string         `json:"role"`
	Authority string         `json:"authority"`
	Before    string         `json:"before"`
	After     string         `json:"after"`
	SHA256    canonical.Hash `json:"sha256"`
	Envelope  canonical.Hash `json:"envelope"`
	Receipt   canonical.Hash `json:"receipt"`
	Corrects  int64          `json:"corrects"`
	Entry     id.ID          `json:"entry"` // in that node's ledger
}

// custody gathers what travels beside an item whose bytes will stand at path.
func (e *Evidence) custody(ctx context.Context, tx *db.Tx, it Item, path string) (Custody, error) {
	k := Custody{
		Format: custodyFormat, Node: e.Exchange.Self().Node(), File: path, Request: it.Request, Measure: it.Measure,
		Custodian: it.Custodian, Authorities: map[string]string{}, Conditions: []CustodyTerm{}, Events: []CustodyEvent{},
		Item: CustodyItem{
			ID: it.ID, Label: it.Label, Sort: it.Sort, Name: it.Name, Media: it.Media, Size: it.Size, SHA256: it.SHA256,
			Source: it.Details.Source, Acquired: unnamed(it.Details.Acquired), Legal: it.Details.Legal,
			Handling: append([]string{}, it.Details.Handling...), DerivedFrom: []CustodyOrigin{},
		},
	}
	if it.OriginBy != "" {
		k.Item.Origin = &CustodyPlace{it.OriginBy, it.Origin}
	}
	if it.beforeUs != "" {
		before, err := ReadCustody([]byte(it.beforeUs))
		if err != nil {
			return k, fmt.Errorf("item %s: %w", it.ID, err)
		}
		k.Events, k.Item.DerivedFrom = before.Events, before.Item.DerivedFrom
		for code, name := range before.Authorities {
			k.Authorities[code] = name
		}
	}
	if err := k.add(ctx, tx, it); err != nil {
		return k, fmt.Errorf("custody of item %s: %w", it.ID, err)
	}
	e.nameAuthorities(&k)
	return k, nil
}

// add reads what the tables know of the item.
func (k *Custody) add(ctx context.Context, tx *db.Tx, it Item) error {
	events, err := Events(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	for _, v := range events {
		k.Events = append(k.Events, CustodyEvent{
			Node: k.Node, N: v.N, What: v.What, At: db.Stamp(v.At), Role: string(v.Role), Authority: v.Authority, Before: v.Before,
			After: v.After, SHA256: v.SHA256, Envelope: v.Envelope, Receipt: v.Receipt, Corrects: v.Corrects, Entry: v.Entry,
		})
	}
	terms, err := Conditions(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	for _, t := range terms {
		k.Conditions = append(k.Conditions, CustodyTerm{t.SetBy, t.Says})
	}
	from, err := DerivedFrom(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	for _, d := range from {
		source, err := get(ctx, tx, d.From)
		if err != nil {
			return err
		}
		k.Item.DerivedFrom = append(k.Item.DerivedFrom, CustodyOrigin{d.From, source.SHA256, d.Process, d.Tool})
	}
	return nil
}

// unnamed leaves the person out.
func unnamed(a *Acquired) *Acquired {
	if a == nil {
		return nil
	}
	b := *a
	b.Person = ""
	return &b
}

func (e *Evidence) nameAuthorities(k *Custody) {
	codes := []string{k.Custodian}
	for _, v := range k.Events {
		codes = append(codes, v.Authority, v.Before, v.After)
	}
	for _, t := range k.Conditions {
		codes = append(codes, t.By)
	}
	for _, code := range codes {
		if _, there := k.Authorities[code]; code != "" && !there {
			k.Authorities[code] = e.authorityName(code, language.English)
		}
	}
}

// authorityName returns what an authority is called in the language, its code when the directory doesn't know it.
func (e *Evidence) authorityName(code string, tag language.Tag) string {
	if a, ok := e.Directory.Get(code); ok {
		return a.Name(tag)
	}
	return code
}

// ReadCustody reads a custody.json. What the format doesn't allow is [errs.Invalid]; members that this version doesn't
// know are left to those who do, unless their name begins with must_.
func ReadCustody(b []byte) (Custody, error) {
	k, err := readCustody(b)
	if err != nil {
		return Custody{}, fmt.Errorf("custody.json: %w", err)
	}
	return k, nil
}

func readCustody(b []byte) (k Custody, err error) {
	if err := canonical.Check(b); err != nil {
		return k, err
	}
	if err := json.Unmarshal(b, &k); err != nil {
		return k, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	if k.Format != custodyFormat {
		return k, errs.Invalidf("format %q, want %q", k.Format, custodyFormat)
	}
	if err := sameMembers(b, k); err != nil {
		return k, err
	}
	return k, k.check()
}

// sameMembers wants every member of ours to stand in the bytes under exactly its name: encoding/json takes Sha256 for
// sha256, and of two such members nobody knows which counts.
func sameMembers(theirs []byte, ours any) error {
	again, err := canonical.Marshal(ours)
	if err != nil {
		return err
	}
	if bytes.Equal(again, theirs) {
		return nil
	}
	var a, b any
	if err := json.Unmarshal(again, &a); err != nil {
		return err
	}
	if err := json.Unmarshal(theirs, &b); err != nil {
		return err
	}
	return within(a, b, "")
}

func within(ours, theirs any, path string) error {
	switch o := ours.(type) {
	case map[string]any:
		t, ok := theirs.(map[string]any)
		if !ok {
			return errs.Invalidf("member %q is no object", path)
		}
		for name := range t {
			if _, known := o[name]; !known && (strings.HasPrefix(name, "must_") || fold(o, name)) {
				return errs.Invalidf("member %s.%s can't be left aside", path, name)
			}
		}
		for name, v := range o {
			if _, there := t[name]; !there {
				return errs.Invalidf("member %s.%s is missing", path, name)
			}
			if err := within(v, t[name], path+"."+name); err != nil {
				return err
			}
		}
		return nil
	case []any:
		t, ok := theirs.([]any)
		if !ok || len(t) != len(o) {
			return errs.Invalidf("member %q is no list", path)
		}
		for i := range o {
			if err := within(o[i], t[i], path); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(ours, theirs) {
		return errs.Invalidf("member %q can't be read", path)
	}
	return nil
}

func fold(known map[string]any, name string) bool {
	for k := range known {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}

// check holds the rules that types don't.
func (k Custody) check() error {
	if _, err := id.Parse(string(k.Node)); err != nil {
		return err
	}
	if _, err := id.Parse(string(k.Item.ID)); err != nil {
		return err
	}
	it := k.Item
	switch {
	case !isDigest(string(it.SHA256)):
		return errs.Invalidf("item.sha256 is no digest")
	case it.Size < 0:
		return errs.Invalidf("item.size is %d", it.Size)
	case it.Name == "" || len(it.Name) > maxNameSize, it.Label == "" || long(it.Label, maxShort):
		return errs.Invalidf("item.name and item.label are needed and short")
	case it.Sort != physical && !offered(it.Sort):
		return errs.Invalidf("item.kind %q is not one of the list", it.Sort)
	case len(k.Events) > maxEvents, len(k.Conditions) > maxTerms, len(it.DerivedFrom) > maxSources, len(it.Handling) > maxMarks:
		return errs.Invalidf("more events, conditions, sources or marks than the format allows")
	}
	for _, t := range k.Conditions {
		if t.By == "" || t.Says == "" || long(t.Says, maxText) {
			return errs.Invalidf("a condition needs whose it is and what it says")
		}
	}
	for _, d := range it.DerivedFrom {
		if !isDigest(string(d.SHA256)) {
			return errs.Invalidf("derived_from %q: sha256 is no digest", d.Item)
		}
	}
	return checkEvents(k.Events)
}

// checkEvents wants each node's events in the order of their numbers, with digests that are digests.
func checkEvents(events []CustodyEvent) error {
	last := map[id.ID]int64{}
	for _, v := range events {
		if v.N <= last[v.Node] {
			return errs.Invalidf("event %d of node %s is out of its order", v.N, v.Node)
		}
		last[v.Node] = v.N
		if _, err := db.ParseStamp(v.At); err != nil {
			return fmt.Errorf("event %d: %w", v.N, err)
		}
		for _, d := range []canonical.Hash{v.SHA256, v.Envelope, v.Receipt} {
			if d != "" && !isDigest(string(d)) {
				return errs.Invalidf("event %d: %q is no digest", v.N, d)
			}
		}
		if v.Corrects < 0 || v.Corrects >= v.N {
			return errs.Invalidf("event %d corrects %d, which isn't an earlier one", v.N, v.Corrects)
		}
	}
	return nil
}

// when returns the instant of an event that has been checked.
func (v CustodyEvent) when() time.Time {
	t, err := db.ParseStamp(v.At)
	if err != nil {
		return time.Time{}
	}
	return t
}
