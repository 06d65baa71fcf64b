package demo

import (
	"fmt"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
)

// assess plays an assessment of Exercise State A: its police asks, two public bodies and three companies rate blind, the
// State clears and publishes.
func (k *east) assess() error {
	amina := k.org.As("amina")
	raters := map[id.ID]access.Person{}
	for i, o := range []organisation.Organisation{
		{ID: k.bodies["XA police"], Kind: organisation.Police}, {ID: k.bodies["XA prosecution"], Kind: organisation.Prosecution}, {ID: k.bodies["company"], Kind: organisation.Provider},
		{Kind: organisation.Bank, State: "XA", Name: "Exercise Bank of Exercise State A"}, {Kind: organisation.Provider, State: "XA", Name: "Exercise Hosting of Exercise State A"},
	} {
		if o.ID == "" {
			n, err := k.org.Organisations.Enter(k.ctx, amina, o, k.org.Entry())
			if err != nil {
				return err
			}
			o.ID = n
		}
		role := access.Role("contributor")
		if !o.Kind.Public() {
			role = "partner"
		}
		var err error
		if raters[o.ID], err = k.invite(o.ID, fmt.Sprintf("Rater %d (exercise)", i+1), fmt.Sprintf("rater%d@a.example", i+1), role); err != nil {
			return err
		}
	}
	clearing, err := k.invite(k.bodies["XA police"], "Clearance A (exercise)", "clearance@a.example", "clearing-officer")
	if err != nil {
		return err
	}
	k.assessment, err = k.org.Assessments.Play(k.ctx, assessment.Cast{
		Body: k.bodies["XA police"], Focal: k.lead, Clearing: clearing, Manager: amina, Assessor: k.org.As("selma"), Raters: raters, Entry: k.org.Entry, Now: k.org.Config.Now(),
	})
	if err != nil {
		return err
	}
	k.say("sees an assessment of Exercise State A rated by five bodies, cleared and published by the State")
	return nil
}

// invite lets someone into an organisation and returns them with a factor shown just now.
func (k *east) invite(n id.ID, name, email string, role access.Role) (access.Person, error) {
	link, err := k.org.Organisations.Invite(k.ctx, k.org.As("amina"), n, organisation.Someone{Name: name, Email: email, Role: role}, k.org.Entry())
	if err != nil {
		return access.Person{}, err
	}
	return k.person(link.Person)
}

// leaveAssessment leaves the report in Arabic and the roadmap in English, as the State published them.
func (k *east) leaveAssessment() error {
	b, err := k.org.Assessments.Report(k.ctx, k.org.As("amina"), k.assessment, language.Arabic, "pdf")
	if err != nil {
		return err
	}
	if err := k.put("assessment.pdf", b); err != nil {
		return err
	}
	if b, err = k.org.Assessments.Roadmap(k.ctx, k.org.As("amina"), k.assessment, language.English, false); err != nil {
		return err
	}
	return k.put("roadmap.svg", b)
}
