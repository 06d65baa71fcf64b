package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// CommentStatus is how far a comment is.
type CommentStatus string

// A contributor's draft is accepted, rejected or merged into another by the focal point; the accepted ones are submitted
// as one set. A set that comes again by message supersedes the one before it.
const (
	Draft     CommentStatus = "draft"
	Accepted  CommentStatus = "accepted"
	Rejected  CommentStatus = "rejected"
	Merged    CommentStatus = "merged"
	Submitted CommentStatus = "submitted"
	Replaced  CommentStatus = "superseded"
)

// Comment is one comment.
type Comment struct {
	ID         id.ID
	Round      id.ID
	Tray       id.ID
	Party      Party
	N          int    // its number in the tray
	Behalf     string // the group for which it is made ("Group of 77 and China"), "" for the party itself
	Target     Target
	Type       string // general, technical, editorial, factual, position
	Lang       language.Tag
	Body       string
	Proposal   string // the text proposed instead, "" when none
	Visibility string // public, states, secretariat
	Status     CommentStatus
	Into       id.ID
	Author     id.ID // shown in the tray only
	Source     id.ID // the file it came from
	At         time.Time
	Version    int64
	Place      Anchored    // in the version asked for
	Disposed   Disposition // the zero value when there is none, or none that the reader may see
}

func types() []string        { return []string{"general", "technical", "editorial", "factual", "position"} }
func visibilities() []string { return []string{"states", "secretariat", "public"} }

// Limits of a comment, in characters, and of a tray.
const (
	maxBody     = 10_000
	maxQuote    = 10_000
	maxComments = 2000
)

// NewComment is what a comment is made from. Block and Quote say what it is about; without a block it is about the whole.
type NewComment struct {
	Behalf     string
	Block      id.ID
	Quote      string
	Target     *Target // as it came from a file or a message; nil when Block and Quote say it
	Type       string
	Lang       language.Tag
	Body       string
	Proposal   string
	Visibility string
	source     id.ID
	n          int // its number where it was written, 0 for the next one here
}

func (k *NewComment) check(r Round) error {
	for _, s := range []*string{&k.Behalf, &k.Quote, &k.Body, &k.Proposal} {
		clean, _ := language.StripBidi(strings.ReplaceAll(*s, "\r\n", "\n"))
		*s = strings.TrimSpace(clean)
	}
	var wrong []errs.Field
	for _, o := range []struct {
		path string
		ok   bool
	}{{"type", slices.Contains(types(), k.Type)}, {"lang", slices.Contains(language.Official(), k.Lang)}, {"visibility", slices.Contains(visibilities(), k.Visibility)}} {
		if !o.ok {
			wrong = append(wrong, errs.Field{Path: o.path, Code: notOffered})
		}
	}
	if k.Visibility == "public" && !r.AllowPublic {
		wrong = append(wrong, errs.Field{Path: "visibility", Code: "In this round no comment is public. Choose who may see it."})
	}
	if k.Body == "" || len([]rune(k.Body)) > maxBody {
		wrong = append(wrong, errs.Field{Path: "body", Code: "Write the comment, in at most 10,000 characters."})
	}
	for path, s := range map[string]string{"proposal": k.Proposal, "quote": k.Quote} {
		if len([]rune(s)) > maxQuote {
			wrong = append(wrong, errs.Field{Path: path, Code: "Write at most 10,000 characters."})
		}
	}
	if len([]rune(k.Behalf)) > maxParty || strings.Contains(k.Behalf, "\n") {
		wrong = append(wrong, errs.Field{Path: "behalf", Code: "Write the name, in at most 200 characters."})
	}
	return errs.WithFields(wrong...)
}

// aim says what the comment is about in the version. Words quoted from a block that doesn't have them, or of a block that
// is gone, are kept as they are: the comment is then an orphan, or finds its place by its quotation.
func (k *NewComment) aim(blocks []Block) Target {
	if k.Target != nil {
		return *k.Target
	}
	if i := find(blocks, k.Block); i >= 0 {
		t := quoteIn(blocks, i, k.Quote)
		if k.Quote != "" && !strings.Contains(blocks[i].Text, k.Quote) {
			t.Exact, t.Prefix, t.Suffix = k.Quote, "", ""
		}
		return t
	}
	if k.Quote != "" || k.Block != "" {
		return Target{Kind: OnBlock, Block: k.Block, Exact: k.Quote}
	}
	return Target{Kind: OnWhole}
}

// seen is the condition under which the reader may know of the comment k in the round r (E2): it lies in their tray; or it
// was submitted, and either they write the document and nothing is sealed any more, or they have a tray in the round,
// nothing is blind any more and it is meant for them. Lists, counts and single comments all ask it.
func seen(tx *db.Tx) (string, []any) {
	mine, a := tx.Scope().Where("k.tray_id")
	writes, b := tx.Scope().Where("r.document_id")
	invited, c := tx.Scope().Where("t2.id")
	return `(` + mine + ` OR k.status = 'submitted' AND (
			` + writes + ` AND (r.sealed = FALSE OR r.closed_at IS NOT NULL)
			OR k.visibility IN ('states', 'public') AND (r.blind = FALSE OR r.closed_at IS NOT NULL)
				AND EXISTS (SELECT 1 FROM comment_tray t2 WHERE t2.round_id = k.round_id AND ` + invited + `)))`,
		slices.Concat(a, b, c)
}

