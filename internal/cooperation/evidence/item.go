package evidence

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// Sort says what an item is.
type Sort string

// Sorts lists what an item can be, in the order in which a form offers it. A physical object is not offered: it has no
// bytes to take in.
func Sorts() []Sort {
	return []Sort{"provider-return", "file", "disk-image", "mobile-extraction", "network-capture", "capture", "recording", "paper-scan"}
}

// physical is an item without bytes; custody.json may speak of one.
const physical Sort = "physical-object"

// State is where an item stands.
type State string

// The states of an item. Bytes on their way in belong to an upload and to no item.
const (
	Held        State = "held"
	Quarantined State = "quarantined" // kept, used for nothing until people have decided
	Sent        State = "sent"        // handed to another authority; the receipt may still be on its way
	Returned    State = "returned"
	Destroyed   State = "destroyed"
)

// moves lists where an item may go from each state. What the other side refused comes back from sent to held.
var moves = map[State][]State{
	Held:        {Quarantined, Sent},
	Quarantined: {Held},
	Sent:        {Held, Quarantined},
}

// Handling marks with rules of their own.
const (
	Restricted  = "restricted"
	Privileged  = "privileged"
	ChildAbuse  = "child-abuse-material" // never downloaded by one person alone
	maxMarks    = 8
	maxText     = 2000
	maxShort    = 200
	maxSources  = 100 // items that one item is made from
	maxTerms    = 50  // conditions on one item
	maxNameSize = 255
)

// Item is one piece of evidence.
type Item struct {
	ID        id.ID
	Case      id.ID
	Request   string
	Measure   string
	Label     string // exhibit label
	Sort      Sort
	Name      string // as received, in any script; data, never a path
	Media     string
	Size      int64
	SHA256    canonical.Hash
	CRC32     uint32
	Stored    canonical.Hash // of the encrypted bytes
	State     State
	Custodian string // code of an authority, "" while on the way to another
	Details   Details
	OriginBy  id.ID // node that gave it, "" for our own
	Origin    id.ID // its id there
	Added     time.Time

	beforeUs string // custody.json with which it came
}

// Details are what was said about an item when it came in. Nothing queries them.
type Details struct {
	Source   *Source        `json:"source,omitempty"`
	Acquired *Acquired      `json:"acquired,omitempty"`
	Legal    *Legal         `json:"legal,omitempty"`
	Received *Received      `json:"received,omitempty"`
	Handling []string       `json:"handling,omitempty"`
	Declared canonical.Hash `json:"declared,omitempty"` // the digest that the giver told
	SHA1     string         `json:"sha1,omitempty"`     // to match older hash lists alone
	MD5      string         `json:"md5,omitempty"`
}

// Source is where the data lay: a device, an account with a provider, a place.
type Source struct {
	Kind    string `json:"kind"` // device, provider, place
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
}

// Acquired says who secured the data, when and how. At is RFC 3339 with the offset of the place.
type Acquired struct {
	At           string `json:"at"`
	Person       string `json:"person,omitempty"` // stays with us: it does not travel in custody.json
	Office       string `json:"office,omitempty"`
	Place        string `json:"place,omitempty"`
	Tool         string `json:"tool,omitempty"`
	Version      string `json:"version,omitempty"`
	Method       string `json:"method,omitempty"`
	WriteBlocker string `json:"write_blocker,omitempty"`
	ClockOffset  string `json:"clock_offset,omitempty"` // of the device, as observed
}

// securedBy returns who secured the item's data, as far as it was told: the event "collected" is written down by whoever
// takes the item in.
func (it Item) securedBy() string {
	a := it.Details.Acquired
	switch {
	case a == nil:
		return ""
	case a.Person != "":
		return a.Person
	}
	return a.Office
}

// Legal is the power by which the data were obtained.
type Legal struct {
	Order string `json:"order"`
	Court string `json:"court,omitempty"`
	Date  string `json:"date,omitempty"`
}

// Received says from whom and by which way the data came.
type Received struct {
	From     string         `json:"from"`
	Channel  string         `json:"channel,omitempty"`
	Envelope canonical.Hash `json:"envelope,omitempty"`
}

// Given is what a person says about an item that they take in.
type Given struct {
	Case       id.ID    `json:"case"`
	Request    string   `json:"request,omitempty"`
	Measure    string   `json:"measure,omitempty"`
	Label      string   `json:"label"`
	Sort       Sort     `json:"kind"`
	Name       string   `json:"name"`
	Media      string   `json:"media,omitempty"`
	Conditions []string `json:"conditions,omitempty"` // of whoever gave it
	SetBy      string   `json:"set_by,omitempty"`     // whose conditions they are; the giver's code or ours
	Details    Details  `json:"details"`
	From       *From    `json:"from,omitempty"` // what it was made from, nil when it came from outside
}

// From says what a derived item was made from and how.
type From struct {
	Items   []id.ID `json:"items"`   // in the item's own case
	Process string  `json:"process"` // "extract of the mailbox", "translation into French"
	Tool    string  `json:"tool,omitempty"`
}

