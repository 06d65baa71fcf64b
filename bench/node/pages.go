package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity/bench/measure"
)

// enough is how many pages of each person are looked at.
const enough = 150

// pages follows every link of every person of the demonstration's world and prints the largest pages.
func pages(ctx context.Context, comity string) (err error) {
	c := exec.CommandContext(ctx, comity, "demo", "--port", "0")
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop(c)) }()
	var seen []page
	for _, link := range links(out) {
		of, err := visit(link)
		if err != nil {
			return fmt.Errorf("pages of %s: %w", link, err)
		}
		seen = append(seen, of...)
	}
	if len(seen) == 0 {
		return errors.New("no page was seen")
	}
	slices.SortFunc(seen, func(a, b page) int { return b.size - a.size })
	measure.Figure(os.Stdout, "pages of the demonstration that were looked at", float64(len(seen)), "")
	measure.Goal(os.Stdout, "the largest page: "+seen[0].path, float64(seen[0].size)/1e3, " kB", false, 50)
	measure.Figure(os.Stdout, "the one in the middle", float64(seen[len(seen)/2].size)/1e3, " kB")
	return nil
}

// links reads the sign-in links that the demonstration prints, until the last person's.
func links(r io.Reader) []string {
	link := regexp.MustCompile(`http://\S+/\S+`)
	found := make(chan string)
	go func() {
		defer close(found)
		for s := bufio.NewScanner(r); s.Scan(); {
			if l := link.FindString(s.Text()); l != "" {
				found <- l
			}
		}
	}()
	var all []string
	for {
		select {
		case l, ok := <-found:
			if !ok {
				return all
			}
			all = append(all, l)
		case <-time.After(patience(len(all))):
			return all
		}
	}
}

// patience is how long the next link may take: the first comes when the world has been built.
func patience(have int) time.Duration {
	if have == 0 {
		return 30 * time.Second
	}
	return time.Second
}

// page is one page as it went over the wire, not compressed.
type page struct {
	path string
	size int
}

var href = regexp.MustCompile(`href="(/[^"#]*)"`)

// visit signs in and follows the links of pages to pages. Files and signing out are left alone.
func visit(link string) ([]page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	// Names below localhost are this machine, whether its resolver knows that or not.
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial, DisableCompression: true}}
	home, err := url.Parse(link)
	if err != nil {
		return nil, err
	}
	r, err := client.PostForm(link+"/follow", nil)
	if err != nil {
		return nil, err
	}
	if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("follow the link: %s (%v)", r.Status, err)
	}
	var all []page
	known, todo := map[string]bool{"/": true}, []string{"/"}
	for len(todo) > 0 && len(all) < enough {
		path := todo[0]
		todo = todo[1:]
		r, err := client.Get(home.Scheme + "://" + home.Host + path)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			continue
		}
		all = append(all, page{path, len(b)})
		for _, m := range href.FindAllStringSubmatch(string(b), -1) {
			next := strings.ReplaceAll(m[1], "&amp;", "&")
			if !known[next] && !strings.HasPrefix(next, "/assets/") {
				known[next] = true
				todo = append(todo, next)
			}
		}
	}
	return all, nil
}
