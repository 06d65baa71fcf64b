package instrument

import (
	"testing"

	"comity/internal/base/language"
)

// TestSentencesAreTranslated: what the engine says is there in six languages.
func TestSentencesAreTranslated(t *testing.T) {
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := Sentences()
	if len(all) < 70 {
		t.Fatalf("%d sentences, want the more than 70 there are", len(all))
	}
	for _, tag := range language.Official() {
		for _, sentence := range all {
			if !catalog.Get(tag).Knows(sentence) {
				t.Errorf("%s lacks %q", tag, sentence)
			}
		}
	}
}
