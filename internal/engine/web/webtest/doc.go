// Package webtest drives a browser through pages, for tests tagged "browser": it checks them with axe, looks for what is
// wider than the screen, and keeps screenshots.
//
//	go test -tags browser ./internal/...
//
// Start with Open, then Browser.Check. It needs Chromium; where there is none the test is skipped and says so. With
// COMITY_SCREENSHOTS set to a folder, every checked page is kept there as a picture.
package webtest
