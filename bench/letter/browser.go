package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium that is running already.
type browser struct{ ctx context.Context }

func openBrowser(ctx context.Context, dir string) (*browser, func(), error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(filepath.Join(dir, "profile")))
	all, stop := chromedp.NewExecAllocator(ctx, flags...)
	tab, closeTab := chromedp.NewContext(all)
	if err := chromedp.Do(tab); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return &browser{tab}, func() { closeTab(); stop() }, nil
}

// print opens the page and prints it, n times.
func (b *browser) print(url string, n int) error {
	for range n {
		err := chromedp.Do(b.ctx, chromedp.Navigate(url), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
			return err
		}))
		if err != nil {
			return err
		}
	}
	return nil
}
