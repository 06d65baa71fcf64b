package sav

// maxSegment is how many bytes one variable of the format holds. A wider text is written as several, its segments.
const maxSegment = 255

// counted is how many bytes of width make one more segment. That it isn't [maxSegment] is the format's own oddity: the room
// that is left over at the end stays empty.
const counted = 252

// segments are the variables as which one is written: itself, or the parts of a text that is too wide for one. Only the
// first has a label.
func (v Var) segments() []Var {
	if !v.Text || v.Width <= maxSegment {
		return []Var{v}
	}
	n := (v.Width + counted - 1) / counted
	parts := make([]Var, n)
	for i := range parts {
		parts[i] = Var{Text: true, Width: maxSegment}
	}
	parts[0].Label = v.Label
	parts[n-1].Width = v.Width - (n-1)*counted
	return parts
}

// words writes a text into its segments, packed tightly: the cut may fall within a character, since the bytes are put
// together again before they are read.
func (w *writer) words(v Var, s string) {
	for _, part := range v.segments() {
		n := min(len(s), part.Width)
		w.WriteString(s[:n])
		w.spaces((part.Width+7)/8*8 - n)
		s = s[n:]
	}
}
