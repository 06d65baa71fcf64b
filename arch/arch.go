// Package arch holds the tests that keep the house as it was drawn: floors, dependencies, routes, tables.
//
// It has no code of its own. docs/architecture.md says what each test is there for.
package arch
