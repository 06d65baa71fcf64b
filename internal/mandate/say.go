package mandate

import (
	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// classSay says what a paragraph's verb does.
func classSay(c Class) string {
	switch c {
	case Request:
		return language.M("A request")
	case Invite:
		return language.M("An invitation")
	case Encourage:
		return language.M("An encouragement")
	case CallUpon:
		return language.M("A call")
	case Urge:
		return language.M("An urgent call")
	case Decide:
		return language.M("A decision")
	case Welcome:
		return language.M("A word of welcome")
	case Note:
		return language.M("Takes note of something")
	case Recall:
		return language.M("Recalls something")
	}
	return language.M("Not recognised")
}

// bodySay says who a body is.
func bodySay(b string) string {
	switch b {
	case "UNODC":
		return language.M("United Nations Office on Drugs and Crime")
	case "CCPCJ":
		return language.M("Commission on Crime Prevention and Criminal Justice")
	case "EG.4":
		return language.M("Expert group on cybercrime")
	case "Secretariat":
		return language.M("Secretariat")
	case "Secretary-General":
		return language.M("Secretary-General")
	case "Member States":
		return language.M("Member States")
	case "Private sector":
		return language.M("Private sector")
	}
	return b
}

func deliverableSay(d string) string {
	switch d {
	case "study":
		return language.M("Study")
	case "report":
		return language.M("Report")
	case "meeting":
		return language.M("Meeting")
	case "training":
		return language.M("Training")
	case "tool":
		return language.M("Manual or tool")
	case "translation":
		return language.M("Translation")
	case "coordination":
		return language.M("Coordination and partnerships")
	}
	return language.M("Something else")
}

func conditionSay(c string) string {
	switch c {
	case "upon request":
		return language.M("only upon request")
	case "subject to extrabudgetary resources":
		return language.M("subject to the availability of extrabudgetary resources")
	}
	return c
}

func periodSay(p string) string {
	switch p {
	case "continuing":
		return language.M("continuing")
	case "as needed":
		return language.M("as needed")
	}
	return p
}

func stateSay(s State) string {
	switch s {
	case InProgress:
		return language.M("In progress")
	case Completed:
		return language.M("Completed")
	case Continuing:
		return language.M("Continuing")
	case NotApplicable:
		return language.M("Does not apply")
	case NotStarted:
		return language.M("Not started")
	}
	return language.M("No information")
}

func stateColour(s State) string {
	switch s {
	case InProgress, Continuing:
		return "blue"
	case Completed:
		return "green"
	case NotStarted:
		return "yellow"
	}
	return "grey"
}

func pillarSay(p Pillar) string {
	switch p {
	case Cooperation:
		return language.M("International cooperation")
	case Capacity:
		return language.M("Capacity-building")
	}
	return language.M("Dialogue and study")
}

func kindSay(kind string) string {
	switch kind {
	case "study":
		return language.M("Study")
	case "session":
		return language.M("Meeting")
	case "request":
		return language.M("Requests for assistance")
	case "training":
		return language.M("Training")
	case "translation":
		return language.M("Translation")
	case "comments":
		return language.M("Comments on a document")
	case "partners":
		return language.M("Work with partners")
	case "programme":
		return language.M("Programme of cooperation")
	case "activity":
		return language.M("Recorded by hand")
	}
	return kind
}

// each says a list of codes in the reader's language.
func each(r *web.Request, codes []string, say func(string) string) string {
	var words []string
	for _, c := range codes {
		words = append(words, r.T(say(c)))
	}
	return string(r.And(words))
}

// statusTag shows the last word about a paragraph.
func statusTag(r *web.Request, s *Status) web.Tag {
	if s == nil {
		return web.Tag{Text: r.T("Nothing entered yet"), Colour: "grey"}
	}
	return web.Tag{Text: r.T(stateSay(s.State)), Colour: stateColour(s.State)}
}

// paraName says how a paragraph is cited; one whose number was not read is called so.
func paraName(r *web.Request, p Para) string {
	switch {
	case p.Number > 0:
		return r.T("{symbol}, paragraph {number}", "symbol", p.Symbol, "number", itoa(p.Number))
	case p.Preambular:
		return r.T("{symbol}, preamble", "symbol", p.Symbol)
	}
	return r.T("{symbol}, paragraph not read in the official text", "symbol", p.Symbol)
}
