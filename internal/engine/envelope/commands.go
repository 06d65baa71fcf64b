package envelope

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Command is one line for a shell with what it shows.
type Command struct {
	Shows string
	Line  string
}

// Commands lists what anyone can run on a file to see what [Verify] sees, without this program. The certificate is the
// pinned card's, saved as seal.pem (root.pem for a card), never the one inside the file. at is the proven moment when
// the certificate has ended since, zero otherwise.
func Commands(file string, encrypted, card bool, at time.Time) []Command {
	var list []Command
	add := func(shows, line string) { list = append(list, Command{shows, line}) }
	container := filepath.Base(file)
	if encrypted {
		inside := strings.TrimSuffix(container, ".age")
		if inside == container {
			inside += ".asice"
		}
		add("the file opens with the recipient's key (age 1.3 or later)",
			"age -d -i KEY -o "+shell(inside)+" "+shell(container))
		container = inside
	}
	add("the zip is whole", "unzip -t "+shell(container))
	add("the files", "unzip -d envelope "+shell(container)+" && cd envelope")
	add("every file is the one in the list", "sha256sum -c "+SumsPath)
	cert := "seal.pem"
	if card {
		cert = "root.pem"
	}
	when := ""
	if !at.IsZero() {
		when = " -attime " + strconv.FormatInt(at.Unix(), 10)
	}
	add("the list is signed by the key in "+cert,
		"openssl cms -verify -cades -binary -inform DER -in META-INF/signature001.p7s -content "+ManifestPath+
			" -CAfile "+cert+when+" -out /dev/null")
	add("the envelope's digest", "sha256sum "+ManifestPath)
	add("what act it is", "cat "+MessagePath)
	return list
}

// shell quotes a word for a POSIX shell when it needs it. A name that can't be shown as it is, because it moves the
// cursor or turns the direction of writing, stands as FILE: what is printed must be what is run.
func shell(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return "FILE"
	}
	plain := strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == ""
	if plain && s != "" && !strings.HasPrefix(s, "-") {
		return s
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
