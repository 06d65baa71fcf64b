package node

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/store/keyring"
)

// settings is comity.toml. Secrets stand elsewhere: passphrase is file:PATH or env:NAME.
type settings struct {
	Database   string `toml:"database"`
	Passphrase string `toml:"passphrase"`
	Listen     string `toml:"listen"`
	Exchange   string `toml:"exchange"`
	Admin      string `toml:"admin"`
	Public     string `toml:"public"`

	Practice PracticeConfig `toml:"practice"`
}

// ReadConfig reads a node's settings: defaults, then DIR/comity.toml when it is there, then COMITY_DATABASE, … from the
// environment. An unknown key is [errs.Invalid].
func ReadConfig(dir string, getenv func(string) string) (Config, error) {
	s := settings{Listen: "127.0.0.1:8080", Exchange: "127.0.0.1:8443", Admin: "127.0.0.1:8081"}
	s.Practice.Listen = "127.0.0.1:8090" // nothing is opened there without a folder
	name := Config{Dir: dir}.path("comity.toml")
	m, err := toml.DecodeFile(name, &s)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Config{}, fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return Config{}, fmt.Errorf("%s: the key %s is not known: %w", name, u[0], errs.Invalid)
	}
	for key, value := range map[string]*string{
		"DATABASE": &s.Database, "PASSPHRASE": &s.Passphrase, "LISTEN": &s.Listen, "EXCHANGE": &s.Exchange, "ADMIN": &s.Admin, "PUBLIC": &s.Public,
	} {
		if v := getenv("COMITY_" + key); v != "" {
			*value = v
		}
	}
	secret, err := keyring.Secret(s.Passphrase, getenv)
	if err != nil {
		return Config{}, err
	}
	return Config{Dir: dir, Database: s.Database, Secret: secret, Listen: s.Listen, Exchange: s.Exchange, Admin: s.Admin,
		Public: strings.TrimSuffix(s.Public, "/"), Practice: s.Practice}, nil
}
