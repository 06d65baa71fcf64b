//go:build browser

package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axe string

// patience is how long one step in the browser may take.
const patience = 20 * time.Second

// Browser is a running Chromium with a profile of its own.
type Browser struct {
	ctx context.Context
}

// Open starts a browser, which ends with the test.
func Open(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("COMITY_TEST_TOOLS") == "1" {
			t.Fatal("no Chromium on this machine")
		}
		t.Skip("no Chromium on this machine: pages weren't looked at")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true),
	)
	all, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(all)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx}
}

// Tab is one page in the browser, of a given size.
type Tab struct {
	t    testing.TB
	ctx  context.Context
	view View
}

// View says how a page is looked at.
type View struct {
	Width    int               // of the screen in pixels; 1280 if 0
	NoScript bool              // as a browser that runs no script
	Header   map[string]string // sent with each request
}

// Tab opens a page to be driven.
func (b *Browser) Tab(t testing.TB, v View) *Tab {
	t.Helper()
	if v.Width == 0 {
		v.Width = 1280
	}
	ctx, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	tab := &Tab{t, ctx, v}
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as this context, which has no time limit
		t.Fatalf("open a tab: %v", err)
	}
	var as []chromedp.EmulateViewportOption
	if v.Width < 600 {
		as = append(as, chromedp.EmulateMobile) // a desktop's window is never this narrow
	}
	tab.Do(chromedp.EmulateViewport(int64(v.Width), 900, as...), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		return dress(ctx, target, v)
	}))
	tab.script(!v.NoScript)
	return tab
}

// script lets the page run script or not.
func (tab *Tab) script(on bool) {
	tab.t.Helper()
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// dress gives a tab the headers it sends.
func dress(ctx context.Context, target *chromedp.Target, v View) error {
	if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	head := network.Headers{}
	for k, val := range v.Header {
		head[k] = val
	}
	_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: head})
	return err
}

// Do takes steps in the tab and fails the test when one doesn't succeed in time.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// ask takes one step that has a value.
func ask[T any](tab *Tab, step chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
	return v
}

// Visit goes to an address.
func (tab *Tab) Visit(url string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(url))
}

// Fill writes into the field of a name.
func (tab *Tab) Fill(name, text string) {
	tab.t.Helper()
	tab.Do(chromedp.SendKeys(chromedp.CSS(fmt.Sprintf("[name=%q]", name)), text))
}

// Press presses the button of a name, "" the main one of the page, and waits for the page that follows: loaded by the
// browser, or put in place by a script.
func (tab *Tab) Press(name string) {
	tab.t.Helper()
	selector := "main button:not(.govuk-button--secondary)"
	if name != "" {
		selector = fmt.Sprintf("main button[name=%q]", name)
	}
	tab.Do(chromedp.Evaluate[chromedp.Void](`document.body.dataset.old = "1"`))
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil && !leaving(err) {
		tab.t.Fatalf("browser: press %s: %v", selector, err)
	}
	tab.until("a page that follows "+selector, `!!document.body && !document.body.dataset.old && document.readyState === "complete"`)
}

// Await waits until the element of a CSS selector says words.
func (tab *Tab) Await(selector, words string) {
	tab.t.Helper()
	tab.until(selector+" with "+words, fmt.Sprintf("!!document.querySelector(%q)?.textContent.includes(%q)", selector, words))
}

