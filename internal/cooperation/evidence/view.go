package evidence

import (
	"errors"
	"html/template"
	"net/url"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/casefile"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type casePage struct {
	Case       casefile.Case
	Request    string // whose items alone are listed, "" for all
	Back       string
	Table      web.Table
	Pager      web.Pager
	Unfinished []unfinished
	Add        string // address, "" for those who can't
}

type unfinished struct {
	Name   string
	Size   int64
	Cancel string
}

func (e *Evidence) casePage(r *web.Request, k casefile.Case, request string, items []Item, open []Upload) casePage {
	p := casePage{Case: k, Request: request, Back: "/cases/" + string(k.ID)}
	p.Table = web.Table{
		Caption: r.T("Items of evidence"), Empty: r.T("There is no evidence yet."),
		Columns: []web.Column{{Label: r.T("Label")}, {Label: r.T("What it is")}, {Label: r.T("Size"), Numeric: true}, {Label: r.T("Where it stands")}, {Label: r.T("In whose custody")}, {Label: r.T("Since")}},
	}
	if request == "" && len(items) > perPage {
		items = items[:perPage]
		p.Pager.Next = listPath(k.ID) + "?after=" + string(items[perPage-1].ID)
	}
	for _, it := range items {
		p.Table.Rows = append(p.Table.Rows, []any{
			web.Link{Text: it.Label, Href: itemPath(it.ID)}, string(words(r.Printer, sortWords(), string(it.Sort))), r.Size(it.Size),
			stateTag(r, it), e.custodian(r, it), string(r.Date(it.Added)),
		})
	}
	for _, u := range open {
		p.Unfinished = append(p.Unfinished, unfinished{u.Given.Name, u.Size, uploadPath + "/" + string(u.ID) + "/cancel"})
	}
	if e.Policy.Ever(r.Person, "evidence.add") {
		p.Add = listPath(k.ID) + "/add?" + url.Values{"request": {request}}.Encode()
	}
	return p
}

func stateTag(r *web.Request, it Item) web.Tag {
	colour := map[State]string{Held: "green", Quarantined: "red", Sent: "blue", Returned: "grey", Destroyed: "grey"}[it.State]
	return web.Tag{Text: string(words(r.Printer, stateWords(), string(it.State))), Colour: colour}
}

// custodian says in whose hands an item is.
func (e *Evidence) custodian(r *web.Request, it Item) string {
	if it.Custodian == "" {
		return r.T("On the way")
	}
	return e.authorityName(it.Custodian, r.Lang())
}

type addPage struct {
	Form    *web.Form
	Case    casefile.Case
	Back    string
	Derived bool
	Sorts   []web.Choice
	Sources []web.Choice
	Marks   []web.Choice
}

func (e *Evidence) addPage(r *web.Request, caseID id.ID, f *web.Form) (addPage, error) {
	p := addPage{Form: f, Back: listPath(caseID), Derived: f.Get("from") != ""}
	f.Values.Set("case", string(caseID))
	err := e.read(r, func(tx *db.Tx) (err error) {
		if p.Case, err = casefile.Get(r.Ctx(), tx, caseID); err != nil {
			return err
		}
		return e.Desk.See(r.Ctx(), tx, r.Person, "evidence.add", caseRef(caseID))
	})
	for _, s := range Sorts() {
		p.Sorts = append(p.Sorts, web.Choice{Value: string(s), Label: string(words(r.Printer, sortWords(), string(s)))})
	}
	for _, s := range []string{"provider", "device", "place"} {
		p.Sources = append(p.Sources, web.Choice{Value: s, Label: string(words(r.Printer, sourceWords(), s))})
	}
	for _, s := range []string{Restricted, Privileged, ChildAbuse} {
		p.Marks = append(p.Marks, web.Choice{Value: s, Label: string(words(r.Printer, handlingWords(), s))})
	}
	return p, err
}

type itemPage struct {
	Form       *web.Form
	Item       Item
	Address    string
	Back       string
	Apart      bool
	Summary    []web.Row
	Whence     []web.Row
	Conditions []string
	Before     web.Table // at other nodes
	Events     web.Table // here
	From, Into []web.Row
	Derive     string
	Languages  []web.Choice
	CanOpen    bool
	CanCertify bool
	CanCorrect bool
}

