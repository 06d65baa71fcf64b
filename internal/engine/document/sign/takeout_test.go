package sign_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
)

// takeOut reads the last signature of a file and what it covers by its byte range, with nothing of the package's own
// reading.
func takeOut(t *testing.T, pdf []byte) (signature, content []byte) {
	t.Helper()
	at := bytes.LastIndex(pdf, []byte("/ByteRange"))
	var zero, first, second, rest int
	if _, err := fmt.Sscanf(string(pdf[at:at+60]), "/ByteRange[%d %d %d %d]", &zero, &first, &second, &rest); err != nil {
		t.Fatal(err)
	}
	if zero != 0 || second+rest != len(pdf) || pdf[first] != '<' || pdf[second-1] != '>' {
		t.Fatalf("byte range [%d %d %d %d] is not all but the signature of a file of %d bytes", zero, first, second, rest, len(pdf))
	}
	room, err := hex.DecodeString(string(pdf[first+1 : second-1]))
	if err != nil {
		t.Fatal(err)
	}
	length := 4 + int(room[2])<<8 + int(room[3])
	return room[:length], append(bytes.Clone(pdf[:first]), pdf[second:]...)
}
