package access

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// NewPerson is what an account is made from.
type NewPerson struct {
	ID        id.ID  // the id that the account gets; a new one when empty
	Login     string // short name for signing in with a password; kept in lower case, used once in a node
	Name      string
	Lang      language.Tag
	Authority string
}

// NameLimit is the longest name of a person or an office, in characters.
const NameLimit = 200

var login = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// CreatePerson makes an account that has no role and no means of signing in yet. A login that is taken is
// [errs.Conflict].
func CreatePerson(ctx context.Context, tx *db.Tx, p NewPerson) (id.ID, error) {
	p.Login, p.Name = FoldLogin(p.Login), strings.TrimSpace(p.Name)
	if err := p.check(); err != nil {
		return "", err
	}
	n := p.ID
	if n == "" {
		n = id.New(tx.Now())
	}
	_, err := tx.Exec(ctx, `
        INSERT INTO person (id, login, name, lang, authority, disabled, created_at, version)
        VALUES (?, ?, ?, ?, ?, FALSE, ?, 1)`, n, p.Login, p.Name, p.Lang, p.Authority, tx.Now())
	if err != nil {
		return "", fmt.Errorf("create an account: %w", err)
	}
	return n, nil
}

// FoldLogin returns the form in which a login is kept and looked for.
func FoldLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (p NewPerson) check() error {
	var wrong []errs.Field
	if !login.MatchString(p.Login) {
		wrong = append(wrong, errs.Field{Path: "login", Code: "Use 2 to 64 small letters, digits, dots, hyphens or @, and begin with a letter or a digit."})
	}
	if !goodName(p.Name) {
		wrong = append(wrong, errs.Field{Path: "name", Code: "Write the name, in at most 200 characters."})
	}
	if p.Lang == "" {
		wrong = append(wrong, errs.Field{Path: "lang", Code: "Choose a language."})
	}
	if p.Authority == "" {
		wrong = append(wrong, errs.Field{Path: "authority", Code: "Say for which authority the person works."})
	}
	return errs.WithFields(wrong...)
}

// goodName takes any script, but nothing that cannot be seen.
func goodName(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= NameLimit && !strings.ContainsFunc(s, unicode.IsControl)
}

// Account is a person as the pages about people show them.
type Account struct {
	Person
	Login   string
	Version int64
}

// Find returns the person with the id: grants, and those they stand in for at the transaction's time. A closed account
// is returned as such.
func Find(ctx context.Context, tx *db.Tx, n id.ID) (Account, error) {
	a, err := account(ctx, tx, `id = ?`, n)
	if err != nil {
		return Account{}, fmt.Errorf("person %s: %w", n, err)
	}
	return a, nil
}

// FindLogin returns the person with the login.
func FindLogin(ctx context.Context, tx *db.Tx, name string) (Account, error) {
	a, err := account(ctx, tx, `login = ?`, FoldLogin(name))
	if err != nil {
		return Account{}, fmt.Errorf("person by login: %w", err)
	}
	return a, nil
}

func account(ctx context.Context, tx *db.Tx, where string, arg any) (Account, error) {
	a := Account{Person: Person{Kind: Human}}
	err := tx.Row(ctx, `SELECT id, login, name, lang, authority, disabled, version FROM person WHERE `+where, arg).
		Scan(&a.ID, &a.Login, &a.Name, &a.Lang, &a.Authority, &a.Disabled, &a.Version)
	if err != nil {
		return Account{}, err
	}
	if a.Grants, err = grants(ctx, tx, a.ID); err != nil {
		return Account{}, err
	}
	return a, a.standIn(ctx, tx)
}

// standIn adds the grants of those for whom the person is a deputy now. A closed account lends nothing, and a deputy
// does not pass on what they hold as a deputy.
func (a *Account) standIn(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `
        SELECT d.person_id FROM deputy d JOIN person p ON p.id = d.person_id
        WHERE d.deputy_id = ? AND d.begins <= ? AND d.ends > ? AND p.disabled = FALSE
        ORDER BY d.id`, a.ID, tx.Now(), tx.Now())
	absent, err := db.Collect(rows, err, scanID)
	if err != nil {
		return err
	}
	for _, n := range absent {
		if slices.Contains(a.DeputyOf, n) {
			continue
		}
		lent, err := grants(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, g := range lent {
			g.For = n
			a.Grants = append(a.Grants, g)
		}
		a.DeputyOf = append(a.DeputyOf, n)
	}
	return nil
}

func scanID(scan db.Scan) (n id.ID, err error) {
	err = scan(&n)
	return n, err
}

// People lists all accounts with their own grants in the order in which they were made. Pages sort them for their
// reader, and the staff of one authority is short enough to be read whole.
func People(ctx context.Context, tx *db.Tx) ([]Account, error) {
	rows, err := tx.Query(ctx, `SELECT id, login, name, lang, authority, disabled, version FROM person ORDER BY id`)
	all, err := db.Collect(rows, err, func(scan db.Scan) (Account, error) {
		a := Account{Person: Person{Kind: Human}}
		err := scan(&a.ID, &a.Login, &a.Name, &a.Lang, &a.Authority, &a.Disabled, &a.Version)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	for i := range all {
		if all[i].Grants, err = grants(ctx, tx, all[i].ID); err != nil {
			return nil, fmt.Errorf("list people: %w", err)
		}
	}
	return all, nil
}

// Disable closes the account, or opens it again. The sessions of a closed account end with their next request.
func Disable(ctx context.Context, tx *db.Tx, n id.ID, closed bool) error {
	return one(tx.Exec(ctx, `UPDATE person SET disabled = ?, version = version + 1 WHERE id = ?`, closed, n))
}

// SetLang changes the language in which the person reads the pages.
func SetLang(ctx context.Context, tx *db.Tx, n id.ID, to language.Tag) error {
	return one(tx.Exec(ctx, `UPDATE person SET lang = ?, version = version + 1 WHERE id = ?`, to, n))
}

// one turns the result of a statement that has to change exactly one row into an error.
func one(changed int64, err error) error {
	if err == nil && changed == 0 {
		return errs.NotFound
	}
	return err
}
