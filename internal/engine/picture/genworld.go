//go:build ignore

// This program makes data/world.txt from the base map Natural Earth (public domain) as the npm package world-atlas 2.0.2
// has it: projected, made coarse, as whole numbers. Run it in this folder as
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run genworld.go package/countries-50m.json package/countries-10m.json > data/world.txt
package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"sort"
	"strings"
)

const (
	width  = 2000  // units from 180° W to 180° E
	coarse = 1.5   // area in square units of the smallest corner that is kept
	specks = 4.0   // area of the smallest ring that is kept beside an area's largest
	small  = 40.0  // an area below it gets a marker
	apart  = 20.0  // least distance between two markers
	north  = 83.7  // degrees of latitude at the upper edge
	south  = -56.0 // and at the lower one
	noCode = "-"
)

// moved are rings that the base map draws as it was found on the ground and the General Assembly has decided otherwise.
var moved = []struct {
	lon, lat float64 // within the ring
	to       string
}{
	{34.3, 45.3, "804"}, // A/RES/68/262, paragraph 1
}

type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]float64
	Objects   struct {
		Countries struct {
			Geometries []struct {
				Type string
				ID   string
				Arcs json.RawMessage
			}
		}
	}
}

type point struct{ x, y float64 }

// area is one country: rings of places in degrees.
type area struct {
	code  string // M49, "" for none
	rings [][]int
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(coarseFile, fineFile string) error {
	codes, states, err := countries("../../base/language/data/country.csv")
	if err != nil {
		return err
	}
	t, err := read(coarseFile)
	if err != nil {
		return err
	}
	fine, err := read(fineFile)
	if err != nil {
		return err
	}
	lines := map[string]string{}
	markers := map[string]point{}
	thin := make([][]point, len(t.Arcs))
	for i, a := range t.Arcs {
		thin[i] = simplify(unwrap(a))
	}
	var uncoded []string
	for _, a := range t.areas() {
		iso, known := codes[a.code]
		rings, total, at := draw(thin, a.rings)
		if len(rings) == 0 && !states[iso] {
			continue
		}
		if !known {
			uncoded = append(uncoded, strings.Join(rings, "|"))
			continue
		}
		lines[iso] = strings.Join(rings, "|")
		if total < small && states[iso] {
			markers[iso] = at
		}
	}
	for _, a := range fine.areas() {
		iso := codes[a.code]
		if _, ok := lines[iso]; ok || !states[iso] {
			continue
		}
		raw := make([][]point, len(fine.Arcs))
		for _, r := range a.rings {
			for _, n := range r {
				raw[index(n)] = unwrap(fine.Arcs[index(n)])
			}
		}
		_, _, markers[iso] = draw(raw, a.rings)
		lines[iso] = ""
	}
	for iso := range states {
		if _, ok := lines[iso]; !ok {
			return fmt.Errorf("%s is on neither map", iso)
		}
	}
	separate(markers)
	return write(lines, markers, uncoded)
}

func countries(path string) (codes map[string]string, states map[string]bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	codes, states = map[string]string{}, map[string]bool{}
	formal := slices.Index(rows[0], "en_formal")
	for _, r := range rows[1:] {
		codes[r[2]] = r[1]
		if r[formal] != "" {
			states[r[1]] = true
		}
	}
	return codes, states, nil
}

func read(name string) (*topology, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var t topology
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, err
	}
	for _, a := range t.Arcs {
		x, y := 0.0, 0.0
		for i := range a {
			x, y = x+a[i][0], y+a[i][1]
			a[i] = [2]float64{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]}
		}
	}
	return &t, nil
}

// areas returns the countries, with the rings that are moved, in the file's order. Antarctica is left out.
func (t *topology) areas() []area {
	var all []area
	at := map[string]int{}
	add := func(code string, rings ...[]int) {
		i, ok := at[code]
		if !ok || code == "" {
			i = len(all)
			at[code] = i
			all = append(all, area{code: code})
		}
		all[i].rings = append(all[i].rings, rings...)
	}
	for _, g := range t.Objects.Countries.Geometries {
		var polygons [][][]int
		if g.Type == "Polygon" {
			polygons = make([][][]int, 1)
			must(json.Unmarshal(g.Arcs, &polygons[0]))
		} else if g.Type == "MultiPolygon" {
			must(json.Unmarshal(g.Arcs, &polygons))
		}
		if g.ID == "010" {
			continue
		}
		var own [][]int
		for _, p := range polygons {
			if to := t.movedTo(p[0]); to != "" && to != g.ID {
				add(to, p...)
				continue
			}
			own = append(own, p...)
		}
		add(g.ID, own...)
	}
	return all
}

