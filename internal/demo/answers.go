package demo

import (
	_ "embed"

	"comity/internal/engine/instrument"
)

//go:embed data/walk.json
var walkJSON []byte

// walkAnswers returns the story's answers twice, with the day and the reference data of the draft that the node made:
// first as a tired person would leave them, then complete.
func walkAnswers(draft []byte) (flawed, whole []byte, err error) {
	made, err := instrument.ParseAnswers(draft)
	if err != nil {
		return nil, nil, err
	}
	a, err := instrument.ParseAnswers(walkJSON)
	if err != nil {
		return nil, nil, err
	}
	for _, path := range []string{"request/date", "request/requesting/authority", "request/requested/authority"} {
		if err := a.Set(path, made.Get(path)); err != nil {
			return nil, nil, err
		}
	}
	if err := a.Set("request/sign/date", made.Get("request/date")); err != nil {
		return nil, nil, err
	}
	if whole, err = a.Bytes(); err != nil {
		return nil, nil, err
	}
	tired := a.Clone()
	for _, path := range []string{
		"request/measure[1]/selector[1]/port", "request/measure[1]/selector[1]/instant/@offset", "request/purpose", "request/measure[1]/whyThere",
	} {
		if err := tired.Delete(path); err != nil {
			return nil, nil, err
		}
	}
	flawed, err = tired.Bytes()
	return flawed, whole, err
}