// itemPage gathers what one item's page shows, for someone who may know of it.
func (e *Evidence) itemPage(r *web.Request, f *web.Form) (itemPage, error) {
	n, err := r.PathID("id")
	if err != nil {
		return itemPage{}, err
	}
	p := itemPage{Form: f, Address: itemPath(n)}
	err = e.read(r, func(tx *db.Tx) error {
		if p.Item, err = Get(r.Ctx(), tx, n); err != nil {
			return err
		}
		if err := e.fillHistory(r, tx, &p); err != nil {
			return err
		}
		terms, err := Conditions(r.Ctx(), tx, n)
		for _, t := range terms {
			p.Conditions = append(p.Conditions, r.T("{authority}: {condition}", "authority", e.authorityName(t.SetBy, r.Lang()), "condition", t.Says))
		}
		if err != nil {
			return err
		}
		if p.CanOpen, err = e.Desk.Could(r.Ctx(), tx, r.Person, "evidence.read", ref(n)); err != nil {
			return err
		}
		p.CanOpen = p.CanOpen && readable(p.Item) == nil
		p.CanCorrect, err = e.Desk.Could(r.Ctx(), tx, r.Person, "evidence.add", ref(n))
		return err
	})
	if err != nil {
		return p, err
	}
	p.CanCertify = e.Policy.Ever(r.Person, "evidence.certify")
	p.Back, p.Apart = listPath(p.Item.Case), p.Item.State == Quarantined
	if e.Policy.Ever(r.Person, "evidence.derive") && p.Item.State == Held {
		p.Derive = p.Back + "/add?from=" + string(n)
	}
	for _, tag := range e.Catalog.Tags() {
		p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	if !f.Has("lang") {
		f.Values.Set("lang", string(r.Lang()))
	}
	p.Summary, p.Whence = e.summary(r, p.Item), e.whence(r, p.Item)
	return p, nil
}

func (e *Evidence) summary(r *web.Request, it Item) []web.Row {
	rows := []web.Row{
		{Key: r.T("Where it stands"), Value: words(r.Printer, stateWords(), string(it.State))},
		{Key: r.T("In whose custody"), Value: e.custodian(r, it)},
		{Key: r.T("What it is"), Value: words(r.Printer, sortWords(), string(it.Sort))},
		{Key: r.T("Name of the file"), Value: it.Name},
		{Key: r.T("Size in bytes"), Value: r.Number(it.Size)},
		{Key: r.T("SHA-256 of the bytes"), Value: digestHTML(string(it.SHA256))},
		{Key: r.T("Number of the item"), Value: string(it.ID)},
	}
	for _, v := range [][2]string{{r.T("Request"), it.Request}, {r.T("Measure"), it.Measure}} {
		if v[1] != "" {
			rows = append(rows, web.Row{Key: v[0], Value: v[1]})
		}
	}
	if d := it.Details.Declared; d != "" && d != it.SHA256 {
		rows = append(rows, web.Row{Key: r.T("SHA-256 that was told"), Value: digestHTML(string(d))})
	}
	for _, h := range it.Details.Handling {
		rows = append(rows, web.Row{Key: r.T("Handling"), Value: words(r.Printer, handlingWords(), h)})
	}
	return rows
}

// digestHTML lets a long digest break in the middle on a narrow screen; it is copied without the breaks.
func digestHTML(s string) template.HTML {
	out := `<code dir="ltr">`
	for i := 0; i < len(s); i += 8 {
		out += template.HTMLEscapeString(s[i:min(i+8, len(s))]) + "<wbr>"
	}
	return template.HTML(out + "</code>") //nolint:gosec // escaped
}

func (e *Evidence) whence(r *web.Request, it Item) (rows []web.Row) {
	add := func(key, v string) {
		if v != "" {
			rows = append(rows, web.Row{Key: key, Value: v})
		}
	}
	if s := it.Details.Source; s != nil {
		add(r.T("Where the data lay"), string(words(r.Printer, sourceWords(), s.Kind))+" · "+s.Name)
		add(r.T("Account"), s.Account)
	}
	if a := it.Details.Acquired; a != nil {
		add(r.T("Secured at"), moment(r, a.At))
		add(r.T("Secured by"), a.Person)
		add(r.T("Office"), a.Office)
		add(r.T("Place"), a.Place)
		add(r.T("Tool and version"), joined(a.Tool, a.Version))
		add(r.T("Method"), a.Method)
		add(r.T("Write blocker"), a.WriteBlocker)
		add(r.T("Error of the device's clock"), a.ClockOffset)
	}
	if l := it.Details.Legal; l != nil {
		add(r.T("Order or warrant"), l.Order)
		add(r.T("Court or authority"), l.Court)
		add(r.T("Date of the order"), day(r, l.Date))
	}
	if v := it.Details.Received; v != nil {
		add(r.T("Received from"), e.authorityName(v.From, r.Lang()))
		add(r.T("By which way"), v.Channel)
		add(r.T("SHA-256 of the envelope's manifest"), string(v.Envelope))
	}
	return rows
}

// moment spells an instant that somebody wrote down, in the zone in which they did.
func moment(r *web.Request, s string) string {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return string(r.When(t))
	}
	return s
}

