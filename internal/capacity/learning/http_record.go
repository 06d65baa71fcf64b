package learning

import (
	"context"
	"strconv"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// travels is what a cohort's page says of nodes without network.
type travels struct {
	Led      string // name of the node that leads the cohort; "" for this one
	Given    web.Table
	Doubtful []string
	Nodes    []web.Choice // to which it can be given
	Disputes []dispute
}

type dispute struct {
	Say     string
	Choices []choice
}

type choice struct {
	Say, Value string
	Take       web.Button
}

// travels reads what the page says of records: for those who may send or decide.
func (q *Learning) travels(ctx context.Context, tx *db.Tx, r *web.Request, p *cohortPage) error {
	peers, err := exchange.Peers(ctx, tx)
	if err != nil {
		return err
	}
	names := map[id.ID]string{q.Exchange.Self().Node(): q.Exchange.Self().Card.Name(string(r.Lang()))}
	for _, peer := range peers {
		names[peer.Node] = peer.Name(string(r.Lang()))
		if peer.Status == exchange.Trusted {
			p.Nodes = append(p.Nodes, web.Choice{Value: string(peer.Node), Label: names[peer.Node]})
		}
	}
	if p.Cohort.Led() {
		p.Led = names[p.Cohort.LedBy]
	}
	p.Given = web.Table{Caption: r.T("Given to nodes without network"), Columns: []web.Column{{Label: r.T("Node")}, {Label: r.T("Given")}, {Label: r.T("Its results came")}}}
	rows, err := tx.Query(ctx, `SELECT node, at, brought, doubtful FROM cohort_given WHERE cohort_id = ? ORDER BY at, node`, p.Cohort.ID)
	list, err := db.Collect(rows, err, scanGiven)
	if err != nil {
		return err
	}
	for _, g := range list {
		came := any(r.T("Not yet"))
		if !g.brought.IsZero() {
			came = r.When(g.brought)
		}
		p.Given.Rows = append(p.Given.Rows, []any{names[g.node], r.When(g.at), came})
		if g.doubtful {
			p.Doubtful = append(p.Doubtful, r.T("The clock of {node} was wrong: how long a test took is right, times of day are doubtful.", "node", names[g.node]))
		}
	}
	return q.disputes(ctx, tx, r, p, names)
}

func (q *Learning) disputes(ctx context.Context, tx *db.Tx, r *web.Request, p *cohortPage, names map[id.ID]string) error {
	all, err := Disputes(ctx, tx, p.Cohort.ID)
	for _, d := range all {
		x := dispute{Say: r.T("{test}: {n} records of one person differ. None counts until you choose.", "test", language.Plain(r.T(slotName(d.Slot))), "n", strconv.Itoa(len(d.Records)))}
		for _, k := range d.Records {
			a, err := readTest([]byte(k.Content))
			if err != nil {
				return err
			}
			x.Choices = append(x.Choices, choice{
				r.T("Taken on {node}, handed in {time}", "node", names[k.Node], "time", string(r.When(a.Submitted))), string(k.Attempt) + " " + string(k.Sum),
				web.Button{Text: r.T("Take this one into the count"), Kind: "secondary"},
			})
		}
		p.Disputes = append(p.Disputes, x)
	}
	return err
}

func (q *Learning) giveForm(r *web.Request) error {
	return q.sent(r, language.M("The cohort was given. Its envelope goes by network, or as a file that you take along."), func(n, entry id.ID) error {
		node, err := id.Parse(r.Form().Get("node"))
		if err != nil {
			return errs.WithFields(errs.Field{Path: "node", Code: language.M("Choose a node that is trusted now.")})
		}
		return q.Give(r.Ctx(), r.Person, n, node, entry)
	})
}

func (q *Learning) homeForm(r *web.Request) error {
	return q.sent(r, language.M("The results go home, sealed. Sending them again does no harm."), func(n, entry id.ID) error { return q.Home(r.Ctx(), r.Person, n, entry) })
}

func (q *Learning) resolveForm(r *web.Request) error {
	return q.sent(r, language.M("Your decision was entered."), func(n, entry id.ID) error {
		chosen, sum, _ := strings.Cut(r.Form().Get("record"), " ")
		a, err := id.Parse(chosen)
		if err != nil {
			return err
		}
		return q.Resolve(r.Ctx(), r.Person, n, a, canonical.Hash(sum), entry)
	})
}

func (q *Learning) linksForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	links, err := q.Links(r.Ctx(), r.Person, n, entry)
	if err != nil {
		return err
	}
	return q.showLinks(r, n, links)
}

// showLinks shows, once, the links of those who can't sign in yet.
func (q *Learning) showLinks(r *web.Request, n id.ID, links []organisation.Link) error {
	p := linksPage{Back: cohortAt(n), Until: r.Now().Add(organisation.LinkFor)}
	for _, l := range links {
		if l.Token != "" {
			p.Links = append(p.Links, linkRow{l.Name, l.Email, q.Public + "/invitation/" + l.Token})
		}
	}
	if len(p.Links) == 0 {
		return r.Done(p.Back, language.M("They are enrolled. Everybody can sign in already."))
	}
	return r.Page("learning/links", p)
}
