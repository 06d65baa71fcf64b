package request

import "slices"

// moveForms is the table of the moves that have a page of their own, in the order in which a request's page offers them.
// Signing and sending have pages of another kind (http_sign.go).
func moveForms() []moveForm {
	return slices.Concat(house(), registryForms(), forwarding(), deciding(), carrying(), asking())
}