func day(r *web.Request, s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return string(r.Date(t))
	}
	return s
}

// fillHistory reads events here and before, and what was made from what.
func (e *Evidence) fillHistory(r *web.Request, tx *db.Tx, p *itemPage) error {
	events, err := Events(r.Ctx(), tx, p.Item.ID)
	if err != nil {
		return err
	}
	names := map[id.ID]string{}
	p.Events = web.Table{
		Caption: r.T("Events here"),
		Columns: []web.Column{{Label: r.T("No."), Numeric: true}, {Label: r.T("When")}, {Label: r.T("What happened")}, {Label: r.T("By whom")}, {Label: r.T("In whose custody afterwards")}, {Label: r.T("Remarks")}},
	}
	for _, v := range events {
		who, err := e.person(r, tx, names, v)
		if err != nil {
			return err
		}
		if by := p.Item.securedBy(); v.What == WasCollected && by != "" {
			who = by
		}
		p.Events.Rows = append(p.Events.Rows, []any{
			strconv.FormatInt(v.N, 10), string(r.When(v.At)), happened(r, v), who, e.afterwards(r, v.What, v.After), remarks(v),
		})
	}
	if err := e.fillBefore(r, p); err != nil {
		return err
	}
	from, err := DerivedFrom(r.Ctx(), tx, p.Item.ID)
	if err != nil {
		return err
	}
	into, err := DerivedInto(r.Ctx(), tx, p.Item.ID)
	if err != nil {
		return err
	}
	if p.From, err = related(r, tx, from, func(d Derivation) id.ID { return d.From }); err != nil {
		return err
	}
	p.Into, err = related(r, tx, into, func(d Derivation) id.ID { return d.Item })
	return err
}

func related(r *web.Request, tx *db.Tx, all []Derivation, other func(Derivation) id.ID) (rows []web.Row, err error) {
	for _, d := range all {
		it, err := Get(r.Ctx(), tx, other(d))
		if err != nil {
			return nil, err
		}
		rows = append(rows, web.Row{Key: it.Label, Value: joined(d.Process, d.Tool), Actions: []web.Link{{Text: r.T("Show"), Href: itemPath(it.ID), Hidden: it.Label}}})
	}
	return rows, nil
}

func happened(r *web.Request, v Event) string {
	if v.Corrects > 0 {
		return r.T("Correction of event {number}", "number", v.Corrects)
	}
	return string(words(r.Printer, eventWords(), string(v.What)))
}

func remarks(v Event) string {
	if v.Why != "" {
		return v.Why
	}
	return v.Note
}

// person names who did something, once for each page.
func (e *Evidence) person(r *web.Request, tx *db.Tx, names map[id.ID]string, v Event) (string, error) {
	if name, ok := names[v.Person]; ok {
		return name, nil
	}
	name := e.authorityName(v.Authority, r.Lang())
	if v.Person != "" {
		a, err := access.Find(r.Ctx(), tx, v.Person)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return "", err // another node's id isn't among our people
		}
		if err == nil {
			name = a.Name
		}
	}
	names[v.Person] = name
	return name, nil
}

func (e *Evidence) afterwards(r *web.Request, what What, after string) string {
	switch {
	case after != "":
		return e.authorityName(after, r.Lang())
	case what == WasSent:
		return r.T("On the way")
	}
	return "–"
}

// fillBefore shows the history with which an item came.
func (e *Evidence) fillBefore(r *web.Request, p *itemPage) error {
	if p.Item.beforeUs == "" {
		return nil
	}
	k, err := ReadCustody([]byte(p.Item.beforeUs))
	if err != nil {
		return err
	}
	p.Before = web.Table{
		Caption: r.T("Events before it came here"),
		Columns: []web.Column{{Label: r.T("When")}, {Label: r.T("What happened")}, {Label: r.T("By whom")}, {Label: r.T("In whose custody afterwards")}},
	}
	for _, v := range k.Events {
		by := k.Authorities[v.Authority]
		if v.Role != "" {
			by = r.T("{authority}, {role}", "authority", by, "role", roleName(r.Printer, e.Policy, v.Role))
		}
		p.Before.Rows = append(p.Before.Rows, []any{
			string(r.When(v.when())), string(words(r.Printer, eventWords(), string(v.What))), by, e.afterwards(r, v.What, v.After),
		})
	}
	for _, d := range k.Item.DerivedFrom {
		p.From = append(p.From, web.Row{Key: string(d.Item), Value: joined(d.Process, d.Tool)})
	}
	return nil
}
