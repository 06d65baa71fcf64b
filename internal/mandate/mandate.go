// Package mandate keeps the register of mandates: what resolutions ask, of whom, by when, what was done about each
// paragraph, and what shows it.
//
// Documents come with the program as data ([Load]), or from a pasted resolution whose paragraphs a person confirms one by
// one ([Propose]). What was done is read from the living system ([Register.Feed]) and from what people record; a status
// rests on evidence or says that there is none. Start with [New].
package mandate

import (
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/symbol"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "mandate", FS: files} }

// Kind is the kind of thing that a paragraph is in references; [KindStatus] that of an entry about one, [KindPaste] that
// of a resolution that was pasted.
const (
	Kind       = "mandate"
	KindStatus = "mandate-status"
	KindPaste  = "mandate-paste"
)

// Class is what a paragraph's verb does.
type Class string

// The classes of verbs; the first five ask something of somebody.
const (
	Request   Class = "request"
	Invite    Class = "invite"
	Encourage Class = "encourage"
	CallUpon  Class = "call-upon"
	Urge      Class = "urge"
	Decide    Class = "decide"
	Welcome   Class = "welcome"
	Note      Class = "note"
	Recall    Class = "recall"
)

// Asks reports whether paragraphs of the class ask for something to be done.
func (c Class) Asks() bool {
	switch c {
	case Request, Invite, Encourage, CallUpon, Urge, Decide:
		return true
	}
	return false
}

// Document is a resolution or decision.
type Document struct {
	Symbol    string
	Organ     string // an English sentence of the catalogue for shipped documents, as typed for pasted ones
	Title     string // the same
	Date      time.Time
	DayUnread bool // only month and year of Date were read
	Follows   []string
	Pasted    bool
	Lang      string // of a pasted document's text
	Paras     []Para
}

// Slug is the document's part of an address.
func (d Document) Slug() string { return symbol.Slug(d.Symbol) }

// Para is one paragraph of a document.
type Para struct {
	Symbol       string // of its document
	Key          string // "op9", or a word where the number was not read; never used for another paragraph
	Number       int    // 0 when it was not read in the official text
	Preambular   bool
	Checked      bool // read in the official text
	Class        Class
	To           []string // whom it asks: "UNODC", "CCPCJ"
	Say          string   // a summary in our own words, or the text itself where it was pasted
	Pasted       bool     // Say is text of the document, in its language
	Deliverables []string
	Conditions   []string
	Due          Due
	Period       string // "continuing", …; "" when a due day says it, or nothing does
	ServedBy     []string
}

// Name is how the paragraph is cited: "A/RES/65/230#op9".
func (p Para) Name() string { return p.Symbol + "#" + p.Key }

// ID is the paragraph's id, the same in every node: the ledger speaks of paragraphs by it.
func (p Para) ID() id.ID { return idOf(p.Name()) }

// NamedID makes an id of a name, the same in every node, for what is data and has no id of its own.
func NamedID(name string) id.ID { return idOf(name) }

// idOf makes an id of a name: 128 bits of its SHA-256 in the form of a ULID.
func idOf(name string) id.ID {
	sum := sha256.Sum256([]byte("comity/mandate/1 " + name))
	sum[0] &= 0x7f // what a ULID's 130 bits leave of the first character
	crockford := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	var wide [17]byte // 26 characters are 130 bits: two zero bits first
	carry := byte(0)
	for i, b := range sum[:16] {
		wide[i] = carry | b>>2
		carry = b << 6
	}
	wide[16] = carry
	return id.ID(crockford.EncodeToString(wide[:])[:26])
}

// Due is when something is to be there: a day, or before a meeting.
type Due struct {
	Day  time.Time // the last day, zero for none
	Body string    // of the meeting before which it is due; "" when Day was given as such
	N    int
}

// String is the due moment as the data has it, "" for none.
func (d Due) String() string {
	switch {
	case d.Body != "":
		return "before " + d.Body + " " + itoa(d.N)
	case !d.Day.IsZero():
		return d.Day.Format(time.DateOnly)
	}
	return ""
}

// Meeting is a session of a body.
type Meeting struct {
	Body     string
	Session  int
	From, To time.Time
	Checked  bool // the days were read in an official text
}

// near holds symbols against each other as a person types them.
func near(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }
