package node

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"comity/internal/base/errs"
	"comity/internal/store/disk"
	"comity/internal/store/keyring"
)

// Config is where a node lives and how it is reached. Only Dir is needed.
type Config struct {
	Dir      string         // the data folder
	Database string         // sqlite:PATH or postgres://…; sqlite:DIR/comity.db when ""
	Secret   string         // opens the keyring: a passphrase, or "" when DIR/keys/master is there
	Listen   string         // address of the pages
	Exchange string         // address of the exchange's own TLS listener; "" for none
	Admin    string         // address of health and metrics; "" for none
	Answers  bool           // this practice node answers requests by itself, as another State of an exercise
	Public   string         // how people's browsers reach the pages: "https://host"; http://LISTEN when ""
	Practice PracticeConfig // where people practise beside this node
	Now      func() time.Time
	Log      *slog.Logger
}

func (c Config) path(parts ...string) string {
	return filepath.Join(append([]string{c.Dir}, parts...)...)
}

// complete fills in what was left out.
func (c Config) complete() Config {
	if c.Database == "" {
		c.Database = "sqlite:" + c.path("comity.db")
	}
	if c.Public == "" {
		c.Public = "http://" + c.Listen
		if c.Listen == "" {
			c.Public = "http://localhost"
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Init makes the data folder of a new node: keys and card. The database is made when the node is opened. A folder that
// holds a node is [errs.Conflict].
func Init(c Config, who Identity) error {
	c = c.complete()
	if _, err := os.Stat(c.path("card.asice")); err == nil {
		return fmt.Errorf("init %s: there is a node in it: %w", c.Dir, errs.Conflict)
	}
	if len(who.Authorities) == 0 || who.State == "" || len(who.Names) == 0 {
		return errs.Invalidf("init: State, authority and name are needed")
	}
	for _, dir := range []string{"", "blob", "spool", "upload", "outbox", "rules"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return disk.Explain(err)
		}
	}
	if err := c.makeWhole(who); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	return nil
}

// makeWhole makes keys and card beside their places and moves them there: first the keys, then the card, which says that
// the node is whole. An init that was cut off is so taken up where it stopped, and keys that stand there without a card
// of ours, as in a restore, are left alone.
func (c Config) makeWhole(who Identity) error {
	keys, card := c.path("keys"), c.path("card.asice")
	newKeys, newCard := keys+".new", card+".new"
	if there(keys) && there(newCard) {
		return disk.Rename(newCard, card)
	}
	for _, rest := range []string{newKeys, newCard} {
		if err := os.RemoveAll(rest); err != nil {
			return disk.Explain(err)
		}
	}
	if there(keys) {
		return fmt.Errorf("there are keys in %s and no card: %w", keys, errs.Conflict)
	}
	ring, err := keyring.Create(newKeys, c.Secret)
	if err != nil {
		return err
	}
	if _, err := makeKeys(ring, newCard, who, c.Now()); err != nil {
		return err
	}
	if err := disk.Rename(newKeys, keys); err != nil {
		return err
	}
	return disk.Rename(newCard, card)
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