func (t *topology) movedTo(ring []int) string {
	var line []point
	for _, n := range ring {
		for _, p := range t.Arcs[index(n)] {
			line = append(line, point{p[0], p[1]})
		}
	}
	if len(ring) > 4 { // only the arcs of small rings are put together without turning them
		return ""
	}
	for _, m := range moved {
		x0, x1, y0, y1 := 1e9, -1e9, 1e9, -1e9
		for _, p := range line {
			x0, x1, y0, y1 = min(x0, p.x), max(x1, p.x), min(y0, p.y), max(y1, p.y)
		}
		if m.lon > x0 && m.lon < x1 && m.lat > y0 && m.lat < y1 && x1-x0 < 6 {
			return m.to
		}
	}
	return ""
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func index(arc int) int {
	if arc < 0 {
		return ^arc
	}
	return arc
}

// equalEarth is the projection of Šavrič, Patterson and Jenny (2018): areas keep their proportion.
func equalEarth(lon, lat float64) (x, y float64) {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * lon * math.Pi / 180 * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	return x, t * (a4*t6*t2 + a3*t6 + a2*t2 + a1)
}

// unwrap makes a line's longitudes go on where it crosses 180°.
func unwrap(line [][2]float64) []point {
	out := make([]point, len(line))
	for i, p := range line {
		out[i] = point{p[0], p[1]}
		if i > 0 {
			out[i].x = near(out[i].x, out[i-1].x)
		}
	}
	return out
}

// near returns the longitude that is the same place and within half a turn of another.
func near(lon, other float64) float64 {
	for lon-other > 180 {
		lon -= 360
	}
	for other-lon > 180 {
		lon += 360
	}
	return lon
}

func project(p point) point {
	edge, _ := equalEarth(180, 0)
	scale := width / 2 / edge
	_, top := equalEarth(0, north)
	x, y := equalEarth(p.x, max(p.y, south))
	return point{width/2 + x*scale, (top - y) * scale}
}

// cut divides a ring that crosses 180° into what lies on both sides, and returns them as they are drawn.
func cut(ring []point) [][]point {
	west, east := math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		west, east = min(west, p.x), max(east, p.x)
	}
	var parts [][]point
	switch {
	case east > 180.0001:
		parts = [][]point{clip(ring, 180, 1, 0), clip(ring, 180, -1, -360)}
	case west < -180.0001:
		parts = [][]point{clip(ring, -180, -1, 0), clip(ring, -180, 1, 360)}
	default:
		parts = [][]point{ring}
	}
	for _, l := range parts {
		for i, p := range l {
			l[i] = project(p)
		}
	}
	return parts
}

// clip keeps what is below a longitude (sign 1) or above it (sign -1), and turns it by so many degrees.
func clip(ring []point, at, sign, turn float64) []point {
	var out []point
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		in := (at-p.x)*sign >= 0
		if in {
			out = append(out, point{p.x + turn, p.y})
		}
		if in != ((at-q.x)*sign >= 0) {
			out = append(out, point{at + turn, p.y + (q.y-p.y)*(at-p.x)/(q.x-p.x)})
		}
	}
	return out
}

// simplify takes away the corner with the smallest triangle until all are large (Visvalingam and Whyatt 1993). It
// works on arcs, so that two neighbours keep one border.
func simplify(l []point) []point {
	l = slices.Clone(l)
	for len(l) > 2 {
		least, at := math.Inf(1), 0
		for i := 1; i < len(l)-1; i++ {
			if a := math.Abs(cross(project(l[i-1]), project(l[i]), project(l[i+1]))) / 2; a < least {
				least, at = a, i
			}
		}
		closed := l[0] == l[len(l)-1]
		if least >= coarse || closed && len(l) <= 5 {
			break
		}
		l = slices.Delete(l, at, at+1)
	}
	return l
}

func cross(a, b, c point) float64 { return (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y) }

