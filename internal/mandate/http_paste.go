package mandate

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func reader(b []byte) io.ReadSeeker { return bytes.NewReader(b) }

type pastePage struct {
	Form   *web.Form
	Langs  []web.Choice
	Bodies []web.Choice
	Take   web.Button
}

func (g *Register) pastePage(r *web.Request) pastePage {
	p := pastePage{Form: r.Form(), Take: web.Button{Text: r.T("Take the text apart")}}
	for _, tag := range language.Official() {
		p.Langs = append(p.Langs, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	for _, b := range []string{"CCPCJ", "EG.4"} {
		p.Bodies = append(p.Bodies, web.Choice{Value: b, Label: r.T(bodySay(b))})
	}
	return p
}

func (g *Register) showPaste(r *web.Request) error { return r.Page("mandate/paste", g.pastePage(r)) }

func (g *Register) paste(r *web.Request) error {
	p := g.pastePage(r)
	f := r.Form()
	entry, err := f.Entry()
	if err != nil {
		return err
	}
	in := Paste{Symbol: f.Get("symbol"), Organ: f.Get("organ"), Title: f.Get("title"), Lang: f.Get("text-lang"), Body: f.Get("body"), Text: f.Get("text")}
	var wrong []errs.Field
	var ok bool
	if in.Day, ok = f.Day("day"); !ok {
		wrong = append(wrong, web.NoSuchDay("day"))
	}
	if !offered(p.Langs, in.Lang) {
		wrong = append(wrong, web.NotOffered("text-lang"))
	}
	if !offered(p.Bodies, in.Body) {
		wrong = append(wrong, web.NotOffered("body"))
	}
	for _, s := range strings.FieldsFunc(f.Get("follows"), func(c rune) bool { return c == ',' || c == '\n' }) {
		if s = near(s); s != "" {
			in.Follows = append(in.Follows, s)
		}
	}
	if err = errs.WithFields(wrong...); err == nil {
		err = g.Take(r.Ctx(), r.Person, in, entry)
	}
	if err != nil {
		return r.Again("mandate/paste", p, err)
	}
	return r.Done("/m/paste/"+string(entry), language.M("The text was taken apart. Look at each paragraph: what you confirm stands in the register."))
}

func offered(list []web.Choice, value string) bool {
	return slices.ContainsFunc(list, func(c web.Choice) bool { return c.Value == value })
}

type confirmPage struct {
	Paste   Paste
	Paras   []confirmPart
	Done    int
	All     int
	Classes []web.Choice
	Bodies  []web.Choice
	Kinds   []web.Choice

	Keep, Drop web.Button
}

type confirmPart struct {
	PastePara
	Form *web.Form
	Name string
	Tag  web.Tag
}

func (g *Register) confirmPage(r *web.Request) (confirmPage, error) {
	p := confirmPage{
		Keep: web.Button{Text: r.T("Confirm"), Name: "keep", Value: "yes"},
		Drop: web.Button{Text: r.T("Leave it out"), Name: "keep", Value: "no", Kind: "secondary"},
	}
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	err = g.seen(r, func(ctx context.Context, tx *db.Tx) error {
		paste, list, err := FindPaste(ctx, tx, g.data, n)
		p.Paste, p.All = paste, len(list)
		for _, q := range list {
			if q.State != Proposed {
				p.Done++
			}
			p.Paras = append(p.Paras, partToConfirm(r, q))
		}
		return err
	})
	for _, c := range classes {
		p.Classes = append(p.Classes, web.Choice{Value: string(c), Label: r.T(classSay(c))})
	}
	for _, b := range []string{"UNODC", "CCPCJ", "EG.4", "Secretariat", "Secretary-General", "Member States", "Private sector"} {
		p.Bodies = append(p.Bodies, web.Choice{Value: b, Label: r.T(bodySay(b))})
	}
	for _, d := range deliverables {
		p.Kinds = append(p.Kinds, web.Choice{Value: d, Label: r.T(deliverableSay(d))})
	}
	return p, err
}

func partToConfirm(r *web.Request, q PastePara) confirmPart {
	part := confirmPart{PastePara: q, Name: r.T("Preamble")}
	if q.Number > 0 {
		part.Name = r.T("Paragraph {number}", "number", itoa(q.Number))
	}
	prefix := "p" + itoa(q.N) + "-"
	part.Form = web.NewForm(map[string]string{prefix + "number": itoa(q.Number), prefix + "class": string(q.Class)})
	part.Form.Values[prefix+"to"] = q.To
	part.Form.Values[prefix+"deliverables"] = q.Deliverables
	switch q.State {
	case Confirmed:
		part.Tag = web.Tag{Text: r.T("In the register"), Colour: "green"}
	case Dropped:
		part.Tag = web.Tag{Text: r.T("Left out"), Colour: "grey"}
	default:
		part.Tag = web.Tag{Text: r.T("To look at"), Colour: "yellow"}
	}
	return part
}

func (g *Register) showConfirm(r *web.Request) error {
	p, err := g.confirmPage(r)
	if err != nil {
		return err
	}
	return r.Page("mandate/confirm", p)
}

func (g *Register) confirm(r *web.Request) error {
	p, err := g.confirmPage(r)
	if err != nil {
		return err
	}
	f := r.Form()
	entry, err := f.Entry()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(f.Get("n"))
	i := slices.IndexFunc(p.Paras, func(q confirmPart) bool { return q.N == n })
	if err != nil || i < 0 {
		return errs.Invalidf("form: there is no paragraph %q", f.Get("n"))
	}
	prefix := "p" + itoa(n) + "-"
	prop := p.Paras[i].Proposal
	prop.Class = Class(f.Get(prefix + "class"))
	prop.To = known(f.All(prefix+"to"), p.Bodies)
	prop.Deliverables = known(f.All(prefix+"deliverables"), p.Kinds)
	if prop.Number, err = strconv.Atoi(language.Digits(f.Get(prefix + "number"))); err != nil || prop.Number < 0 || prop.Number > 999 {
		err = errs.WithFields(errs.Field{Path: prefix + "number", Code: "Enter the number of the paragraph as it is printed, or 0 for the preamble."})
	}
	keep := f.Get("keep") == "yes"
	if err == nil {
		err = g.Decide(r.Ctx(), r.Person, p.Paste.ID, n, prop, keep, entry)
	}
	if err != nil {
		p.Paras[i].Form = f
		return r.Again("mandate/confirm", p, prefixed(err, prefix))
	}
	return r.Done("/m/paste/"+string(p.Paste.ID)+"#p"+itoa(n), language.M("Decided. The next paragraph follows below."))
}

// known keeps what the form offered.
func known(values []string, list []web.Choice) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !offered(list, v) })
}

// prefixed names the fields of an error as the form of one paragraph names them.
func prefixed(err error, prefix string) error {
	fields := errs.Fields(err)
	for i := range fields {
		if !strings.HasPrefix(fields[i].Path, prefix) {
			fields[i].Path = prefix + fields[i].Path
		}
	}
	if len(fields) == 0 {
		return err
	}
	return errs.WithFields(fields...)
}