// act returns the act that takes the item in.
func (g Given) act() access.Act {
	if g.From != nil {
		return "evidence.derive"
	}
	return "evidence.add"
}

// tidy brings texts to the form in which they are kept: NFC, without outer space and direction controls.
func tidy(texts ...*string) {
	for _, t := range texts {
		clean, _ := language.StripBidi(*t)
		*t = norm.NFC.String(strings.TrimSpace(clean))
	}
}

// checked returns what was given, tidied, or the fields that are wrong. Field names are those of the form.
func (g Given) checked() (Given, error) {
	g.tidy()
	var wrong []errs.Field
	fault := func(bad bool, path, code string) {
		if bad {
			wrong = append(wrong, errs.Field{Path: path, Code: code})
		}
	}
	fault(g.Label == "", "label", language.M("Give the item a label, such as the number on its bag."))
	fault(long(g.Label, maxShort), "label", language.M("The label is longer than 200 characters."))
	fault(!offered(g.Sort), "kind", language.M("Say what the item is."))
	fault(g.Name == "" || len(g.Name) > maxNameSize, "file", language.M("The file needs a name of at most 255 bytes."))
	fault(g.Details.Declared != "" && !isDigest(string(g.Details.Declared)), "declared", language.M("A SHA-256 has 64 characters, 0 to 9 and a to f."))
	if a := g.Details.Acquired; a != nil {
		_, err := time.Parse(time.RFC3339, a.At)
		fault(err != nil, "acquired", language.M("Enter a day, a time such as 14:20 and the difference from UTC such as +01:00."))
	}
	if l := g.Details.Legal; l != nil && l.Date != "" {
		_, err := time.Parse(time.DateOnly, l.Date)
		fault(err != nil, "legal_date", language.M("Enter a day that exists, such as 27 3 2026."))
	}
	if s := g.Details.Source; s != nil {
		fault(s.Kind != "device" && s.Kind != "provider" && s.Kind != "place", "source_kind", language.M("Say where the data lay: on a device, with a provider, or at a place."))
	}
	fault(len(g.Conditions) > maxTerms, "conditions", language.M("At most 50 conditions are kept for an item."))
	for _, c := range g.Conditions {
		fault(c == "" || long(c, maxText), "conditions", language.M("Write each condition in at most 2,000 characters."))
	}
	for _, t := range g.texts() {
		fault(long(*t, maxText), "label", language.M("One of the details is longer than 2,000 characters."))
	}
	fault(len(g.Details.Handling) > maxMarks, "handling", language.M("Choose one of the answers that are offered."))
	if f := g.From; f != nil {
		fault(len(f.Items) == 0 || len(f.Items) > maxSources, "from", language.M("Say what it was made from."))
		fault(f.Process == "", "process", language.M("Say how it was made."))
	}
	for _, h := range g.Details.Handling {
		fault(h != Restricted && h != Privileged && h != ChildAbuse, "handling", language.M("Choose one of the answers that are offered."))
	}
	return g, errs.WithFields(wrong...)
}

func (g *Given) tidy() {
	tidy(&g.Label, &g.Name, &g.Request, &g.Measure, &g.Media, &g.SetBy)
	g.Details.Declared = canonical.Hash(strings.ToLower(strings.TrimSpace(string(g.Details.Declared))))
	g.Details.detach()
	if g.From != nil {
		f := *g.From
		g.From = &f
	}
	tidy(g.texts()...)
	terms := make([]string, len(g.Conditions))
	for i, c := range g.Conditions {
		tidy(&c)
		terms[i] = c
	}
	g.Conditions = terms
	if g.Media == "" {
		g.Media = "application/octet-stream"
	}
}

// detach copies what the pointers lead to, so that tidying touches nobody else's values.
func (d *Details) detach() {
	if d.Source != nil {
		v := *d.Source
		d.Source = &v
	}
	if d.Acquired != nil {
		v := *d.Acquired
		d.Acquired = &v
	}
	if d.Legal != nil {
		v := *d.Legal
		d.Legal = &v
	}
	if d.Received != nil {
		v := *d.Received
		d.Received = &v
	}
}

// texts lists the free texts of the details.
func (g *Given) texts() (all []*string) {
	if s := g.Details.Source; s != nil {
		all = append(all, &s.Kind, &s.Name, &s.Account)
	}
	if a := g.Details.Acquired; a != nil {
		all = append(all, &a.At, &a.Person, &a.Office, &a.Place, &a.Tool, &a.Version, &a.Method, &a.WriteBlocker, &a.ClockOffset)
	}
	if l := g.Details.Legal; l != nil {
		all = append(all, &l.Order, &l.Court, &l.Date)
	}
	if r := g.Details.Received; r != nil {
		all = append(all, &r.From, &r.Channel)
	}
	if f := g.From; f != nil {
		all = append(all, &f.Process, &f.Tool)
	}
	return append(all, &g.Request, &g.Measure, &g.Media)
}

func long(s string, most int) bool { return utf8.RuneCountInString(s) > most }

func offered(s Sort) bool {
	for _, o := range Sorts() {
		if s == o {
			return true
		}
	}
	return false
}

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
