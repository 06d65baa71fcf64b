package node

import (
	"slices"

	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// todayLines are the things outside requests that the page of the day has for a person: for those who run the node,
// check its record, answer for its peers or keep the mandates. What they may do decides, not what their role is called.
func (n *Node) todayLines(r *web.Request) ([]request.TodayLine, error) {
	var lines []request.TodayLine
	offer := func(act access.Act, text, href string) {
		if n.Policy.Ever(r.Person, act) {
			lines = append(lines, request.TodayLine{Text: text, Href: href})
		}
	}
	if n.Log.Recovery() != "" {
		offer("office.edit", r.T("The node signs nothing: its database is older than what others have seen. See the ledger."), "/ledger")
	}
	var waiting, alarms int
	var asked bool
	err := n.DB.Reader.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error {
		peers, err := exchange.Peers(r.Ctx(), tx)
		if err != nil {
			return err
		}
		for _, p := range peers {
			if p.Status == exchange.Proposed && p.ImportedBy != r.Person.ID {
				waiting++
			}
		}
		open, err := exchange.OpenAlarms(r.Ctx(), tx)
		alarms = len(open)
		if err != nil {
			return err
		}
		asked, err = workshop.Waits(r.Ctx(), tx, r.Person.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if asked {
		lines = append(lines, request.TodayLine{Text: r.T("Answer what you are asked about a workshop"), Href: "/capacity/workshops"})
	}
	if alarms > 0 {
		offer("peer.alarm.settle", r.N("{n} node contradicts itself: find out why", "Nodes contradict themselves {n} times: find out why", alarms), "/peers")
	}
	if waiting > 0 {
		offer("peer.trust", r.N("{n} card waits for you to compare its fingerprint", "{n} cards wait for you to compare their fingerprints", waiting), "/peers")
	}
	offer("account.invite", r.T("See who may do what, and invite people"), "/people")
	if !n.worksOnRequests(r.Person) {
		offer("mandate.read", r.T("See what the mandates ask for, and how they stand"), "/m")
	}
	if n.Policy.Ever(r.Person, "office.edit") || n.Policy.Ever(r.Person, "report.access") {
		lines = append(lines, request.TodayLine{Text: r.T("Check that the record is whole"), Href: "/ledger"})
	}
	return lines, nil
}

// worksOnRequests says whether the page of the day has requests for a person at all.
func (n *Node) worksOnRequests(p access.Person) bool {
	return slices.ContainsFunc([]access.Act{
		"request.draft", "request.approve", "request.sign", "request.transmit", "request.cover", "request.ask", "request.deliver", "evidence.add",
	}, func(a access.Act) bool { return n.Policy.Ever(p, a) })
}
