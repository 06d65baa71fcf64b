package demo

import (
	"fmt"
	"net/url"
	"strings"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Digests of papers that the demonstration only names.
var (
	nominationLetter = strings.Repeat("5a", 32)
	signInSheet      = strings.Repeat("ef", 32)
)

// seat fills the 28 seats: typed from the States' letters, approved by a second person, offered, taken by each learner.
func (k *east) seat() error {
	o, amina, tariq := k.org, k.org.As("amina"), k.org.As("tariq")
	var all []workshop.Nominee
	for _, s := range organisation.ExerciseStates() {
		letter := strings.TrimPrefix(s, "X")
		for i := range 4 {
			p := workshop.Nominee{Organisation: k.bodies[s+" police"], Name: fmt.Sprintf("Learner %s%d (exercise)", letter, i+1),
				Email: fmt.Sprintf("learner%d@%s.example", i+1, strings.ToLower(letter)), Language: "en", Role: workshop.Investigator}
			if i > 1 {
				p.Organisation, p.Role = k.bodies[s+" prosecution"], workshop.Prosecutor
			}
			all = append(all, p)
		}
	}
	if _, err := o.Workshops.Type(k.ctx, tariq, k.workshop, nominationLetter, all, o.Entry()); err != nil {
		return err
	}
	seats, err := k.seats()
	if err != nil {
		return err
	}
	for _, s := range seats {
		if err := o.Workshops.Approve(k.ctx, amina, s.ID, o.Entry()); err != nil {
			return err
		}
	}
	if err := o.Workshops.Move(k.ctx, amina, k.workshop, workshop.Selecting, "", o.Entry()); err != nil {
		return err
	}
	for _, s := range seats {
		if err := o.Workshops.Offer(k.ctx, amina, s.ID, o.Entry()); err != nil {
			return err
		}
		who, err := k.person(s.Person)
		if err != nil {
			return err
		}
		if _, err := o.Workshops.Accept(k.ctx, who, k.workshop, o.Entry()); err != nil {
			return err
		}
	}
	k.say("fills the 28 seats: named by the States' letters, approved by a second person, offered, and taken by each")
	return k.run(amina, tariq)
}

// run makes the workshop ready, holds it and closes it: each who was there will be asked 3, 6 and 12 months later.
func (k *east) run(amina, tariq access.Person) error {
	o := k.org
	for l, text := range map[language.Tag]string{
		"en": "Handbook of the workshop (exercise). Invented: five days, one case, custody without a gap.\n",
		"fr": "Manuel de l’atelier (exercice). Inventé : cinq jours, une affaire, une chaîne de possession sans lacune.\n",
	} {
		if err := o.Workshops.AddMaterial(k.ctx, tariq, k.workshop, workshop.Material{Language: l, Title: "Handbook (exercise)", Name: "handbook." + string(l) + ".txt"}, strings.NewReader(text), o.Entry()); err != nil {
			return err
		}
	}
	if err := o.Workshops.Prepare(k.ctx, amina, k.workshop, workshop.Preparation{Tested: true, Series: "East Africa (exercise)", Cohort: k.cohort}, o.Entry()); err != nil {
		return err
	}
	for _, to := range []workshop.Stage{workshop.Ready, workshop.Running} {
		if err := o.Workshops.Move(k.ctx, amina, k.workshop, to, "", o.Entry()); err != nil {
			return err
		}
	}
	seats, err := k.seats()
	if err != nil {
		return err
	}
	marks := map[id.ID]workshop.Mark{}
	for _, s := range seats {
		marks[s.ID] = workshop.Present
	}
	var agenda []workshop.Session
	if err := k.read(func(tx *db.Tx) (err error) { agenda, err = workshop.Agenda(k.ctx, tx, k.workshop); return err }); err != nil {
		return err
	}
	for _, s := range agenda {
		if err := o.Workshops.MarkAttendance(k.ctx, tariq, k.workshop, s.ID, signInSheet, marks, o.Entry()); err != nil {
			return err
		}
	}
	k.say("holds the five days; the sheets that people signed are entered")
	if err := o.Workshops.Move(k.ctx, amina, k.workshop, workshop.Closed, "", o.Entry()); err != nil {
		return err
	}
	if err := k.evaluate(seats); err != nil {
		return err
	}
	return o.Workshops.Move(k.ctx, amina, k.workshop, workshop.Evaluated, "", o.Entry())
}

// evaluate has each of the 28 say how it was; the answers are invented.
func (k *east) evaluate(seats []workshop.Seat) error {
	some := func(i, n int, these, others string) string {
		if i < n {
			return these
		}
		return others
	}
	for i, s := range seats {
		who, err := k.person(s.Person)
		if err != nil {
			return err
		}
		said := url.Values{"use": {some(i, 18, "certainly", "probably")}, "level": {some(i, 20, "right", "hard")}, "clear": {some(i, 22, "yes", "partly")},
			"practice": {some(i, 19, "enough", "little")}, "language": {some(i, 16, "always", "mostly")}, "together": {some(i, 23, "yes", "partly")}, "place": {some(i, 21, "yes", "partly")}}
		if i%9 == 0 {
			said.Set("otherwise", "More time for the joint case (exercise).")
		}
		if err := k.org.Workshops.Evaluate(k.ctx, who, k.workshop, said, k.org.Entry()); err != nil {
			return err
		}
	}
	k.say("hears from each of them how it was; only sums are kept")
	return nil
}

func (k *east) seats() (all []workshop.Seat, err error) {
	err = k.read(func(tx *db.Tx) error {
		all, err = workshop.Seats(k.ctx, tx, k.workshop)
		return err
	})
	return all, err
}
