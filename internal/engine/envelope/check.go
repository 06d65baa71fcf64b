package envelope

import (
	"fmt"

	"comity/internal/base/errs"
)

// Check names one thing that is checked of a file that came in. The names are a closed list: receipts, problems over
// HTTPS and records of refused files carry them.
type Check string

// The checks in the order in which they are made; the first that fails stops the rest.
const (
	TooLarge      Check = "too-large"      // the file fits the limits
	BadEncryption Check = "bad-encryption" // age with one stanza mlkem768x25519, whole and undamaged
	WrongKey      Check = "wrong-key"      // one of our keys opens it
	BadZip        Check = "bad-zip"        // the zip is the narrow one, the entries stand in their order
	BadMimetype   Check = "bad-mimetype"   // the first entry says ASiC-E
	BadManifest   Check = "bad-manifest"   // the manifest is the template's bytes
	BadSignature  Check = "bad-signature"  // the signature over the manifest holds
	UnknownSender Check = "unknown-sender" // the certificate is a seal of exactly one pinned card
	UnprovenTime  Check = "unproven-time"  // that seal and card are valid, or were when this was demonstrably made
	ListsDisagree Check = "lists-disagree" // manifest, zip, message.json and manifest-sha256.txt name the same
	BadDigest     Check = "bad-digest"     // each entry has its digest and CRC-32
	BadJSON       Check = "bad-json"       // message.json is in its canonical form
	UnknownFormat Check = "unknown-format" // a format that we read
	UnknownKind   Check = "unknown-kind"   // a kind from the list
	BadSchema     Check = "bad-schema"     // every member there and as it must be
	WrongSender   Check = "wrong-sender"   // from is that card's, and the TLS peer's
	NotRecipient  Check = "not-recipient"  // to is me, with the key that opened it
	ExerciseMix   Check = "exercise-mix"   // exercise only to exercise
	Replaced      Check = "replaced"       // state: the message's id was not seen with another digest
	Gap           Check = "gap"            // state: number and previous follow what is there
	NotAllowed    Check = "not-allowed"    // state: the act is allowed in the request's state
)

// Checks lists all names in their order. The last three depend on the receiver's memory and are made by the caller of
// [Open].
func Checks() []Check {
	return []Check{
		TooLarge, BadEncryption, WrongKey, BadZip, BadMimetype, BadManifest, BadSignature, UnknownSender, UnprovenTime,
		ListsDisagree, BadDigest, BadJSON, UnknownFormat, UnknownKind, BadSchema, WrongSender,
		NotRecipient, ExerciseMix, Replaced, Gap, NotAllowed,
	}
}

// Refusal says which check a file failed and why. It is [errs.Invalid]. Once the sender's signature has passed,
// Sender and Digests are set, and the refusal may be told in a signed receipt; before that it is a bare problem.
type Refusal struct {
	Check   Check
	Detail  string   // for the two administrations' people; never content of the message
	Sender  *Card    // whose seal it is, once that is known
	Message *Message // what it claims to be, once that was read
	Digests Digests  // those known by then
	Results []Result
}

// Error gives the check and the detail.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Check, r.Detail) }

// Unwrap makes a refusal [errs.Invalid].
func (r *Refusal) Unwrap() error { return errs.Invalid }

// refuse returns the refusal of a check.
func refuse(c Check, format string, args ...any) *Refusal {
	return &Refusal{Check: c, Detail: fmt.Sprintf(format, args...)}
}

// State is how a check went.
type State string

// The states of a check. Skipped: what it needs was not given (a key, a pinned card) or an earlier check failed.
const (
	Passed  State = "passed"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// What a skipped check has found, beside the words of its own: it stands behind one that failed, or the file isn't
// encrypted and there is nothing to check.
const (
	NotReached   = "not reached"
	NotEncrypted = "not encrypted"
)

// Result is one check with what it found.
type Result struct {
	Check Check
	State State
	Found string
}
