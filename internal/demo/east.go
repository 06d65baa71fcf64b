package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// east is a regional workshop of the demonstration: seven invented States, two investigators and two prosecutors of each, a
// test before and after, a network that is to last. Everybody in it is invented.
type east struct {
	ctx context.Context
	out io.Writer
	dir string
	org *Place

	world  *World
	laptop *Place

	bodies   map[string]id.ID // "XB police"
	learners []access.Person
	lead     access.Person // focal point of Exercise State A
	cohort   id.ID
	workshop id.ID
	network  id.ID

	assessment id.ID
}

// The points that the 28 have before and after, of 36: the invented data set of the design, to even numbers.
var (
	eastPre  = []int{18, 22, 14, 16, 20, 25, 12, 17, 15, 19, 21, 13, 24, 17, 16, 20, 11, 23, 18, 15, 19, 14, 22, 18, 26, 16, 13, 17}
	eastPost = []int{29, 31, 25, 28, 30, 34, 22, 29, 27, 28, 33, 21, 35, 29, 24, 31, 20, 33, 30, 26, 28, 27, 32, 29, 36, 28, 12, 17}
)

// East plays the workshop: bodies, roster, the test before, five days, the test after, the gain, a network.
func (w *World) East(ctx context.Context, out io.Writer) (*east, error) {
	k := &east{ctx: ctx, out: out, world: w, org: w.Place("org"), bodies: map[string]id.ID{}}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"bodies", k.enter}, {"cohort", k.enrol}, {"laptop", k.carry}, {"test before", k.before}, {"workshop", k.meet}, {"seats", k.seat},
		{"test after", func() error { return k.test(k.org, "tariq", k.learners, learning.Post, eastPost) }}, {"baseline", k.freeze}, {"certificates", k.certify}, {"network", k.found}, {"programme", k.programme}, {"assessment", k.assess},
	} {
		if err := step.do(); err != nil {
			return k, fmt.Errorf("workshop: %s: %w", step.what, err)
		}
	}
	return k, nil
}

func (k *east) say(what string) {
	fmt.Fprintf(k.out, "%s  Secretariat: %s.\n", k.org.Config.Now().UTC().Format("15:04:05.000"), what)
}

func (k *east) read(f func(tx *db.Tx) error) error {
	return k.org.DB.Reader.Read(k.ctx, db.House("demo"), f)
}

// person reads the account that a link is for, with a factor shown just now.
func (k *east) person(n id.ID) (p access.Person, err error) {
	err = k.read(func(tx *db.Tx) error {
		a, err := access.Find(k.ctx, tx, n)
		p = a.Person
		return err
	})
	p.Confirmed = k.org.Config.Now().Add(-time.Second)
	return p, err
}

// enter enters the police and the prosecution of seven invented States, and a company.
func (k *east) enter() error {
	for _, s := range organisation.ExerciseStates() {
		letter := strings.TrimPrefix(s, "X")
		for _, o := range []organisation.Organisation{
			{Kind: organisation.Police, State: s, Name: "Police of Exercise State " + letter}, {Kind: organisation.Prosecution, State: s, Name: "Prosecution of Exercise State " + letter},
		} {
			n, err := k.org.Organisations.Enter(k.ctx, k.org.As("amina"), o, k.org.Entry())
			if err != nil {
				return err
			}
			k.bodies[s+" "+string(o.Kind)] = n
		}
	}
	n, err := k.org.Organisations.Enter(k.ctx, k.org.As("amina"), organisation.Organisation{Kind: organisation.Provider, State: "XA", Name: "Exercise Telecom of Exercise State A"}, k.org.Entry())
	if err != nil {
		return err
	}
	k.bodies["company"] = n
	link, err := k.org.Organisations.Invite(k.ctx, k.org.As("amina"), k.bodies["XA police"], organisation.Someone{Name: "Aisha Example (exercise)", Email: "aisha@a.example", Role: "focal-point"}, k.org.Entry())
	if err != nil {
		return err
	}
	k.lead, err = k.person(link.Person)
	k.say("enters the police and the prosecution of seven invented States")
	return err
}