// Filter narrows a list of comments.
type Filter struct {
	Round    id.ID
	Tray     id.ID // "" for all
	Document id.ID // in place of Round: all rounds of a document
	In       id.ID // the version in which they are shown: gives [Comment.Place]
	Only     id.ID // one comment
	Status   []CommentStatus
}

// Comments lists the comments that the reader may know of, by party and number.
func Comments(ctx context.Context, tx *db.Tx, f Filter) ([]Comment, error) {
	where, scope := seen(tx)
	shown, own := tx.Scope().Where("r.document_id")
	mine, hidden := tx.Scope().Where("k.tray_id")
	args := slices.Concat(hidden, own, []any{f.In})
	query := `
		SELECT k.id, k.round_id, k.tray_id, t.party_kind, t.state, t.name, k.n, k.behalf, k.target, k.block_id, k.exact, k.prefix, k.suffix, k.position,
			k.type, k.lang, k.body, k.proposal, k.visibility, k.status, k.into_id, CASE WHEN ` + mine + ` THEN k.author_id ELSE '' END, k.source_id, k.at, k.version,
			COALESCE(a.block_id, ''), COALESCE(a.how, ''), COALESCE(a.score, 0),
			COALESCE(d.value, ''), COALESCE(d.reasoning, ''), COALESCE(d.changed_block, ''), COALESCE(d.responsible_id, ''), COALESCE(d.version, 0)
		FROM comment_round r JOIN comment_item k ON k.round_id = r.id JOIN comment_tray t ON t.id = k.tray_id
		LEFT JOIN comment_disposition d ON d.comment_id = k.id AND (r.finalised_at IS NOT NULL OR ` + shown + `)
		LEFT JOIN comment_anchor a ON a.comment_id = k.id AND a.version_id = ?
		WHERE `
	switch {
	case f.Only != "":
		query, args = query+`k.id = ?`, append(args, f.Only)
	case f.Tray != "":
		query, args = query+`k.tray_id = ?`, append(args, f.Tray)
	case f.Document != "":
		query, args = query+`r.document_id = ?`, append(args, f.Document)
	default:
		query, args = query+`r.id = ?`, append(args, f.Round)
	}
	if len(f.Status) > 0 {
		query += ` AND k.status IN (` + strings.TrimSuffix(strings.Repeat("?, ", len(f.Status)), ", ") + `)`
		for _, s := range f.Status {
			args = append(args, s)
		}
	}
	rows, err := tx.Query(ctx, query+` AND `+where+` ORDER BY t.state, t.name, k.n, k.id`, append(args, scope...)...)
	all, err := db.Collect(rows, err, scanComment)
	if err != nil {
		return nil, fmt.Errorf("comments: %w", err)
	}
	return all, nil
}

func scanComment(s db.Scan) (Comment, error) {
	var k Comment
	return k, s(&k.ID, &k.Round, &k.Tray, &k.Party.Kind, &k.Party.State, &k.Party.Name, &k.N, &k.Behalf, &k.Target.Kind, &k.Target.Block, &k.Target.Exact,
		&k.Target.Prefix, &k.Target.Suffix, &k.Target.Position, &k.Type, &k.Lang, &k.Body, &k.Proposal, &k.Visibility, &k.Status, &k.Into, &k.Author,
		&k.Source, &k.At, &k.Version, &k.Place.Block, &k.Place.How, &k.Place.Score,
		&k.Disposed.Value, &k.Disposed.Reasoning, &k.Disposed.Block, &k.Disposed.Responsible, &k.Disposed.Version)
}

// FindComment returns a comment that the reader may know of, with its place in the version, [errs.NotFound] otherwise.
func FindComment(ctx context.Context, tx *db.Tx, n, in id.ID) (Comment, error) {
	all, err := Comments(ctx, tx, Filter{Only: n, In: in})
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return Comment{}, fmt.Errorf("comment %s: %w", n, err)
	}
	return all[0], nil
}

// Counts returns how many submitted comments that the reader may know of stand at each block of a version; under ""
// those on the whole document, under [Orphan] those whose block is gone.
func Counts(ctx context.Context, tx *db.Tx, version id.ID) (map[id.ID]int, error) {
	where, args := seen(tx)
	rows, err := tx.Query(ctx, `
		SELECT CASE WHEN a.how = 'orphan' THEN 'orphan' ELSE a.block_id END, COUNT(*)
		FROM comment_anchor a JOIN comment_item k ON k.id = a.comment_id JOIN comment_round r ON r.id = k.round_id
		WHERE a.version_id = ? AND k.status = 'submitted' AND `+where+` GROUP BY 1`, append([]any{version}, args...)...)
	counts := map[id.ID]int{}
	_, err = db.Collect(rows, err, func(s db.Scan) (struct{}, error) {
		var block id.ID
		var n int
		err := s(&block, &n)
		counts[block] += n
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("count comments in version %s: %w", version, err)
	}
	return counts, nil
}
