package db

import "comity/internal/base/id"

// Scope says for whom is read. Every list query asks it which cases that one may know of, so that a count, a search or
// an error never tells a stranger that a thing exists. Package access makes one for a person.
type Scope struct {
	name   string
	person id.ID
	where  func(column string) (string, []any)
}

// House is the scope of a reader that is no person: the sequencer, statistics, a scrub. It names itself and sees all.
func House(name string) Scope { return Scope{name: name} }

// ForPerson is the scope of a person. where returns the condition under which the person may know of the case whose id
// stands in column, with the arguments for its ?.
func ForPerson(person id.ID, where func(column string) (string, []any)) Scope {
	return Scope{name: "person", person: person, where: where}
}

// Person returns for whom is read, "" for the house.
func (s Scope) Person() id.ID { return s.person }

// Where returns a condition on the case id in column ("request.case_id") and its arguments. The zero Scope sees
// nothing.
func (s Scope) Where(column string) (string, []any) {
	switch {
	case s.where != nil:
		return s.where(column)
	case s.name != "":
		return "1 = 1", nil
	}
	return "1 = 0", nil
}
