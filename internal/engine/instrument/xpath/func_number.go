package xpath

import (
	"math"
	"strconv"
	"strings"
)

// round(x) and round(x, places) work on the digits that x is written with, so that 1.005 to two places is 1.01; a
// half goes away from zero.
func fnRound(s *scope, a []expr) Value {
	x, places := s.num(a[0]), 0.0
	if len(a) > 1 {
		places = s.num(a[1])
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Num(x)
	}
	if math.IsNaN(places) || math.Abs(places) > 30 {
		return Num(math.NaN())
	}
	return Num(roundAt(x, int(places)))
}

func roundAt(x float64, places int) float64 {
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	shift, _ := strconv.Atoi(exp) // FormatFloat wrote it
	moved := parseFloat(mantissa + "e" + strconv.Itoa(shift+places))
	whole := math.Round(moved)
	return parseFloat(strconv.FormatFloat(whole, 'f', -1, 64)+"e"+strconv.Itoa(-places)) + 0 // -0 becomes 0
}

// parseFloat reads what FormatFloat wrote.
func parseFloat(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64) // out of range gives ±Inf, which is what is wanted
	return f
}

// int cuts off the part after the point. It also reads numbers with an exponent, which other programs write.
func fnInt(s *scope, a []expr) Value {
	v := a[0].eval(s)
	x := v.Number(s.ctx.Zone)
	if math.IsNaN(x) && (v.kind == String || v.kind == NodeSet) {
		if f, err := strconv.ParseFloat(strings.TrimSpace(v.String()), 64); err == nil {
			x = f
		}
	}
	return Num(math.Trunc(x) + 0)
}

// numbers gives the numbers of all arguments, of a node-set those of every node. It reports false when one of them
// isn't a number or there is none.
func (s *scope) numbers(a []expr) ([]float64, bool) {
	var all []float64
	for _, e := range a {
		v := e.eval(s)
		if v.kind != NodeSet {
			all = append(all, v.Number(s.ctx.Zone))
			continue
		}
		for _, n := range v.nodes {
			all = append(all, textNumber(n.Value(), s.ctx.Zone))
		}
	}
	for _, f := range all {
		if math.IsNaN(f) {
			return nil, false
		}
	}
	return all, len(all) > 0
}

func (s *scope) fold(a []expr, better func(x, y float64) float64) Value {
	all, ok := s.numbers(a)
	if !ok {
		return Num(math.NaN())
	}
	best := all[0]
	for _, f := range all[1:] {
		best = better(best, f)
	}
	return Num(best)
}

func fnMin(s *scope, a []expr) Value { return s.fold(a, math.Min) }

func fnMax(s *scope, a []expr) Value { return s.fold(a, math.Max) }

func fnAbs(s *scope, a []expr) Value { return Num(math.Abs(s.num(a[0]))) }

func fnPow(s *scope, a []expr) Value { return Num(math.Pow(s.num(a[0]), s.num(a[1]))) }

func fnSqrt(s *scope, a []expr) Value { return Num(math.Sqrt(s.num(a[0]))) }

func fnExp(s *scope, a []expr) Value { return Num(math.Exp(s.num(a[0]))) }

func fnExp10(s *scope, a []expr) Value { return Num(math.Pow(10, s.num(a[0]))) }

func fnLog(s *scope, a []expr) Value { return Num(math.Log(s.num(a[0]))) }

func fnLog10(s *scope, a []expr) Value { return Num(math.Log10(s.num(a[0]))) }

func fnPi(*scope, []expr) Value { return Num(math.Pi) }

func fnSin(s *scope, a []expr) Value { return Num(math.Sin(s.num(a[0]))) }

func fnCos(s *scope, a []expr) Value { return Num(math.Cos(s.num(a[0]))) }

func fnTan(s *scope, a []expr) Value { return Num(math.Tan(s.num(a[0]))) }

func fnAsin(s *scope, a []expr) Value { return Num(math.Asin(s.num(a[0]))) }

func fnAcos(s *scope, a []expr) Value { return Num(math.Acos(s.num(a[0]))) }

func fnAtan(s *scope, a []expr) Value { return Num(math.Atan(s.num(a[0]))) }

func fnAtan2(s *scope, a []expr) Value { return Num(math.Atan2(s.num(a[0]), s.num(a[1]))) }
