// Package picture draws maps and charts from values: what is known, what isn't, and of how many.
//
// Each drawing is a function of its values: the same values give the same bytes. All words come in as arguments, in one
// language, and are placed from the side where that language begins. What a colour says a hatch or a border says
// once more, so that a copy in grey can be read. Start with [Maker.Map]; [Maker.Bars] and [Maker.Stacks] draw charts,
// document/svg writes what they give, and a document takes it as a document.Picture.
package picture

import (
	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// Maker draws. It needs the fonts to know how wide words are.
type Maker struct {
	fonts *font.Set
	world world
}

// New returns a maker of drawings. It is safe for concurrent use.
func New(fonts *font.Set) (*Maker, error) {
	w, err := readWorld()
	if err != nil {
		return nil, err
	}
	return &Maker{fonts, w}, nil
}

// Frame is what every picture has around it.
type Frame struct {
	Lang      language.Tag
	Title     string // printed above
	Desc      string // what it shows, in a sentence, for those who don't see it; not printed
	Source    string // printed below: "Q31. Responses: 59."
	Synthetic string // the word that invented data carry across the picture and in its head; "" for data that are real
	Narrow    bool   // for a telephone: larger letters, legends below each other
}

func (f Frame) check() error {
	switch {
	case f.Lang == "":
		return errs.Invalidf("a picture needs a language")
	case f.Title == "" || f.Desc == "":
		return errs.Invalidf("a picture needs a title and a description for those who don't see it")
	}
	return nil
}

// Suppressed stands where a number must not be shown, because somebody could be known by it.
const Suppressed = ":"

// The colours. Those of a pair are equally bright, so that the hatch alone says the difference in grey.
const (
	black  document.Colour = "#0b0c0c"
	white  document.Colour = "#ffffff"
	grey   document.Colour = "#505a5f"
	pale   document.Colour = "#e3e5e6" // behind everything: the word that data are synthetic
	red    document.Colour = "#942514"
	forest document.Colour = "#00351d" // hatches of what has answered
)
