package exercise

import (
	"bytes"
	"encoding/csv"
	"time"

	"comity/internal/base/canonical"
)

// hand is one line of hand-over.csv: an item goes from hand to hand.
type hand struct {
	at       time.Time
	from, to string
	place    string
}

// The hands through which every item goes, one to the next. They are offices, no people.
var hands = []string{"First responder 7", "Evidence room North", "Courier 2", "Laboratory, examiner 3"}

var places = []string{"Scene", "Evidence room North", "Road", "Laboratory"}

// lists writes items.csv and hand-over.csv over all items and plants the faults that stand there.
func (b *builder) lists() error {
	if len(b.items) == 0 {
		return nil
	}
	order := b.rng.Perm(len(b.items)) // one item for each fault
	if b.plants(Foreign) {
		if err := b.foreign(); err != nil {
			return err
		}
	}
	for i := range b.items {
		b.items[i].hands = b.chain()
	}
	if b.plants(Digest) {
		it := &b.items[order[0]]
		it.sum = b.otherDigest(it.sum)
		b.plant(Digest, it.label, it.file, "items.csv: the digest of "+it.label)
	}
	if b.plants(Custody) {
		it := &b.items[order[len(order)-1]]
		gap := 1 + b.rng.IntN(len(it.hands)-2) // neither the first nor the last: what is left out shows
		b.plant(Custody, it.label, it.file, "hand-over.csv: nothing takes "+it.label+" from "+it.hands[gap].from+" to "+it.hands[gap].to)
		it.hands = append(it.hands[:gap:gap], it.hands[gap+1:]...)
	}
	items, over := [][]string{{"item", "case", "file", "what", "sha256"}}, [][]string{{"item", "at", "from", "to", "place"}}
	for _, it := range b.items {
		items = append(items, []string{it.label, it.caseNo, it.file, it.what, string(it.sum)})
		for _, h := range it.hands {
			over = append(over, []string{it.label, h.at.Format(time.RFC3339), h.from, h.to, h.place})
		}
	}
	b.add("items.csv", table(items))
	b.add("hand-over.csv", table(over))
	return nil
}

// chain makes the hand-overs of one item.
func (b *builder) chain() []hand {
	at := b.story.at(5, 9, b.rng.IntN(60), 0)
	out := []hand{{at, "", hands[0], places[0]}}
	for i := 1; i < len(hands); i++ {
		at = at.Add(time.Duration(20+b.rng.IntN(300)) * time.Minute)
		out = append(out, hand{at, hands[i-1], hands[i], places[i]})
	}
	return out
}

// otherDigest changes one digit, in the middle, where an eye that compares beginnings and ends doesn't see it.
func (b *builder) otherDigest(sum canonical.Hash) canonical.Hash {
	const digits = "0123456789abcdef"
	s := []byte(sum)
	at := 24 + b.rng.IntN(16)
	for was := s[at]; s[at] == was; {
		s[at] = digits[b.rng.IntN(len(digits))]
	}
	return canonical.Hash(s)
}

// table writes rows as CSV (RFC 4180 with line feeds).
func table(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}
