package record

import (
	"comity/internal/base/language"
	"comity/internal/engine/envelope"
)

// Asks says in words what a check on an envelope, a receipt or a card asks: an English sentence of the catalogue.
func Asks(c envelope.Check) string {
	switch c {
	case envelope.TooLarge:
		return language.M("The file is within the limits of size.")
	case envelope.BadEncryption:
		return language.M("The file is encrypted in the one way that is taken, and nothing in it was changed.")
	case envelope.WrongKey:
		return language.M("The file was encrypted for the node that opens it.")
	case envelope.BadZip:
		return language.M("The container holds its files one behind the other, and nothing else.")
	case envelope.BadMimetype:
		return language.M("The container says what it is.")
	case envelope.BadManifest:
		return language.M("The list of the files is written in its one form.")
	case envelope.BadSignature:
		return language.M("The seal fits the list of the files.")
	case envelope.UnknownSender:
		return language.M("The seal is that of a node whose card was compared by people.")
	case envelope.UnprovenTime:
		return language.M("The seal is valid, or was when this was made.")
	case envelope.ListsDisagree:
		return language.M("All lists of the files name the same.")
	case envelope.BadDigest:
		return language.M("Every file is, to the last bit, the one in the list.")
	case envelope.BadJSON:
		return language.M("The message is written in its one form.")
	case envelope.UnknownFormat:
		return language.M("The format is one that can be read here.")
	case envelope.UnknownKind:
		return language.M("The kind of message is known.")
	case envelope.BadSchema:
		return language.M("The message is complete.")
	case envelope.WrongSender:
		return language.M("The message names the node that sealed it.")
	case envelope.NotRecipient:
		return language.M("The message is for the node that opens it.")
	case envelope.ExerciseMix:
		return language.M("An exercise comes from an exercise.")
	case envelope.Replaced:
		return language.M("No other message came under this number before.")
	case envelope.Gap:
		return language.M("The messages before it are there.")
	case envelope.NotAllowed:
		return language.M("The act is possible as the request stands.")
	}
	return string(c)
}