// until asks again and again, which also works where the page itself may run no script.
func (tab *Tab) until(what, expression string) {
	tab.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(tab.ctx, patience)
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		cancel()
		if err != nil && !leaving(err) {
			tab.t.Fatalf("browser: wait for %s: %v", what, err)
		}
		if holds && err == nil {
			return
		}
		if time.Now().After(end) {
			tab.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// leaving reports whether a step failed because its page was just being left for the next one: what a button that was
// pressed is for.
func leaving(err error) bool {
	return strings.Contains(err.Error(), "Inspected target navigated or closed")
}

// Text returns what the page's main part says.
func (tab *Tab) Text() string {
	tab.t.Helper()
	return ask(tab, chromedp.Text(chromedp.CSS("main")))
}

// Axe reports what axe-core finds against WCAG 2.2 A and AA and its own good practices: one line for each element.
func (tab *Tab) Axe() []string {
	tab.t.Helper()
	const run = `axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' — ' + n.failureSummary))))`
	tab.script(true) // axe needs timers; the page has loaded as it would without
	defer tab.script(!tab.view.NoScript)
	tab.Do(chromedp.Evaluate[chromedp.Void](axe))
	found := ask(tab, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	var lines []string
	if err := json.Unmarshal([]byte(found), &lines); err != nil {
		tab.t.Fatalf("axe: %v", err)
	}
	return lines
}

// Overflow names the elements that make the page wider than the screen.
func (tab *Tab) Overflow() []string {
	tab.t.Helper()
	const find = `(() => {
		const root = document.documentElement, wide = root.scrollWidth > root.clientWidth + 1
		if (!wide) return []
		return [...document.body.querySelectorAll('*')].filter(e => {
			const r = e.getBoundingClientRect()
			return (r.right > root.clientWidth + 1 || r.left < -1) && !e.closest('.comity-scroll, .govuk-visually-hidden, .govuk-skip-link')
		}).map(e => e.outerHTML.slice(0, 120))
	})()`
	return ask(tab, chromedp.Evaluate[[]string](find))
}

// Check does what every page has to stand: it came with one of the statuses (200 when none is named; a page that a script
// put in place has that of the page before it), no finding of axe, nothing wider than the screen, one h1, a title. The
// picture is kept as name.png when COMITY_SCREENSHOTS is set.
func (tab *Tab) Check(name string, statuses ...int) {
	tab.t.Helper()
	if len(statuses) == 0 {
		statuses = []int{http.StatusOK}
	}
	if got := ask(tab, chromedp.Evaluate[int](`performance.getEntriesByType("navigation")[0].responseStatus`)); !slices.Contains(statuses, got) {
		tab.t.Errorf("%s: status %d, want one of %v:\n%s", name, got, statuses, tab.Text())
	}
	if found := tab.Axe(); len(found) > 0 {
		tab.t.Errorf("%s: axe finds %d:\n%s", name, len(found), strings.Join(found, "\n"))
	}
	if found := tab.Overflow(); len(found) > 0 {
		tab.t.Errorf("%s: wider than the screen:\n%s", name, strings.Join(found, "\n"))
	}
	headings := ask(tab, chromedp.Evaluate[int](`document.querySelectorAll('h1').length`))
	title := ask(tab, chromedp.Title())
	if headings != 1 || title == "" {
		tab.t.Errorf("%s: %d headings of the first level and title %q, want one and a title", name, headings, title)
	}
	if dir := os.Getenv("COMITY_SCREENSHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name+".png"))
	}
}

// Screenshot keeps the whole page as a PNG file.
func (tab *Tab) Screenshot(path string) {
	tab.t.Helper()
	b := ask(tab, chromedp.FullScreenshot(100))
	if err := os.WriteFile(path, b, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}

// Each runs check for a page as everybody may meet it: in English and Arabic, on a telephone and a desk, with script and
// without. lang is the parameter that the node's pages take; the name of the view goes into that of the picture.
func (b *Browser) Each(t *testing.T, check func(t *testing.T, tab *Tab, lang, view string)) {
	for _, lang := range []string{"en", "ar"} {
		for _, v := range []View{{Width: 360}, {Width: 1280}, {Width: 1280, NoScript: true}} {
			name := fmt.Sprintf("%s-%d", lang, v.Width)
			if v.NoScript {
				name += "-noscript"
			}
			v.Header = map[string]string{"Accept-Language": lang}
			t.Run(name, func(t *testing.T) { check(t, b.Tab(t, v), lang, name) })
		}
	}
}
