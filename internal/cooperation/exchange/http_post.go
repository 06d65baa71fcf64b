package exchange

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/record"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// checkWords is what a check asks, for people.
func checkWords(r *web.Request, c envelope.Check) string { return r.T(record.Asks(c)) }

type postsPage struct {
	Table     web.Table
	Pager     web.Pager
	Alarms    []alarmLine
	MayImport bool
}

// turn cuts the extra row of a list off and makes its pager.
func turn[T any](r *web.Request, list []T, at string, key func(T) id.ID) ([]T, web.Pager) {
	var p web.Pager
	if len(list) > perPage {
		list = list[:perPage]
		p.Next = at + "?before=" + string(key(list[perPage-1]))
	}
	if r.Query("before") != "" {
		p.Previous = at
	}
	return list, p
}

func postID(p Post) id.ID { return p.ID }

func (x *Exchange) showInbox(r *web.Request) error {
	p := postsPage{MayImport: x.desk.Ever(r.Person, "envelope.import")}
	err := x.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := CameIn(ctx, tx, id.ID(r.Query("before")), perPage+1)
		if err != nil {
			return err
		}
		list, p.Pager = turn(r, list, "/inbox", postID)
		if p.Alarms, err = openAlarms(ctx, tx, r); err != nil {
			return err
		}
		p.Table, err = postsTable(ctx, tx, r, list, r.T("What came in"), r.T("Nothing has come in yet."))
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("exchange/inbox", p)
}

func (x *Exchange) showOutbox(r *web.Request) error {
	var p postsPage
	err := x.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := GoingOut(ctx, tx, id.ID(r.Query("before")), perPage+1)
		if err != nil {
			return err
		}
		list, p.Pager = turn(r, list, "/outbox", postID)
		p.Table, err = postsTable(ctx, tx, r, list, r.T("What goes out"), r.T("Nothing has gone out yet."))
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("exchange/outbox", p)
}

