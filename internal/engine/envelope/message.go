package envelope

import (
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
)

const messageFormat = "comity/message/1"

// Limits of message.json beside those of JSON itself.
const (
	maxHandling = 32

	// ForExercise is the handling of each message of an exercise node.
	ForExercise  = "exercise"
	maxSeen      = 32      // checkpoints of other nodes that the sender holds
	maxSeenBytes = 4 << 10 // of one of them
)

// Kind is what act a message is.
type Kind string

// kinds is the closed list: those of cooperation, of the dialogue and of capacity. A new kind is a new format.
var kinds = [...]Kind{
	"card", "request", "receipt", "acknowledgement", "question", "answer", "acceptance", "conditions", "postponement",
	"refusal", "progress", "delivery", "evidence-receipt", "withdrawal", "consent", "notice", "feedback", "closing",
	"information",
	"invitation", "nomination", "response", "query", "comment", "position",
	"record",
}

// Kinds that the envelope itself treats in a way of their own.
const (
	KindCard    Kind = "card"
	KindReceipt Kind = "receipt"
	KindRecord  Kind = "record"
)

// Kinds returns all kinds in the format's order.
func Kinds() []Kind { return slices.Clone(kinds[:]) }

// Known reports whether the kind is one of the list.
func (k Kind) Known() bool { return slices.Contains(kinds[:], k) }

// Chained reports whether messages of the kind are numbered. Cards, receipts and records stand outside the chains.
func (k Kind) Chained() bool { return k != KindCard && k != KindReceipt && k != KindRecord }

// Message is message.json: what act this is. The zero values of Request, Previous, Answers and SameAct stand as null.
type Message struct {
	ID       id.ID
	Kind     Kind
	From     Party
	To       *Recipient // nil for a card, which is for everyone
	Request  string     // the number the request has with the State that made it
	Number   int64      // in the chain (from node, to node, request), from 1; 0 outside the chains
	Previous Digest     // of the envelope before it in the chain
	Answers  id.ID      // the message to which this one answers
	SameAct  id.ID      // the message of which this one is a copy for another authority
	SentAt   time.Time  // the sender's clock, to the millisecond; nothing is decided by it
	Handling []string
	Seen     []string // checkpoints (signed notes) of other nodes
	Content  []File   // set by [Compose]

	// NotUnderstood names members that this version doesn't know ("from.grade"). They stay in the signed bytes.
	NotUnderstood []string
}

// Party is an authority at its node.
type Party struct {
	Node      id.ID
	State     string
	Authority string
}

// Recipient is the party a message is for, with the SHA-256 of the age recipient it was encrypted to: inside the
// signature, so that nobody can pass the sealed container on as if it had been meant for another.
type Recipient struct {
	Party
	Open Digest
}

// The JSON forms. Pointers are members that may be null.
type messageJSON struct {
	Format   string    `json:"format"`
	ID       id.ID     `json:"id"`
	Kind     Kind      `json:"kind"`
	From     partyJSON `json:"from"`
	To       *toJSON   `json:"to"`
	Request  *string   `json:"request"`
	Number   int64     `json:"number"`
	Previous *Digest   `json:"previous"`
	Answers  *id.ID    `json:"answers"`
	SameAct  *id.ID    `json:"same_act"`
	SentAt   string    `json:"sent_at"`
	Handling []string  `json:"handling"`
	Seen     []string  `json:"seen"`
	Content  []File    `json:"content"`
}

type partyJSON struct {
	Node      id.ID  `json:"node"`
	State     string `json:"state"`
	Authority string `json:"authority"`
}

type toJSON struct {
	partyJSON
	Open Digest `json:"open"`
}

// orNull returns nil for the zero value.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// Compose fills in the message's content from the parts and returns it with the bytes of its message.json, whose
// SHA-256 goes into the ledger before the envelope is sealed. The proof is no content and may be among the parts.
func Compose(m Message, parts []Part) (Message, []byte, error) {
	m.Content = []File{}
	for _, p := range parts {
		if p.Path != ProofPath {
			m.Content = append(m.Content, p.File)
		}
	}
	b, err := m.bytes()
	if err != nil {
		return Message{}, nil, fmt.Errorf("compose message %s: %w", m.ID, err)
	}
	return m, b, nil
}

