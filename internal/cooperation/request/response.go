package request

import (
	"encoding/json"
	"fmt"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

// Response is what a move after the request says, as data: the member "response" of answers.json. Every value is a
// string, as everywhere in answers; what isn't said is left out.
type Response struct {
	Kind       string     `json:"@kind"` // the kind of message: "question"
	Text       string     `json:"text,omitempty"`
	Reference  string     `json:"reference,omitempty"` // the receiving authority's own number
	Contact    string     `json:"contact,omitempty"`
	Measure    []string   `json:"measure,omitempty"` // numbers of measures; none: all of them
	Item       []Item     `json:"item,omitempty"`
	Ground     []Ground   `json:"ground,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Consulted  string     `json:"consulted,omitempty"` // yes, no
	Coercive   string     `json:"coercive,omitempty"`  // yes, no
	Condition  []string   `json:"condition,omitempty"`
	Review     string     `json:"review,omitempty"` // day on which a postponement is looked at again
	Result     []Result   `json:"result,omitempty"`
	Preserved  string     `json:"preserved,omitempty"` // day from which data are kept
	Until      string     `json:"until,omitempty"`     // day until which they are kept
	Unsafe     string     `json:"unsafe,omitempty"`    // yes: preservation will not secure the data, or harms confidentiality
	Told       string     `json:"told,omitempty"`
	Evidence   []Evidence `json:"evidence,omitempty"`
	Usefulness string     `json:"usefulness,omitempty"`
}

// Item is one thing asked back, and later its answer: the rule that found it, the field it is about, the words.
type Item struct {
	Rule string `json:"@rule,omitempty"`
	Path string `json:"path,omitempty"`
	Text string `json:"text"`
}

// Ground is why something is refused, with the article that allows it.
type Ground struct {
	Code    string `json:"@code"`
	Article string `json:"article,omitempty"`
}

// Result is what came of a measure.
type Result struct {
	Measure string `json:"@measure"`
	State   string `json:"state"` // executed, no_result, refused
	Text    string `json:"text,omitempty"`
}

// Evidence names an item that is delivered.
type Evidence struct {
	Item    string `json:"@id"`
	Measure string `json:"measure"`
	Label   string `json:"label"`
	SHA256  string `json:"sha256"`
	Size    string `json:"size"`
}

// answersOf is the document that carries a response.
type answersOf struct {
	Format   string   `json:"format"`
	Response Response `json:"response"`
}

// maxResponse is the largest answers.json of a move that is read.
const maxResponse = 1 << 20

// Bytes returns the response's answers.json.
func (r Response) Bytes() ([]byte, error) {
	b, err := canonical.Marshal(answersOf{instrument.Format, r})
	if err != nil {
		return nil, fmt.Errorf("response %s: %w", r.Kind, err)
	}
	return b, nil
}

// ReadResponse reads the answers.json of a message of the kind.
func ReadResponse(b []byte, kind string) (Response, error) {
	if err := canonical.Check(b); err != nil {
		return Response{}, fmt.Errorf("response: %w", err)
	}
	var a answersOf
	if err := json.Unmarshal(b, &a); err != nil {
		return Response{}, fmt.Errorf("response: %w: %w", err, errs.Invalid)
	}
	if a.Format != instrument.Format || a.Response.Kind != kind {
		return Response{}, errs.Invalidf("response: format %q, kind %q; want %q, %q", a.Format, a.Response.Kind, instrument.Format, kind)
	}
	return a.Response, nil
}

// withRequest returns the request's answers with the response beside them, for the rules that look at both.
func withRequest(request []byte, r Response) (instrument.Answers, error) {
	whole := map[string]json.RawMessage{}
	if err := json.Unmarshal(request, &whole); err != nil {
		return instrument.Answers{}, err
	}
	b, err := canonical.Marshal(r)
	if err != nil {
		return instrument.Answers{}, err
	}
	whole["response"] = b
	joined, err := canonical.Marshal(whole)
	if err != nil {
		return instrument.Answers{}, err
	}
	return instrument.ParseAnswers(joined)
}
