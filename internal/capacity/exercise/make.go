package exercise

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// KeyFormat is that of the key of a variant.
const KeyFormat = "comity/exercise-key/1"

// Key says what is in one variant of the material.
type Key struct {
	Format   string            `json:"format"`
	Exercise string            `json:"exercise"`
	Version  string            `json:"version"`
	Seed     uint64            `json:"seed"`
	Case     string            `json:"case"`
	Files    []Made            `json:"files"`
	Planted  []Planted         `json:"planted"`
	Facts    map[string]string `json:"facts"`
}

// Made is a file of the material with its true digest.
type Made struct {
	Name   string         `json:"name"`
	Size   int            `json:"size"`
	SHA256 canonical.Hash `json:"sha256"`
}

// Planted is a fault and where it is.
type Planted struct {
	Fault Fault  `json:"fault"`
	Item  string `json:"item"` // label of the item, "request" for the request
	File  string `json:"file"`
	Where string `json:"where"`
}

func (k Key) planted(n Named) bool {
	return slices.ContainsFunc(k.Planted, func(p Planted) bool { return p.Fault == n.Fault && p.Item == n.Item })
}

// Material is what is handed out, and the key, which isn't.
type Material struct {
	Files []File
	Key   Key
}

// File is one file of the material.
type File struct {
	Name string
	Data []byte
}

// parts are what material may consist of.
var parts = []string{"laptop", "telephones", "return", "log", "request"}

// facts lists what the key of such material knows.
func (d Exercise) facts() []string {
	var all []string
	for part, facts := range map[string][]string{
		"laptop": {"deleted", "visited"}, "telephones": {"zone"}, "return": {"address"}, "log": {"port"},
	} {
		if slices.Contains(d.Material, part) {
			all = append(all, facts...)
		}
	}
	slices.Sort(all)
	return all
}

// builder makes one variant.
type builder struct {
	d     Exercise
	rng   *rand.Rand
	story story
	m     *Material
	items []item
}

// item is a file that is evidence, as items.csv lists it.
type item struct {
	label, caseNo, file, what string
	sum                       canonical.Hash
	hands                     []hand
}

// Variant says which variant is made.
type Variant struct {
	Seed    uint64
	Example []byte // a whole request of the exercise's type; exercises that hand out none don't look at it
	Case    string // the number that items bear, invented when ""
	Account string // the account that a provider's return is about, invented when ""
}

// Make makes a variant. The same values give the same bytes. A fault that the material has no place for is
// [errs.Invalid].
func (d Exercise) Make(v Variant) (*Material, error) {
	sum := sha256.Sum256([]byte("comity/exercise " + d.Name + " " + strconv.FormatUint(v.Seed, 10)))
	b := &builder{d: d, rng: rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]))), m: &Material{}}
	b.story = b.invent()
	if v.Case != "" {
		b.story.caseNo = v.Case
	}
	if v.Account != "" {
		b.story.account = v.Account
	}
	b.m.Key = Key{Format: KeyFormat, Exercise: d.Name, Version: d.Version, Seed: v.Seed, Case: b.story.caseNo, Facts: map[string]string{}, Planted: []Planted{}}
	makers := map[string]func() error{
		"laptop": b.laptop, "telephones": b.telephones, "return": b.providerReturn, "log": b.log,
		"request": func() error { return b.request(v.Example) },
	}
	for _, part := range d.Material {
		if err := makers[part](); err != nil {
			return nil, fmt.Errorf("exercise %s: %s: %w", d.Name, part, err)
		}
	}
	if err := b.lists(); err != nil {
		return nil, fmt.Errorf("exercise %s: %w", d.Name, err)
	}
	for _, f := range d.Plant {
		if !slices.ContainsFunc(b.m.Key.Planted, func(p Planted) bool { return p.Fault == f }) {
			return nil, errs.Invalidf("exercise %s: the material has no place for the fault %s", d.Name, f)
		}
	}
	return b.m, nil
}

// add puts a file into the material.
func (b *builder) add(name string, data []byte) {
	b.m.Files = append(b.m.Files, File{name, data})
	b.m.Key.Files = append(b.m.Key.Files, Made{name, len(data), canonical.Sum(data)})
}

// evidence puts a file in and lists it as an item of the case.
func (b *builder) evidence(name, what string, data []byte) (label string) {
	b.add(name, data)
	label = "E" + strconv.Itoa(len(b.items)+1)
	b.items = append(b.items, item{label: label, caseNo: b.story.caseNo, file: name, what: what, sum: canonical.Sum(data)})
	return label
}

// plants says whether the variant has a fault.
func (b *builder) plants(f Fault) bool { return slices.Contains(b.d.Plant, f) }

func (b *builder) plant(f Fault, item, file, where string) {
	b.m.Key.Planted = append(b.m.Key.Planted, Planted{f, item, file, where})
}

// story is what all parts of a variant share. Everything in it is invented.
type story struct {
	caseNo, other string
	one, two      person // who write to each other
	day           time.Time
	account       string
	address       string
	port          int
}

type person struct{ name, phone string }

// Names that belong to nobody, in no one language.
var (
	given  = []string{"Ilo", "Maren", "Tavi", "Oriel", "Sefa", "Nuri", "Amaru", "Kela"}
	family = []string{"Example", "Modelo", "Muster", "Prøve", "Exemple", "Tamrin", "Obrazets", "Fanli"}
)

func (b *builder) invent() story {
	names := b.rng.Perm(len(given))
	p := func(i int) person {
		return person{given[names[i]] + " " + family[b.rng.IntN(len(family))], fmt.Sprintf("+999%08d", b.rng.IntN(1e8))}
	}
	n := 10 + b.rng.IntN(80)
	return story{
		caseNo: fmt.Sprintf("XA-2026-%04d", n), other: fmt.Sprintf("XA-2026-%04d", n+3),
		one: p(0), two: p(1), day: time.Date(2026, 1, 12+b.rng.IntN(14), 0, 0, 0, 0, time.UTC),
		account: fmt.Sprintf("user%04d@mail.example", b.rng.IntN(1e4)),
		address: fmt.Sprintf("192.0.2.%d", 1+b.rng.IntN(254)), port: 20000 + b.rng.IntN(40000),
	}
}

// at is an instant of the story's day, n days on.
func (s story) at(n, hour, minute, second int) time.Time {
	return s.day.AddDate(0, 0, n).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
}
