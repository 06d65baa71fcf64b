package access

import (
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
)

// RecentFor is how long a factor that was shown counts as fresh.
const RecentFor = 5 * time.Minute

// condition is one narrowing of an act, as roles.toml names it. part is set for "other-than".
type condition struct {
	name string
	part Part
}

const otherThan = "other-than"

func (c condition) String() string {
	if c.part == "" {
		return c.name
	}
	return c.name + " " + string(c.part)
}

// lasting reports whether a role may not be without the condition once the act has it: the rules of two people, the
// fresh factor, and what a State or an organisation does for itself. Membership is not lasting, since the head of an
// office decides on cases without being in them.
func (c condition) lasting() bool {
	return c.name == otherThan || c.name == "recent" || c.name == "own-state" || c.name == "own-organisation"
}

func conditions(names []string) ([]condition, error) {
	var all []condition
	for _, n := range names {
		c, err := parseCondition(n)
		if err != nil {
			return nil, err
		}
		if slices.Contains(all, c) {
			return nil, errs.Invalidf("condition %q stands there twice", n)
		}
		all = append(all, c)
	}
	return all, nil
}

func parseCondition(s string) (condition, error) {
	name, part, isOther := strings.Cut(s, " ")
	if isOther && name == otherThan {
		switch p := Part(part); p {
		case Assessor, Author, Drafter, Importer, Proposer, Reader, Requester, Subject:
			return condition{otherThan, p}, nil
		}
		return condition{}, errs.Invalidf("condition %q: no such part", s)
	}
	switch s {
	case "member", "assigned", "office", "self", "not-conflicted", "on-duty", "own-organisation", "own-state", "recent":
		return condition{name: s}, nil
	}
	return condition{}, errs.Invalidf("condition %q does not exist", s)
}

// failed returns "" when the condition holds for who by the grant g, and otherwise the message that says why not.
func (c condition) failed(who Person, g Grant, f Facts) string {
	switch {
	case c.name == "member" && f.Standing != Member && f.Standing != Open:
		return language.M("You are not a member of this case.")
	case c.name == "assigned" && !slices.ContainsFunc(who.acting(), func(n id.ID) bool { return slices.Contains(f.Assignees, n) }):
		return language.M("This was not assigned to you.")
	case c.name == "office" && (f.Office == "" || g.Office != f.Office):
		return language.M("Another office has charge of this.")
	case c.name == "self" && !slices.Contains(f.Did[Subject], who.ID):
		return language.M("Only the person whose account it is may do this.")
	case c.name == "not-conflicted" && f.Standing == Unknown:
		return language.M("You are not a member of this case.")
	case c.name == "on-duty" && !f.OnDuty:
		return language.M("You are not on duty now.")
	case c.name == "own-state" && !f.OwnState:
		return language.M("Only people of the State itself may do this.")
	case c.name == "own-organisation" && !f.OwnOrganisation:
		return language.M("Only people of the organisation itself may do this.")
	case c.name == "recent" && !fresh(who, f.Now):
		return SignInAgain
	case c.name == otherThan:
		return c.played(who, g, f)
	}
	return ""
}

// SignInAgain is the message of a refusal that a fresh factor heals: the page leads there and back.
const SignInAgain = "Show that it is you once more: your last sign-in is more than five minutes ago."

// Lapsed reports whether err is the refusal that a fresh factor heals.
func Lapsed(err error) bool {
	code, _ := errs.Said(err)
	return code == SignInAgain
}

// fresh reports whether who showed a factor lately. The house carries out what was confirmed when it was asked for.
func fresh(who Person, now time.Time) bool {
	if who.Kind == House {
		return true
	}
	age := now.Sub(who.Confirmed)
	return !who.Confirmed.IsZero() && age >= 0 && age <= RecentFor
}

// played refuses who when they played the part before, also when they act now as the deputy of someone who did, and
// when the facts do not say who played it: a rule of two people that nobody can check is not kept.
func (c condition) played(who Person, g Grant, f Facts) string {
	did, told := f.Did[c.part]
	switch {
	case !told:
		return language.M("It is not known who did the step before, so a second person cannot be made sure of.")
	case slices.Contains(did, who.ID) || g.For != "" && slices.Contains(did, g.For):
		return secondPerson(c.part)
	}
	return ""
}

func secondPerson(p Part) string {
	switch p {
	case Assessor:
		return language.M("A second person has to do this: you took part in the assessment.")
	case Author:
		return language.M("A second person has to do this: you wrote it.")
	case Drafter:
		return language.M("A second person has to do this: you drafted it.")
	case Importer:
		return language.M("A second person has to do this: you brought it in.")
	case Proposer:
		return language.M("A second person has to do this: you proposed it.")
	case Reader:
		return language.M("A second person has to do this: you read it first.")
	case Requester:
		return language.M("A second person has to do this: you asked for it.")
	case Subject:
		return language.M("Another person has to do this: it concerns yourself.")
	}
	return language.M("A second person has to do this.")
}
