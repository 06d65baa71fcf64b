package node

import (
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
)

// NewPerson is someone whom a new node begins with.
type NewPerson struct {
	Login, Name string
	Lang        language.Tag
	Roles       []access.Role
}

// Found makes a new node's first office with its people, in one act of the house. A node that has people already is
// [errs.Conflict].
func (n *Node) Found(ctx context.Context, office string, people []NewPerson) (of id.ID, ids []id.ID, err error) {
	authority := n.Self.Authority()
	err = n.Desk.Do(ctx, access.HouseItself(), "node.found", id.NewRef("node", n.Self.Node()), func(c *desk.Change) error {
		there, err := access.People(ctx, c.Tx)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			return fmt.Errorf("found node: it has people: %w", errs.Conflict)
		}
		if of, err = access.CreateOffice(ctx, c.Tx, authority, office); err != nil {
			return err
		}
		ids = nil
		for _, p := range people {
			made, err := access.CreatePerson(ctx, c.Tx, access.NewPerson{Login: p.Login, Name: p.Name, Lang: p.Lang, Authority: authority})
			if err != nil {
				return err
			}
			for _, r := range p.Roles {
				if err := n.Policy.Give(ctx, c.Tx, made, access.Grant{Role: r, Office: of}, ""); err != nil {
					return err
				}
			}
			ids = append(ids, made)
		}
		return nil
	})
	return of, ids, err
}

// FirstAdministrator makes the account of a new node's first administrator and returns the link with which that person,
// and nobody else, can open it once.
func (n *Node) FirstAdministrator(ctx context.Context) (string, error) {
	_, ids, err := n.Found(ctx, "Administration", []NewPerson{{Login: "admin", Name: "First administrator", Lang: language.English,
		Roles: []access.Role{"administrator"}}})
	if err != nil {
		return "", err
	}
	return n.Invite(ctx, ids[0], signin.ToJoin)
}

// Invite makes a link for one person, in an act of the house.
func (n *Node) Invite(ctx context.Context, person id.ID, purpose signin.Purpose) (string, error) {
	var token string
	err := n.Desk.Do(ctx, access.HouseItself(), "node.found", id.NewRef("node", n.Self.Node()), func(c *desk.Change) (err error) {
		token, err = signin.Invite(ctx, c.Tx, person, purpose, "")
		return err
	})
	return n.Config.Public + "/invitation/" + token, err
}
