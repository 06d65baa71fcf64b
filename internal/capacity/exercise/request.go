package exercise

import (
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

// selectorAt is where a request of the exercise names the address that it is about.
const selectorAt = "request/measure[1]/selector[1]/"

// request makes a faulty request from a whole one: it asks about the line of the log that matters, and lacks what is
// planted.
func (b *builder) request(example []byte) error {
	a, err := instrument.ParseAnswers(example)
	if err != nil {
		return err
	}
	if a.Get("exercise") != "true" || a.Get("request/measure[1]/@type") != b.d.Type {
		return errs.Invalidf("the example is no exercise of the type %s", b.d.Type)
	}
	s := b.story
	for n := a.Count("request/measure[1]/selector"); n > 1; n-- { // one selector: the line of the log
		if err := a.RemoveRepeat(fmt.Sprintf("request/measure[1]/selector[%d]", n)); err != nil {
			return err
		}
	}
	for _, set := range [][2]string{
		{"request/conducting/caseNo", s.caseNo},
		{selectorAt + "@kind", "ipv4"}, {selectorAt + "value", s.address}, {selectorAt + "port", fmt.Sprint(s.port)},
		{selectorAt + "protocol", "tcp"}, {selectorAt + "instant/local", b.wantedTime()}, {selectorAt + "instant/@offset", "+02:00"},
		{selectorAt + "clock", "NTP"},
	} {
		if err := a.Set(set[0], set[1]); err != nil {
			return err
		}
	}
	for _, lacks := range []struct {
		fault Fault
		path  string
	}{{Zone, selectorAt + "instant/@offset"}, {Port, selectorAt + "port"}, {Purpose, "request/purpose"}} {
		if !b.plants(lacks.fault) {
			continue
		}
		if err := a.Delete(lacks.path); err != nil {
			return err
		}
		b.plant(lacks.fault, "request", "request.json", "/"+lacks.path)
	}
	text, err := a.Bytes()
	if err != nil {
		return err
	}
	b.add("request.json", text)
	return nil
}

// wantedTime is the time of the line of the log that matters, as the log has it.
func (b *builder) wantedTime() string {
	for _, f := range b.m.Files {
		for line := range strings.Lines(string(f.Data)) {
			if f.Name == "log.csv" && strings.Contains(line, "POST /login") {
				at, _, _ := strings.Cut(line, ",")
				return strings.Replace(at, " ", "T", 1)
			}
		}
	}
	return b.story.at(2, 20, 0, 0).Format("2006-01-02T15:04:05")
}