// postsTable lists messages with the names of the nodes at the other end.
func postsTable(ctx context.Context, tx *db.Tx, r *web.Request, list []Post, caption, empty string) (web.Table, error) {
	t := web.Table{Caption: caption, Empty: empty, Columns: []web.Column{
		{Label: r.T("Message")}, {Label: r.T("Other node")}, {Label: r.T("Reference")}, {Label: r.T("When")}, {Label: r.T("Where it is")}, {Label: r.T("Attempts"), Numeric: true}}}
	if len(list) > 0 && !list[0].Out {
		t.Columns = t.Columns[:5] // what came in has come
	}
	names := map[id.ID]string{}
	for _, p := range list {
		if _, ok := names[p.Peer]; !ok {
			peer, err := getPeer(ctx, tx, p.Peer)
			if err != nil {
				return t, err
			}
			names[p.Peer] = peer.Name(string(r.Lang()))
		}
		row := []any{web.Link{Text: r.T(kindWords(p.Kind)), Href: postPath(p)}, names[p.Peer], p.Request, string(r.When(p.At)), stateTag(r, p)}
		if p.Out {
			row = append(row, r.Number(p.Attempts))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func postPath(p Post) string {
	if p.Out {
		return "/outbox/" + string(p.ID)
	}
	return "/inbox/" + string(p.ID)
}

func (x *Exchange) showRefused(r *web.Request) error {
	var p postsPage
	p.Table = web.Table{Caption: r.T("Files that failed a check"), Empty: r.T("No file has failed a check."), Columns: []web.Column{
		{Label: r.T("When")}, {Label: r.T("Claims to come from")}, {Label: r.T("How it came")}, {Label: r.T("What doesn't hold")}, {Label: r.T("Detail")}}}
	err := x.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := RefusedFiles(ctx, tx, id.ID(r.Query("before")), perPage+1)
		if err != nil {
			return err
		}
		list, p.Pager = turn(r, list, "/inbox/refused", func(f RefusedFile) id.ID { return f.ID })
		for _, f := range list {
			row, err := refusedRow(ctx, tx, r, f)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("exchange/refused", p)
}

func refusedRow(ctx context.Context, tx *db.Tx, r *web.Request, f RefusedFile) ([]any, error) {
	at, err := db.ParseStamp(f.At)
	if err != nil {
		return nil, err
	}
	from, how := r.T("an unknown sender"), r.T("over the network")
	if f.Peer != "" {
		peer, err := getPeer(ctx, tx, f.Peer)
		if err != nil {
			return nil, err
		}
		from = peer.Name(string(r.Lang()))
	}
	if f.Channel == ByFile {
		how = r.T("as a file")
	}
	return []any{string(r.When(at)), from, how, r.T("Not so: {check}", "check", checkWords(r, f.Check)), inEnglish(f.Detail)}, nil
}

type postPage struct {
	Post    Post
	Title   string
	State   web.Tag
	Summary []web.Row
	Receipt []web.Row
	Checks  []string // what held, for what came in
	Back    string
	File    id.ID // the message that can be taken away as a file: this one, or our receipt for it; "" for none
	Take    web.Button
}

func (x *Exchange) showPost(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p := postPage{Back: "/inbox", Take: web.Button{Text: r.T("Download the sealed file"), Kind: "secondary"}}
	err = x.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Post, err = PostOf(ctx, tx, n); err != nil {
			return err
		}
		peer, err := getPeer(ctx, tx, p.Post.Peer)
		if err != nil {
			return err
		}
		p.fill(r, peer)
		return nil
	})
	if err != nil {
		return err
	}
	may := x.desk.Ever(r.Person, "envelope.export")
	switch {
	case p.Post.Out:
		p.Back = "/outbox"
		if may && p.Post.Manifest != "" {
			p.File = p.Post.ID
		}
	case may:
		p.File, p.Take.Text = p.Post.ReceiptIn, r.T("Download our receipt as a file")
	}
	return r.Page("exchange/post", p)
}

func (p *postPage) fill(r *web.Request, peer Peer) {
	post := p.Post
	p.Title, p.State = r.T(kindWords(post.Kind)), stateTag(r, post)
	p.Summary = []web.Row{
		{Key: r.T("Other node"), Value: peer.Name(string(r.Lang())), Actions: []web.Link{{Text: r.T("Its card"), Href: peerPath(peer.Node)}}},
		{Key: r.T("Reference"), Value: post.Request},
		{Key: r.T("When"), Value: string(r.When(post.At))},
		{Key: r.T("Number of the message"), Value: code(string(post.ID))},
		{Key: r.T("Digest of the envelope"), Value: code(string(post.Manifest))},
		{Key: r.T("Entry in the ledger"), Value: code(string(post.Entry)), Actions: []web.Link{{Text: r.T("Its proof"), Href: "/ledger/" + string(post.Entry)}}},
	}
	if post.Out && post.Attempts > 0 {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Attempts"), Value: r.Number(post.Attempts)})
	}
	if post.Trouble != "" {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Last trouble"), Value: inEnglish(post.Trouble)})
	}
	if post.Receipt != nil {
		p.Receipt = receiptRows(r, post)
	}
	if !post.Out && envelope.Outcome(post.State) == envelope.Accepted {
		for _, c := range envelope.Checks() {
			p.Checks = append(p.Checks, checkWords(r, c))
		}
	}
}

func receiptRows(r *web.Request, p Post) []web.Row {
	by := r.T("The receiving node")
	if !p.Out {
		by = r.T("This node")
	}
	rows := []web.Row{
		{Key: r.T("Receipt by"), Value: by},
		{Key: r.T("What became of it"), Value: outcomeTag(r, p.Receipt.Result).Text},
		{Key: r.T("Received at"), Value: string(r.When(p.Receipt.ReceivedAt))},
		{Key: r.T("Number of the receipt"), Value: code(string(p.ReceiptIn))},
		{Key: r.T("Digest of the bytes that came"), Value: code(string(p.Receipt.Transport))},
	}
	if p.Receipt.Check != "" {
		rows = append(rows, web.Row{Key: r.T("What doesn't hold"), Value: r.T("Not so: {check}", "check", checkWords(r, p.Receipt.Check))})
	}
	return rows
}

// handOut gives a message of ours as a file, for a stick or a pouch.
func (x *Exchange) handOut(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	path, err := x.HandOut(r.Ctx(), r.Person, n, entry)
	if errors.Is(err, errs.Unavailable) {
		return errs.Say(err, "The message is still being sealed. Try again in a few seconds.", nil)
	}
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return disk.Explain(err)
	}
	defer func() { _ = f.Close() }()
	return r.Attachment(filepath.Base(path), "application/octet-stream", f)
}