// enrol takes 28 people of seven States into a cohort: in each four the first two are investigators.
func (k *east) enrol() error {
	tariq := k.org.As("tariq")
	var err error
	k.cohort, err = k.org.Learning.Open(k.ctx, tariq, learning.Cohort{Title: "East Africa, June 2013 (exercise)", Course: "evidence-across-borders", Form: "a", Minutes: 60}, k.org.Entry())
	if err != nil {
		return err
	}
	var roster []learning.Learner
	for _, s := range organisation.ExerciseStates() {
		letter := strings.TrimPrefix(s, "X")
		for i := range 4 {
			l := learning.Learner{Name: fmt.Sprintf("Learner %s%d (exercise)", letter, i+1), Email: fmt.Sprintf("learner%d@%s.example", i+1, strings.ToLower(letter)),
				State: s, Role: "investigator", Organisation: "Police of Exercise State " + letter}
			if i > 1 {
				l.Role, l.Organisation = "prosecutor", "Prosecution of Exercise State "+letter
			}
			roster = append(roster, l)
		}
	}
	links, err := k.org.Learning.Enrol(k.ctx, tariq, k.cohort, roster, k.org.Entry())
	if err != nil {
		return err
	}
	for _, l := range links {
		p, err := k.person(l.Person)
		if err != nil {
			return err
		}
		k.learners = append(k.learners, p)
	}
	k.say("enrols 28 invented people, two investigators and two prosecutors of each State")
	return nil
}

// test has everybody take a test at a place: each answers as many questions right as their points are, chosen by chance from
// a seed.
func (k *east) test(at *Place, trainer string, people []access.Person, slot string, points []int) error {
	if err := at.Learning.Turn(k.ctx, at.As(trainer), k.cohort, slot, at.Entry()); err != nil {
		return err
	}
	c, _ := k.org.Learning.Library.Course("evidence-across-borders")
	in, key, err := c.Test("a")
	if err != nil {
		return err
	}
	section := map[string]string{}
	in.Walk(func(it *instrument.Item) { section[it.Name] = it.Section })
	for i, p := range people {
		p.Confirmed = at.Config.Now().Add(-time.Second)
		test, err := at.Learning.Begin(k.ctx, p, k.cohort, at.Entry())
		if err != nil {
			return err
		}
		forms := map[string]url.Values{}
		chance := rand.New(rand.NewPCG(uint64(i), uint64(len(slot)))).Perm(len(key.Items)) //nolint:gosec // an invented test
		for n, j := range chance {
			it := key.Items[j]
			if 2*n >= points[i] {
				continue // not answered
			}
			if forms[section[it.Name]] == nil {
				forms[section[it.Name]] = url.Values{}
			}
			answer(forms[section[it.Name]], it)
		}
		for s, f := range forms {
			if err := at.Learning.Save(k.ctx, p, test, s, f, at.Entry()); err != nil {
				return err
			}
		}
		if err := at.Learning.Submit(k.ctx, p, test, at.Entry()); err != nil {
			return err
		}
	}
	k.say(map[string]string{learning.Pre: "has the 28 take the test before", learning.Post: "has the 28 take the test after"}[slot])
	return nil
}

// answer fills in the right answer as the page posts it.
func answer(f url.Values, it instrument.ScoredItem) {
	if it.Rule == instrument.OrderRule {
		for i, c := range strings.Fields(it.Key) {
			f.Set(fmt.Sprintf("%s%s%d", it.Name, instrument.PlacePart, i+1), c)
		}
		return
	}
	if it.Rule == instrument.AllRule || it.Rule == instrument.EachRule {
		f[it.Name] = strings.Fields(it.Key)
		return
	}
	f.Set(it.Name, it.Key)
}

// freeze closes the cohort and freezes its baseline.
func (k *east) freeze() error {
	tariq := k.org.As("tariq")
	if err := k.org.Learning.Close(k.ctx, tariq, k.cohort, k.org.Entry()); err != nil {
		return err
	}
	if err := k.org.Learning.Freeze(k.ctx, tariq, k.cohort, k.org.Entry()); err != nil {
		return err
	}
	k.say("freezes the baseline")
	return nil
}

