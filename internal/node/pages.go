package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/people"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/record"
	"comity/internal/cooperation/request"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/mandate"
	"comity/internal/programme"
)

// nav is what stands on top of every page, for whom it is.
func nav() []web.NavItem {
	return []web.NavItem{
		{Label: language.M("Today"), Href: "/", Act: "today.read"},
		{Label: language.M("Cases"), Href: "/cases", Act: "case.read"},
		{Label: language.M("Requests"), Href: "/requests", Act: "request.read"},
		{Label: language.M("Registry"), Href: "/requests/registry", Act: "request.cover"},
		{Label: language.M("Studies"), Href: "/d/studies", Act: "study.read"},
		{Label: language.M("Inbox"), Href: "/inbox", Act: "envelope.read"},
		{Label: language.M("Other nodes"), Href: "/peers", Act: "peer.read"},
		{Label: language.M("Sessions"), Href: "/d/sessions", Act: "session.read"},
		{Label: language.M("Mandates"), Href: "/m", Act: "mandate.read"},
		{Label: language.M("Programmes"), Href: "/programmes", Act: "programme.read"},
		{Label: language.M("What practice shows"), Href: "/practice", Act: "practice.view"},
		{Label: language.M("Learning"), Href: "/learn", Act: "attempt.begin"},
		{Label: language.M("Cohorts"), Href: "/capacity/cohorts", Act: "cohort.open"},
		{Label: language.M("Organisations"), Href: "/capacity/organisations", Act: "organisation.enter"},
		{Label: language.M("Assessments"), Href: "/capacity/assessments", Act: "assessment.read"},
		{Label: language.M("Structures"), Href: "/capacity/structures", Act: "structure.read"},
		{Label: language.M("People"), Href: "/people", Act: "person.read"},
		{Label: language.M("Ledger"), Href: "/ledger", Act: "ledger.read"},
	}
}

// Mux builds the pages and routes of all slices; sessions tells who asks, which is [Node.SignIn] but in tests.
func (n *Node) Mux(sessions web.Sessions, observe func(web.Answered)) (*web.Mux, error) {
	m, err := web.New(web.Options{
		Catalog: n.Catalog, Sessions: sessions, Log: n.Config.Log, Now: n.Config.Now, Observe: observe, Nav: nav(),
		Name: n.Self.Card.Names["en"], Names: n.Self.Card.Names, Exercise: n.Self.Card.Exercise, Confirm: "/confirm",
		TLS: strings.HasPrefix(n.Config.Public, "https:"),
		May: func(p access.Person, act access.Act) bool { return n.Policy.Ever(p, act) },
		Pages: []web.Pages{
			{Name: "node", FS: shown}, people.Pages(), record.Pages(),
			casefile.Pages(), evidence.Pages(), exchange.Pages(), request.Pages(),
			response.Pages(), session.Pages(), study.Pages(),
			translation.Pages(),
			review.Pages(),
			mandate.Pages(),
			programme.Pages(),
			dataset.Pages(),
			organisation.Pages(),
			structure.Pages(),
			assessment.Pages(),
			learning.Pages(),
			practice.Pages(),
			workshop.Pages(),
		},
	})
	if err != nil {
		return nil, err
	}
	door := people.New(people.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, SignIn: n.SignIn, Authority: n.Self.Authority(),
		Public: n.Config.Public, Languages: language.Official(),
	})
	ledger := record.New(record.Config{
		Desk: n.Desk, Read: n.DB.Reader, Log: n.Log, Policy: n.Policy, Sources: n.Sources, Card: n.Self.Card,
		Spool: n.Config.path("spool"), Now: n.Config.Now, Logger: n.Config.Log, Witnesses: exchange.WitnessKeys,
		Certificate: n.Learning.Standing,
	})
	slices := []func(*web.Mux){
		n.routes, door.Routes, ledger.Routes,
		n.Cases.Routes, n.Evidence.Routes, n.Exchange.Routes, n.Requests.Routes,
		n.Responses.Routes,
		n.Sessions.Routes, n.Studies.Routes,
		n.Texts.Routes,
		n.Reviews.Routes,
		n.Mandates.Routes,
		n.Programmes.Routes,
		n.Data.Routes,
		n.Organisations.Routes,
		n.Structures.Routes,
		n.Assessments.Routes,
		n.Learning.Routes,
		n.Practice.Routes,
		n.Workshops.Routes,
	}
	for _, routes := range slices {
		routes(m)
	}
	return m, nil
}

// ServePages serves people's browsers on l until ctx ends.
func (n *Node) ServePages(ctx context.Context, l net.Listener, observe func(web.Answered)) error {
	m, err := n.Mux(n.SignIn, observe)
	if err != nil {
		return fmt.Errorf("serve pages: %w", err)
	}
	h, err := m.Handler()
	if err != nil {
		return fmt.Errorf("serve pages: %w", err)
	}
	return serve(ctx, l, web.NewServer(ctx, "", h, n.Config.Log))
}

// Serve runs the whole node until ctx ends: pages, exchange, health and metrics, the sequencer and the jobs. ready is
// called once everything listens.
func (n *Node) Serve(ctx context.Context, ready func()) (failed error) {
	metrics := &web.Metrics{}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	run := func(f func() error) {
		wg.Go(func() {
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
				stop()
			}
		})
	}
	if n.Config.Practice.Dir != "" {
		ground, err := OpenGround(ctx, n.Config)
		if err != nil {
			return err
		}
		defer func() { failed = errors.Join(failed, ground.Close()) }()
		run(func() error { return ground.Run(ctx) })
	}
	listeners := []struct {
		addr  string
		serve func(net.Listener) error
	}{
		{n.Config.Listen, func(l net.Listener) error { return n.ServePages(ctx, l, metrics.Observe) }},
		{n.Config.Exchange, func(l net.Listener) error { return n.ServeExchange(ctx, l) }},
		{n.Config.Admin, func(l net.Listener) error {
			return serve(ctx, l, &http.Server{Handler: web.Admin(metrics, n.ready), ReadHeaderTimeout: 5 * time.Second})
		}},
	}
	for _, s := range listeners {
		if s.addr == "" {
			continue
		}
		l, err := net.Listen("tcp", s.addr)
		if err != nil {
			stop()
			wg.Wait()
			return fmt.Errorf("listen on %s: %w: %w", s.addr, err, errs.Unavailable)
		}
		run(func() error { return s.serve(l) })
	}
	run(func() error { n.Work(ctx); return nil })
	ready()
	wg.Wait()
	return failed
}

// ready reports whether the node can serve: the database answers.
func (n *Node) ready(ctx context.Context) error {
	_, _, err := n.Log.Size(ctx)
	return err
}