// draw returns the rings worth drawing as text, the whole area, and the middle of the largest ring.
func draw(arcs [][]point, rings [][]int) (text []string, total float64, middle point) {
	largest := 0.0
	type ring struct {
		line []point
		area float64
	}
	var all []ring
	for _, r := range rings {
		var l []point
		for _, n := range r {
			a := slices.Clone(arcs[index(n)])
			if n < 0 {
				slices.Reverse(a)
			}
			if len(l) > 0 {
				a = a[1:]
			}
			for _, p := range a {
				if len(l) > 0 {
					p.x = near(p.x, l[len(l)-1].x)
				}
				l = append(l, p)
			}
		}
		for _, l := range cut(l) {
			if len(l) == 0 {
				continue
			}
			size, at := measure(l)
			total += size
			all = append(all, ring{l, size})
			if size >= largest {
				largest, middle = size, at
			}
		}
	}
	for _, r := range all {
		if r.area < specks && (r.area < largest || total < 1) {
			continue
		}
		if s := numbers(r.line); s != "" {
			text = append(text, s)
		}
	}
	return text, total, middle
}

func measure(l []point) (size float64, middle point) {
	var a, x, y float64
	for i := range l {
		p, q := l[i], l[(i+1)%len(l)]
		c := (p.x-l[0].x)*(q.y-l[0].y) - (q.x-l[0].x)*(p.y-l[0].y)
		a += c
		x += (p.x + q.x - 2*l[0].x) * c
		y += (p.y + q.y - 2*l[0].y) * c
	}
	if a == 0 {
		return 0, l[0]
	}
	return math.Abs(a) / 2, point{l[0].x + x/(3*a), l[0].y + y/(3*a)}
}

// numbers writes a ring: its first point, then steps. What falls on one place after rounding is written once.
func numbers(l []point) string {
	var out []string
	px, py := 0, 0
	n := 0
	for i, p := range l {
		x, y := int(math.Round(p.x)), int(math.Round(p.y))
		if i > 0 && x == px && y == py || i == len(l)-1 && i > 0 && x == int(math.Round(l[0].x)) && y == int(math.Round(l[0].y)) {
			continue
		}
		out = append(out, fmt.Sprintf("%d,%d", x-px, y-py))
		px, py = x, y
		n++
	}
	if n < 3 {
		return ""
	}
	return strings.Join(out, ",")
}

// separate moves markers away from each other until none covers another.
func separate(m map[string]point) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for range 5000 {
		moved := false
		for i, a := range keys {
			for _, b := range keys[i+1:] {
				p, q := m[a], m[b]
				dx, dy := q.x-p.x, q.y-p.y
				d := math.Hypot(dx, dy)
				if d >= apart {
					continue
				}
				moved = true
				if d == 0 {
					dx, dy, d = 1, 0, 1
				}
				push := (apart + 0.5 - d) / 2
				m[a] = point{p.x - dx/d*push, p.y - dy/d*push}
				m[b] = point{q.x + dx/d*push, q.y + dy/d*push}
			}
		}
		if !moved {
			return
		}
	}
	panic("the markers don't come apart")
}

func write(lines map[string]string, markers map[string]point, uncoded []string) error {
	w := bufio.NewWriter(os.Stdout)
	_, top := equalEarth(0, north)
	_, low := equalEarth(0, south)
	edge, _ := equalEarth(180, 0)
	fmt.Fprintf(w, "# Made by genworld.go from Natural Earth 4.1 (public domain), npm world-atlas 2.0.2, Equal Earth projection.\n")
	fmt.Fprintf(w, "# code;marker;rings: the first point of a ring, then steps. Code %s: no code in ISO 3166-1 and M49.\n", noCode)
	fmt.Fprintf(w, "size;%d,%d;\n", width, int(math.Ceil((top-low)*width/2/edge)))
	codes := make([]string, 0, len(lines))
	for c := range lines {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for _, c := range codes {
		at := ""
		if m, ok := markers[c]; ok {
			at = fmt.Sprintf("%d,%d", int(math.Round(m.x)), int(math.Round(m.y)))
		}
		fmt.Fprintf(w, "%s;%s;%s\n", c, at, lines[c])
	}
	for _, u := range uncoded {
		fmt.Fprintf(w, "%s;;%s\n", noCode, u)
	}
	return w.Flush()
}
