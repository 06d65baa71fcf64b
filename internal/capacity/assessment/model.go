package assessment

import (
	"errors"
	"fmt"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
)

// ModelFormat is the first key of a model's file (docs/formats/assessment.md).
const ModelFormat = "comity/model/1"

// ReadModel reads and checks a model.toml. What is wrong is [errs.Invalid] and names the line where it can.
func ReadModel(name, text string) (Model, error) {
	var d struct {
		Format  string
		Name    string
		Version string
		Model
	}
	meta, err := toml.Decode(text, &d)
	var at toml.ParseError
	if errors.As(err, &at) {
		return Model{}, errs.Invalidf("%s:%d: %s", name, at.Position.Line, at.Message)
	}
	if err != nil {
		return Model{}, errs.Invalidf("%s: %v", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Model{}, errs.Invalidf("%s: unknown key %s", name, unknown[0])
	}
	if d.Format != ModelFormat {
		return Model{}, errs.Invalidf("%s: format is %q, want %q", name, d.Format, ModelFormat)
	}
	if err := d.Check(); err != nil {
		return Model{}, fmt.Errorf("%s: %w", name, err)
	}
	return d.Model, nil
}
