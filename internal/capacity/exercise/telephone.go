package exercise

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// zones are offsets in which the second telephone may stand; the first stands at UTC+1.
var zones = []time.Duration{
	-3*time.Hour - 30*time.Minute, -5 * time.Hour, 3 * time.Hour, 4*time.Hour + 30*time.Minute, 5*time.Hour + 45*time.Minute, 9 * time.Hour,
}

// wallClock is how the telephones write a time: without saying in which zone.
const wallClock = "2006-01-02 15:04:05"

// message is one message of the conversation, true for both telephones.
type message struct {
	at      time.Time // universal
	fromOne bool
	text    string
}

var said = []string{
	"Is it done?", "Tonight, after nine.", "Take the side entrance.", "The files are up.", "I have wiped the list.",
	"Which account?", "The one on the telephone.", "Wait for my call.", "Nobody answers.", "Tomorrow then.",
}

// telephones makes the backups of two telephones that wrote to each other. Each has its own zone; the second doesn't say
// which, but the conversation does.
func (b *builder) telephones() error {
	var talk []message
	at := b.story.at(1, 18, 0, 0)
	for i := range 14 {
		at = at.Add(time.Duration(40+b.rng.IntN(5000)) * time.Second)
		talk = append(talk, message{at, i%2 == 0, said[b.rng.IntN(len(said))]})
	}
	zone := zones[b.rng.IntN(len(zones))]
	for _, p := range []struct {
		file      string
		own, to   person
		isOne     bool
		zone      time.Duration
		zoneShown string
	}{
		{"telephone-a.zip", b.story.one, b.story.two, true, time.Hour, "+01:00"},
		{"telephone-b.zip", b.story.two, b.story.one, false, zone, ""},
	} {
		data, err := b.backup(p.own, p.to, p.isOne, p.zone, p.zoneShown, talk)
		if err != nil {
			return err
		}
		b.evidence(p.file, "Backup of the telephone "+p.own.phone, data)
	}
	b.m.Key.Facts["zone"] = offset(zone)
	return nil
}

// backup makes the backup of one telephone.
func (b *builder) backup(own, to person, isOne bool, zone time.Duration, shown string, talk []message) ([]byte, error) {
	wall := func(t time.Time) string { return t.Add(zone).Format(wallClock) }
	type line struct {
		At   string `json:"at"`
		With string `json:"with"`
		Way  string `json:"way"`
		Text string `json:"text"`
	}
	var messages []line
	for _, m := range talk {
		way := "in"
		if m.fromOne == isOne {
			way = "out"
		}
		messages = append(messages, line{wall(m.at), to.phone, way, m.text})
	}
	contacts, calls := [][]string{{"name", "number"}, {to.name, to.phone}}, [][]string{{"at", "with", "way", "seconds"}}
	for i := range 6 {
		number := fmt.Sprintf("+999%08d", b.rng.IntN(1e8))
		contacts = append(contacts, []string{fmt.Sprintf("Contact %d (exercise)", i+1), number})
		calls = append(calls, []string{wall(b.story.at(i-2, 10+i, b.rng.IntN(60), b.rng.IntN(60))), number, "out", fmt.Sprint(b.rng.IntN(300))})
	}
	text, err := json.MarshalIndent(messages, "", " ")
	if err != nil {
		return nil, err
	}
	info, err := json.MarshalIndent(map[string]string{"exercise": "invented", "number": own.phone, "owner": own.name, "zone": shown}, "", " ")
	if err != nil {
		return nil, err
	}
	return archive([]File{{"info.json", info}, {"contacts.csv", table(contacts)}, {"messages.json", text}, {"calls.csv", table(calls)}}, b.story.at(5, 8, 0, 0))
}

// archive packs files without compressing them, so that the bytes hang on no compressor.
func archive(files []File, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store, Modified: at})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// offset writes a zone as "+05:45".
func offset(d time.Duration) string {
	sign := '+'
	if d < 0 {
		sign, d = '-', -d
	}
	return fmt.Sprintf("%c%02d:%02d", sign, d/time.Hour, d%time.Hour/time.Minute)
}