// meet plans the five days: seats by State and profession, an agenda, seats that are offered and taken.
func (k *east) meet() error {
	o, amina := k.org, k.org.As("amina")
	var err error
	k.workshop, err = o.Workshops.Open(k.ctx, amina, workshop.Workshop{
		Name: "Electronic evidence in East Africa (exercise)", Place: "Exercise City", Zone: "Africa/Nairobi", From: "2013-06-24", To: "2013-06-28",
		Capacity: 28, Languages: []language.Tag{"en", "fr"}, Competencies: []string{"telephone", "custody", "one-case"},
	}, o.Entry())
	if err != nil {
		return err
	}
	if err := o.Workshops.AddTeam(k.ctx, amina, k.workshop, o.As("tariq").ID, o.Entry()); err != nil {
		return err
	}
	var plan []workshop.Plan
	for _, s := range organisation.ExerciseStates() {
		plan = append(plan, workshop.Plan{State: s, Role: workshop.Investigator, Seats: 2, Reserve: 1}, workshop.Plan{State: s, Role: workshop.Prosecutor, Seats: 2, Reserve: 1})
	}
	if err := o.Workshops.SetPlan(k.ctx, amina, k.workshop, plan, o.Entry()); err != nil {
		return err
	}
	if err := k.agenda(); err != nil {
		return err
	}
	if err := o.Workshops.Move(k.ctx, amina, k.workshop, workshop.Announced, "", o.Entry()); err != nil {
		return err
	}
	k.say("plans five days with 28 seats, and announces them")
	return nil
}

// agenda enters the five days of June 2013 as the programme told of them.
func (k *east) agenda() error {
	zone, err := time.LoadLocation("Africa/Nairobi")
	if err != nil {
		return err
	}
	for i, d := range []struct {
		title string
		kind  workshop.Kind
		what  string
	}{
		{"Baseline, and the law", workshop.Lecture, "custody"}, {"Desktop forensics; the decision to charge", workshop.Exercise, "custody"},
		{"Mobile forensics; admissibility", workshop.Exercise, "telephone"}, {"One case together", workshop.Exercise, "one-case"}, {"Hearing, test after, each State’s plan for structures", workshop.Discussion, "one-case"},
	} {
		from := time.Date(2013, 6, 24+i, 9, 0, 0, 0, zone)
		s := workshop.Session{Title: d.title + " (exercise)", From: from, To: from.Add(6 * time.Hour), Room: "Room 1", Kind: d.kind, Competencies: []string{d.what},
			Trainers: []string{"Tariq Trainer (exercise)"}, Pairs: []string{"en-fr"}}
		if d.kind == workshop.Exercise {
			s.Files = []string{strings.Repeat("e0", 32)}
		}
		if _, err := k.org.Workshops.AddSession(k.ctx, k.org.As("tariq"), k.workshop, s, k.org.Entry()); err != nil {
			return err
		}
	}
	return nil
}

// found proposes the network that is to last, with what shows that it lives, and opens a review of one State's law.
func (k *east) found() error {
	o := k.org
	k.lead.Confirmed = o.Config.Now().Add(-time.Second)
	var err error
	k.network, err = o.Structures.Propose(k.ctx, k.lead, structure.Structure{
		Kind: structure.Network, Lead: organisation.Organisation{ID: k.bodies["XA police"]}, Name: "Network of contact points in East Africa (exercise)", MeetsEvery: 6,
	}, o.Entry())
	if err != nil {
		return err
	}
	for _, s := range organisation.ExerciseStates()[1:] {
		if err := o.Structures.AddMember(k.ctx, k.lead, k.network, k.bodies[s+" police"], o.Entry()); err != nil {
			return err
		}
	}
	if err := o.Structures.Move(k.ctx, k.lead, k.network, structure.Agreed, "", o.Entry()); err != nil {
		return err
	}
	if err := o.Structures.Found(k.ctx, k.lead, k.network, "Memorandum of the seven (exercise)", "https://memorandum.example/exercise", false, o.Entry()); err != nil {
		return err
	}
	if err := o.Structures.Move(k.ctx, k.lead, k.network, structure.Established, "", o.Entry()); err != nil {
		return err
	}
	sign := structure.Sign{Kind: structure.Minutes, On: o.Config.Now().AddDate(0, 0, -1), Note: "First meeting of the network (exercise)", Proof: strings.Repeat("a1", 32)}
	if err := o.Structures.Show(k.ctx, k.lead, k.network, sign, o.Entry()); err != nil {
		return err
	}
	if err := o.Structures.OpenReview(k.ctx, k.lead, "XA", "BUD", k.bodies["XA police"], o.Entry()); err != nil {
		return err
	}
	k.say("sees a network of the seven established, and a review of one State’s law opened")
	return nil
}

// certify gives a certificate to everybody who has passed.
func (k *east) certify() error {
	n, err := k.org.Learning.Issue(k.ctx, k.org.As("tariq"), k.cohort, "", k.org.Entry())
	if err != nil {
		return err
	}
	k.say(fmt.Sprintf("issues %d certificates", n))
	return nil
}
