package picture

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

//go:embed data/world.txt
var worldText string

// world is the base map: Natural Earth in the Equal Earth projection, as genworld.go made it.
type world struct {
	width, height int
	places        []place
}

// place is what the map draws of one country.
type place struct {
	iso3   string // "" for an area without a code of its own: it is never coloured
	marker *document.Point
	rings  [][]document.Point
}

func readWorld() (world, error) {
	var w world
	for i, line := range strings.Split(strings.TrimSuffix(worldText, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err := w.line(line); err != nil {
			return world{}, fmt.Errorf("base map, line %d: %w", i+1, err)
		}
	}
	return w, nil
}

func (w *world) line(line string) error {
	f := strings.Split(line, ";")
	if len(f) != 3 {
		return errs.Invalidf("%d fields, want 3", len(f))
	}
	at, err := ring(f[1])
	if err != nil {
		return err
	}
	if f[0] == "size" {
		w.width, w.height = at[0].X, at[0].Y
		return nil
	}
	p := place{iso3: strings.TrimPrefix(f[0], "-")}
	if len(at) > 0 {
		p.marker = &at[0]
	}
	for r := range strings.SplitSeq(f[2], "|") {
		points, err := ring(r)
		if err != nil {
			return err
		}
		if len(points) > 0 {
			p.rings = append(p.rings, points)
		}
	}
	w.places = append(w.places, p)
	return nil
}

// ring reads a place and the steps from it.
func ring(s string) ([]document.Point, error) {
	if s == "" {
		return nil, nil
	}
	numbers := strings.Split(s, ",")
	if len(numbers)%2 != 0 {
		return nil, errs.Invalidf("%q: a number is missing", s)
	}
	var out []document.Point
	var at document.Point
	for i := 0; i < len(numbers); i += 2 {
		x, err := strconv.Atoi(numbers[i])
		if err != nil {
			return nil, err
		}
		y, err := strconv.Atoi(numbers[i+1])
		if err != nil {
			return nil, err
		}
		at = document.Point{X: at.X + x, Y: at.Y + y}
		out = append(out, at)
	}
	return out, nil
}