// bytes returns message.json, having read it back as a receiver will.
func (m Message) bytes() ([]byte, error) {
	j := messageJSON{
		Format: messageFormat, ID: m.ID, Kind: m.Kind, From: partyJSON(m.From),
		Request: orNull(m.Request), Number: m.Number, Previous: orNull(m.Previous),
		Answers: orNull(m.Answers), SameAct: orNull(m.SameAct), SentAt: m.SentAt.UTC().Format(timeForm),
		Handling: append([]string{}, m.Handling...), Seen: append([]string{}, m.Seen...), Content: m.Content,
	}
	if m.To != nil {
		j.To = &toJSON{partyJSON(m.To.Party), m.To.Open}
	}
	b, err := canonical.Marshal(j)
	if err != nil {
		return nil, err
	}
	_, err = ReadMessage(b)
	return b, err
}

// ReadMessage reads message.json. What it refuses is a *[Refusal] with the check BadJSON, UnknownFormat, UnknownKind
// or BadSchema.
func ReadMessage(b []byte) (*Message, error) {
	in, err := readDocument(b, messageFormat)
	if err != nil {
		return nil, err
	}
	m := &Message{Kind: Kind(in.text("kind", atMost(64)))}
	if *in.err != nil {
		return nil, refuse(UnknownKind, "%v", *in.err)
	}
	if !m.Kind.Known() {
		return nil, refuse(UnknownKind, "%q is not one of the list", string(m.Kind))
	}
	m.read(in)
	if *in.err == nil {
		*in.err = m.check()
	}
	if *in.err != nil {
		return nil, refuse(BadSchema, "message.json: %v", *in.err)
	}
	return m, nil
}

func (m *Message) read(in *members) {
	m.ID = id.ID(in.text("id", isID))
	from := in.object("from")
	m.From = readParty(from)
	from.close()
	if !in.null("to") {
		to := in.object("to")
		m.To = &Recipient{readParty(to), Digest(to.text("open", isDigest))}
		to.close()
	}
	m.Request = in.textOrNull("request", isCode)
	m.Number = in.whole("number", 0, canonical.MaxInt)
	m.Previous = Digest(in.textOrNull("previous", isDigest))
	m.Answers = id.ID(in.textOrNull("answers", isID))
	m.SameAct = id.ID(in.textOrNull("same_act", isID))
	m.SentAt = in.time("sent_at")
	m.Handling = in.texts("handling", maxHandling, isSlug)
	m.Seen = in.texts("seen", maxSeen, atMost(maxSeenBytes))
	in.objects("content", MaxEntries, func(f *members) {
		m.Content = append(m.Content, File{
			Path: f.text("path", checkPath), SHA256: Digest(f.text("sha256", isDigest)),
			Size: f.whole("size", 0, canonical.MaxInt), Media: f.text("media", checkMedia),
		})
	})
	in.close()
	m.NotUnderstood = *in.unknown
}

func readParty(in *members) Party {
	return Party{
		Node:      id.ID(in.text("node", isID)),
		State:     in.text("state", isState),
		Authority: in.text("authority", isCode),
	}
}

// check holds the rules between members.
func (m *Message) check() error {
	switch {
	case (m.To == nil) != (m.Kind == KindCard):
		return errs.Invalidf("member to is null for a card and for nothing else")
	case !m.Kind.Chained() && (m.Number != 0 || m.Previous != ""):
		return errs.Invalidf("a %s stands outside the chains: number is 0, previous is null", m.Kind)
	case m.Kind.Chained() && m.Number == 0:
		return errs.Invalidf("a %s is numbered from 1", m.Kind)
	case m.Kind.Chained() && (m.Number == 1) != (m.Previous == ""):
		return errs.Invalidf("previous is null for the first message of a chain and for no other")
	}
	return checkContent(m.Content)
}

// checkContent refuses names the envelope keeps for itself, and a letter or answers out of their place.
func checkContent(files []File) error {
	paths := []string{MessagePath, ProofPath, SumsPath, MimetypePath}
	for i, f := range files {
		paths = append(paths, f.Path)
		if f.Path == LetterPath && i != 0 {
			return errs.Invalidf("%s comes first", LetterPath)
		}
		if f.Path == AnswersPath && i > 0 && (i > 1 || files[0].Path != LetterPath) {
			return errs.Invalidf("%s comes right after the letter", AnswersPath)
		}
	}
	return checkPaths(paths)
}
