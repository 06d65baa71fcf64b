package workshop

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/engine/document"
)

// A page has eight badges, about 80 by 56 mm each, with lines along which they are cut.
const (
	badgeWidth, badgeHeight = 450, 317
	badgeColumns, badgeRows = 2, 4
	badgeEdge               = 20
)

// badge is what stands on one.
type badge struct{ name, state, role string }

// badges are for who has a seat, then for the trainers of the agenda.
func (s *setting) badges(agenda []Session, seats []Seat) (blocks []document.Block) {
	var all []badge
	for _, seat := range seats {
		all = append(all, badge{seat.Name, s.state(seat.State), s.p.T(seat.Role.One())})
	}
	for _, n := range trainers(agenda) {
		all = append(all, badge{n, "", s.p.T("Trainer")})
	}
	for page := range slices.Chunk(all, badgeColumns*badgeRows) {
		d := &document.Drawing{Lang: s.p.Tag(), Title: s.p.T("Name badges"), Width: badgeColumns * badgeWidth, Height: badgeRows * badgeHeight}
		var names []string
		for i, b := range page {
			names = append(names, b.name)
			s.draw(d, b, i%badgeColumns*badgeWidth, i/badgeColumns*badgeHeight)
		}
		blocks = append(blocks, document.Picture{Drawing: d, Alt: s.p.T("Name badges") + ": " + string(s.p.And(names))})
	}
	if len(blocks) == 0 {
		blocks = append(blocks, document.Paragraph{Text: document.T(s.p.T("Nobody has a seat yet."))})
	}
	return blocks
}

func (s *setting) draw(d *document.Drawing, b badge, x, y int) {
	right, below := x+badgeWidth, y+badgeHeight
	d.Shapes = append(d.Shapes, document.Area{Rings: [][]document.Point{{{X: x, Y: y}, {X: right, Y: y}, {X: right, Y: below}, {X: x, Y: below}}},
		Paint: document.Paint{Line: "#595959", Thick: 1, Dashed: true}})
	line := func(text string, at, size int, bold bool) {
		if text != "" {
			d.Shapes = append(d.Shapes, document.Words{At: document.Point{X: x + badgeWidth/2, Y: y + at}, Text: text, Size: fit(text, size), Bold: bold, Align: document.Centre})
		}
	}
	line(s.w.Name, 44, 20, false)
	if two := halves(b.name); len(two) == 2 && fit(b.name, 46) < 32 {
		line(two[0], 124, 46, true)
		line(two[1], 176, 46, true)
	} else {
		line(b.name, 150, 46, true)
	}
	line(b.state, 232, 30, false)
	line(b.role, 276, 26, false)
}

// fit is the size at which a text fits on a badge, at most size. Letters are taken to be as wide as wide ones are.
func fit(text string, size int) int {
	wide := 0.0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			wide++
		case unicode.IsUpper(r):
			wide += 0.72
		default:
			wide += 0.58
		}
	}
	return max(8, min(size, int(float64(badgeWidth-2*badgeEdge)/max(wide, 1))))
}

// halves parts a name at the space that is nearest to its middle.
func halves(name string) []string {
	best := -1
	for i, r := range name {
		if unicode.IsSpace(r) && (best < 0 || abs(i-len(name)/2) < abs(best-len(name)/2)) {
			best = i
		}
	}
	if best < 0 {
		return []string{name}
	}
	_, n := utf8.DecodeRuneInString(name[best:])
	return []string{strings.TrimSpace(name[:best]), strings.TrimSpace(name[best+n:])}
}

func abs(n int) int { return max(n, -n) }
