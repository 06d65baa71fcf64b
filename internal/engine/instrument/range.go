package instrument

import (
	"math"
	"strconv"

	"comity/internal/engine/instrument/xpath"
)

// Bounds are the parameters of a question of [RangeType]: start and end, each included, and the step between two
// answers. They are 1, 10 and 1 unless the form says otherwise, as in XLSForm.
func (it *Item) Bounds() (start, end, step float64) {
	return it.param("start", 1), it.param("end", 10), it.param("step", 1)
}

func (it *Item) param(name string, otherwise float64) float64 {
	if text, ok := it.Params[name]; ok {
		return xpath.ParseNumber(text)
	}
	return otherwise
}

// checkRange finds bounds between which there is no answer.
func (p *Part) checkRange(it *Item, r row) {
	if it.Type != RangeType {
		return
	}
	start, end, step := it.Bounds()
	if !(step != 0) || math.IsInf(step, 0) || !((end-start)/step >= 0) || math.IsInf((end-start)/step, 0) {
		p.report(r.source, "parameters", Error, rangeWrong)
	}
}

// outOfRange says what is wrong with a number outside the bounds or between two steps.
func (it *Item) outOfRange(value string) (string, map[string]string) {
	start, end, step := it.Bounds()
	f := xpath.ParseNumber(value)
	const hair = 1e-9 // what decimal steps lose in binary
	n := (f - start) / step
	if f >= min(start, end)-hair && f <= max(start, end)+hair && math.Abs(n-math.Round(n)) < hair {
		return "", nil
	}
	return CodeOutOfRange, map[string]string{"least": decimal(min(start, end)), "most": decimal(max(start, end)), "step": decimal(math.Abs(step))}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
