package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/engine/instrument"
)

// synthetic answers a form at random: always the same for the same name, and always such that the form has nothing to
// object to. Nobody gave these answers, and whatever shows them says so.
type synthetic struct {
	form *instrument.Instrument
	now  time.Time
	rng  *rand.Rand
	open []string // what is said where the form asks in words
}

// missing is what stands instead of an answer, by its path: "not_known", "not_available".
type missing map[string]string

// answerForm answers the form in the name of who. words are what open questions are answered with.
func answerForm(form *instrument.Instrument, who string, words []string, now time.Time) (instrument.Answers, missing, error) {
	seed := sha256.Sum256([]byte("comity/demo/synthetic " + who))
	s := synthetic{form: form, now: now, open: words, rng: rand.New(rand.NewPCG(binary.BigEndian.Uint64(seed[:8]), binary.BigEndian.Uint64(seed[8:16])))}
	a, none := instrument.NewAnswers(), missing{}
	// What is asked depends on what was answered, so the form is gone through until nothing is left to answer.
	for range deepest {
		todo := s.unanswered(a, none)
		if len(todo) == 0 {
			return a, none, nil
		}
		for _, q := range todo {
			if err := s.answer(a, none, q); err != nil {
				return a, nil, err
			}
		}
		if err := s.mend(a, none); err != nil {
			return a, nil, err
		}
	}
	return a, none, fmt.Errorf("synthetic answers of %s: still asked after %d rounds", who, deepest)
}

// deepest is how many questions may hang on each other.
const deepest = 30

// unanswered lists what is asked and has neither an answer nor a reason for none.
func (s *synthetic) unanswered(a instrument.Answers, none missing) []instrument.ItemState {
	var todo []instrument.ItemState
	s.form.Eval(a, s.now).Each(func(q instrument.ItemState) {
		if q.Relevant && q.Value == "" && none[q.Path] == "" && answerable(q.Item.Type) {
			todo = append(todo, q)
		}
	})
	return todo
}

func answerable(t instrument.Type) bool {
	switch t {
	case instrument.NoteType, instrument.CalculateType, instrument.GroupType, instrument.RepeatType, instrument.FileType, instrument.OpaqueType:
		return false
	}
	return true
}

// answer gives one question an answer, or says why there is none.
func (s *synthetic) answer(a instrument.Answers, none missing, q instrument.ItemState) error {
	if why := s.why(q.Item); why != "" {
		none[q.Path] = why
		return nil
	}
	value := s.value(q)
	if value == "" {
		none[q.Path] = "not_known"
		return nil
	}
	return a.Set(q.Path, value)
}

// why says now and then that something isn't known, where the form lets it.
func (s *synthetic) why(it *instrument.Item) string {
	for _, w := range []string{"not_known", "not_available"} {
		if it.Allows(w) && s.rng.IntN(100) < 6 {
			return w
		}
	}
	return ""
}

// value makes an answer of the question's kind.
func (s *synthetic) value(q instrument.ItemState) string {
	it := q.Item
	switch it.Type {
	case instrument.SelectOneType:
		return s.pick(it)
	case instrument.SelectMultipleType:
		return s.some(it)
	case instrument.RankType:
		return strings.Join(s.shuffled(it), " ")
	case instrument.IntegerType:
		return s.number(it)
	case instrument.DecimalType:
		return s.number(it)
	case instrument.RangeType:
		start, end, step := it.Bounds()
		return strconv.FormatFloat(start+step*float64(s.rng.IntN(int((end-start)/step)+1)), 'f', -1, 64)
	case instrument.DateType:
		return time.Date(2010+s.rng.IntN(14), time.Month(1+s.rng.IntN(12)), 1+s.rng.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case instrument.AcknowledgeType:
		return instrument.Acknowledged
	case instrument.TextType:
		return s.open[s.rng.IntN(len(s.open))]
	}
	return ""
}

// names lists the choices of a question's list.
func (s *synthetic) names(it *instrument.Item) []string {
	var names []string
	for _, c := range s.form.Lists[it.List] {
		names = append(names, c.Name)
	}
	return names
}

// pick chooses one of the list, the first ones more often: answers that are all equally frequent tell nothing.
func (s *synthetic) pick(it *instrument.Item) string {
	names := s.names(it)
	if len(names) == 0 {
		return ""
	}
	return names[min(s.rng.IntN(len(names)), s.rng.IntN(len(names)))]
}

// some chooses one to three of the list, in its order.
func (s *synthetic) some(it *instrument.Item) string {
	all := s.shuffled(it)
	chosen := all[:min(len(all), 1+s.rng.IntN(3))]
	return strings.Join(slices.DeleteFunc(s.names(it), func(n string) bool { return !slices.Contains(chosen, n) }), " ")
}

func (s *synthetic) shuffled(it *instrument.Item) []string {
	names := s.names(it)
	s.rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// number makes a year where a year is asked, a share where per cent are, a count of a skewed size otherwise.
func (s *synthetic) number(it *instrument.Item) string {
	switch it.Unit {
	case "year":
		return strconv.Itoa(1995 + s.rng.IntN(30))
	case "percent", "%":
		return strconv.Itoa(s.rng.IntN(101))
	}
	return strconv.Itoa(int(4 * (1 + s.rng.ExpFloat64()*20)))
}

// mend takes back what the form objects to, tries others, and says "not known" where nothing fits.
func (s *synthetic) mend(a instrument.Answers, none missing) error {
	for try := range attempts {
		var wrong []instrument.ItemState
		s.form.Eval(a, s.now).Each(func(q instrument.ItemState) {
			if q.Relevant && q.Code != "" && !q.Missing {
				wrong = append(wrong, q)
			}
		})
		if len(wrong) == 0 {
			return nil
		}
		for _, q := range wrong {
			value := s.value(q)
			if try == attempts-1 || value == "" {
				value, none[q.Path] = "", "not_known"
			}
			if err := a.Set(q.Path, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// attempts is how often another answer is tried.
const attempts = 12
