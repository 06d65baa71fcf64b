package picture_test

import (
	"errors"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/picture"
)

func frame(tag language.Tag) picture.Frame {
	return picture.Frame{Lang: tag, Title: "Доля ответивших", Desc: "Столбцы по регионам"}
}

func bars(tag language.Tag, hidden float64) picture.BarsSpec {
	return picture.BarsSpec{Frame: frame(tag), Max: 100, Bars: []picture.Bar{
		{Label: "Латинская Америка и Карибский бассейн, государства, ответившие на вопрос", Value: 50, Text: "50 %", Note: "n = 13"},
		{Label: "Океания", Value: hidden, Text: "17 %", Note: "n = 2", Suppressed: true},
	}}
}

func TestBarsShowOfHowMany(t *testing.T) {
	d, err := maker(t).Bars(bars(language.Russian, 17))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"50%", "n=13", "n=2", ":"} {
		if !strings.Contains(words(d), want) {
			t.Errorf("the chart says %q, want %q in it", words(d), want)
		}
	}
}

// TestSuppressedValueLeavesNoTrace: whatever a suppressed value is, the bytes are the same.
func TestSuppressedValueLeavesNoTrace(t *testing.T) {
	chart := func(v float64) string {
		b, err := maker(t).Bars(bars(language.English, v))
		if err != nil {
			t.Fatal(err)
		}
		s, err := maker(t).Stacks(stacks(language.English, v, 100))
		if err != nil {
			t.Fatal(err)
		}
		open, err := maker(t).Stacks(stacks(language.English, v, 0))
		if err != nil {
			t.Fatal(err)
		}
		return string(svg.Write(b)) + string(svg.Write(s)) + string(svg.Write(open))
	}
	if a, b := chart(1), chart(99); a != b {
		t.Errorf("charts with a suppressed 1 and a suppressed 99 differ:\n%s\n%s", a, b)
	}
	if strings.Contains(chart(17), "17") {
		t.Error("the words of a suppressed value are in the chart")
	}
}

func stacks(tag language.Tag, hidden, whole float64) picture.StacksSpec {
	return picture.StacksSpec{
		Frame: frame(tag), Series: []string{"Yes", "No", "Not known"}, Whole: whole,
		Rows: []picture.Stack{
			{Label: "Africa", Parts: []picture.Part{{Value: 60, Text: "60 %"}, {Value: 30, Text: "30 %"}, {Value: 10, Text: "10 %"}}, Note: "n = 11"},
			{Label: "Oceania", Parts: []picture.Part{{Value: 25, Text: "25 %"}, {Value: hidden, Text: "17 %", Suppressed: true}, {Value: hidden, Suppressed: true}}, Note: "n = 4"},
		},
	}
}

// TestStacksAreReadInGrey: neighbouring parts differ by hatch or by brightness.
func TestStacksAreReadInGrey(t *testing.T) {
	s := picture.StacksSpec{Frame: frame(language.English), Series: []string{"1", "2", "3", "4", "5", "6"}, Whole: 6}
	row := picture.Stack{Label: "all"}
	for range 6 {
		row.Parts = append(row.Parts, picture.Part{Value: 1})
	}
	s.Rows = append(s.Rows, row)
	d, err := maker(t).Stacks(s)
	if err != nil {
		t.Fatal(err)
	}
	var paints []document.Paint
	for _, shape := range d.Shapes {
		if a, ok := shape.(document.Area); ok {
			paints = append(paints, a.Paint)
		}
	}
	for i := range 6 { // the legend's come first
		for j := range i {
			a, b := paints[i], paints[j]
			if a.Hatch == b.Hatch && contrast(a.Fill, b.Fill) < 1.3 {
				t.Errorf("parts %d and %d, %+v and %+v, can't be told apart in grey", j+1, i+1, b, a)
			}
		}
	}
}

// TestBarsGrowFromTheSideOfTheLanguage: what stands on the left in English stands on the right in Arabic.
func TestBarsGrowFromTheSideOfTheLanguage(t *testing.T) {
	bar := func(tag language.Tag) (left, right, width int) {
		d, err := maker(t).Bars(bars(tag, 0))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Shapes {
			if a, ok := s.(document.Area); ok && a.Paint.Fill != "" && a.Paint.Line != "" {
				return a.Rings[0][0].X, a.Rings[0][1].X, d.Width
			}
		}
		t.Fatal("no bar is drawn")
		return 0, 0, 0
	}
	left, _, width := bar(language.English)
	_, right, _ := bar(language.Arabic)
	if left < width/4 || right != width-left {
		t.Errorf("the bar begins at %d in English and at %d in Arabic, of %d, want after the labels and mirrored", left, right, width)
	}
}

// TestLongLabelsWrap: no line is wider than the room that it has, in letters of any of the six languages.
func TestLongLabelsWrap(t *testing.T) {
	for _, label := range []string{
		"Государства Латинской Америки и Карибского бассейна, ответившие на вопрос до срока",
		"دول أمريكا اللاتينية ومنطقة البحر الكاريبي التي ردت على السؤال قبل الموعد النهائي المحدد",
		"在截止日期之前对调查表中的问题作出答复的拉丁美洲和加勒比国家以及其他国家和领土",
	} {
		for _, narrow := range []bool{false, true} {
			s := bars(language.English, 0)
			s.Narrow, s.Bars[0].Label = narrow, label
			d, err := maker(t).Bars(s)
			if err != nil {
				t.Fatal(err)
			}
			lines := 0
			for _, shape := range d.Shapes {
				if w, ok := shape.(document.Words); ok && w.Text != "" && strings.Contains(label, strings.TrimSpace(w.Text)) {
					lines++
				}
			}
			if lines < 2 {
				t.Errorf("%q stands on %d lines, want it wrapped", label, lines)
			}
		}
	}
}

func TestChartsRefuseWhatTheyCannotShow(t *testing.T) {
	few := stacks(language.English, 1, 100)
	few.Rows[0].Parts = few.Rows[0].Parts[:2]
	negative := bars(language.English, 0)
	negative.Bars[0].Value = -1
	nameless := bars(language.English, 0)
	nameless.Desc = ""
	for name, err := range map[string]error{
		"a part is missing": second(maker(t).Stacks(few)),
		"below zero":        second(maker(t).Bars(negative)),
		"no description":    second(maker(t).Bars(nameless)),
		"no rows":           second(maker(t).Bars(picture.BarsSpec{Frame: frame(language.English)})),
	} {
		if !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}

func second(_ *document.Drawing, err error) error { return err }

// TestSyntheticIsMarked: the word stands in the head and behind the picture.
func TestSyntheticIsMarked(t *testing.T) {
	s := bars(language.English, 0)
	s.Synthetic = "SYNTHETIC"
	d, err := maker(t).Bars(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(words(d), "SYNTHETIC"); got != 2 {
		t.Errorf("the word stands %d times, want 2", got)
	}
	if w, ok := d.Shapes[0].(document.Words); !ok || w.Text != "SYNTHETIC" || w.Size < 60 {
		t.Errorf("behind all lies %+v, want the word in large letters", d.Shapes[0])
	}
}
