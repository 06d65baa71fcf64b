package access

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Standing is how a person stands to the case in which a thing lies. The zero value is refused: a package that
// forgets to ask keeps people out rather than in.
type Standing int

// The ways to stand to a case.
const (
	Unknown  Standing = iota // nobody asked
	Open                     // the thing lies in no case
	Stranger                 // not a member
	Member                   // a member, in person, as a deputy or by a break-glass that still runs
	Excluded                 // kept out by name: for them the case does not exist
)

// Part is what someone did to a thing earlier, when a second person has to do what comes next.
type Part string

// The parts that roles.toml may name after "other-than".
const (
	Assessor  Part = "assessor"  // took part in the assessment for the programme
	Author    Part = "author"    // wrote it
	Drafter   Part = "drafter"   // drafted or edited the request
	Importer  Part = "importer"  // brought the card in
	Proposer  Part = "proposer"  // proposed the refusal
	Reader    Part = "reader"    // read the law first
	Requester Part = "requester" // asked for the disposal or the new factor
	Subject   Part = "subject"   // is the person whom it concerns
)

// Facts are what a decision rests on, read in the transaction of the act by the package that owns the thing.
type Facts struct {
	Now       time.Time // the transaction's time
	Case      id.ID     // "" when Standing is Open
	Standing  Standing
	Office    id.ID // the office that has charge of the thing
	Assignees []id.ID
	Did       map[Part][]id.ID // a part that an act asks for must be present, empty when nobody did it
	OnDuty    bool             // the person stands on the roster of the 24/7 point now

	OwnState        bool // the person acts for the State whose thing it is
	OwnOrganisation bool // the person is of the organisation whose thing it is
}

// FactsFunc reads the facts of one thing for one person. It returns [errs.NotFound] when there is no such thing.
type FactsFunc func(ctx context.Context, tx *db.Tx, on id.Ref, who Person) (Facts, error)

// Sources knows for each kind of thing who reads its facts. It is filled while the node is wired and only read later.
type Sources struct{ of map[string]FactsFunc }

// Register names the function for a kind ("request"). The second function for one kind is an error in the wiring.
func (s *Sources) Register(kind string, f FactsFunc) error {
	if _, ok := s.of[kind]; ok {
		return fmt.Errorf("facts of %s: registered twice", kind)
	}
	if s.of == nil {
		s.of = map[string]FactsFunc{}
	}
	s.of[kind] = f
	return nil
}

// Read returns the facts of the thing for the person.
func (s *Sources) Read(ctx context.Context, tx *db.Tx, on id.Ref, who Person) (Facts, error) {
	f, ok := s.of[on.Kind()]
	if !ok {
		return Facts{}, fmt.Errorf("facts of %s: nobody reads the facts of this kind", on)
	}
	facts, err := f(ctx, tx, on, who)
	if err != nil {
		return Facts{}, fmt.Errorf("facts of %s: %w", on, err)
	}
	return facts, nil
}
