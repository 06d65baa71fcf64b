package node

import (
	"context"
	"errors"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/structure"
	"comity/internal/cooperation/request"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// feedMandates tells the register of mandates what each slice has done that can serve one.
func (n *Node) feedMandates() {
	n.Mandates.Feed(requestsServe)
	n.Mandates.Feed(n.sessionsServe)
	n.Mandates.Feed(n.studiesServe)
	n.Mandates.Feed(n.documentsServe)
	n.Mandates.Feed(trainingsServe)
	n.Mandates.Feed(structuresServe)
}

// sessionsServe is the sessions that have met, with what they decided.
func (n *Node) sessionsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, err := session.List(ctx, tx)
	var all []mandate.Live
	for _, s := range list {
		l := mandate.Live{
			Ref: id.NewRef(session.Kind, s.ID), Kind: "session", Pillar: mandate.Dialogue, Title: n.Sessions.Name(n.Catalog.Get(language.English), s),
			Day: s.Begins, Href: "/d/sessions/" + string(s.ID), Mandates: s.Mandates,
		}
		if s.Outcome != "" {
			l.Facts = []mandate.Fact{{Say: language.M("Its outcome is recorded.")}}
		}
		all = append(all, l)
	}
	return all, err
}

// requestsServe is how much was asked and answered here by calendar year, of what the reader may know of.
func requestsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	years, err := request.Counts(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []mandate.Live
	for _, y := range years {
		year := strconv.Itoa(y.Year)
		all = append(all, mandate.Live{
			Ref: id.Ref("requests/" + year), Kind: "request", Pillar: mandate.Cooperation, Title: year, Day: y.Last, Href: "/requests",
			Facts: []mandate.Fact{{
				Say:  language.M("{out} requests were drafted and {in} came in, of those that you may see."),
				Args: map[string]string{"out": strconv.Itoa(y.Out), "in": strconv.Itoa(y.In)},
			}},
		})
	}
	return all, nil
}

// studiesServe is the studies that this node leads, with how many were asked and answered and what was frozen.
func (n *Node) studiesServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, err := study.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []mandate.Live
	for _, s := range list {
		if s.Origin != "" {
			continue
		}
		l := mandate.Live{
			Ref: id.NewRef(study.Kind, s.ID), Kind: "study", Pillar: mandate.Dialogue, Title: s.Name(language.English), Day: s.Opens,
			Href: "/d/studies/" + string(s.ID), Mandates: s.Mandates,
		}
		if l.Day.IsZero() {
			l.Day = tx.Now() // not asked yet: it stands as it is today
		}
		asked, answered, partners, err := counted(ctx, tx, s.ID)
		if err != nil {
			return nil, err
		}
		l.Facts = append(l.Facts, mandate.Fact{Say: language.M("{answered} of {asked} answered."), Args: map[string]string{"answered": strconv.Itoa(answered), "asked": strconv.Itoa(asked)}})
		if s.Synthetic {
			l.Facts = append(l.Facts, mandate.Fact{Say: language.M("Its answers are synthetic.")})
		}
		if x, err := dataset.Newest(ctx, tx, s.ID); err == nil {
			l.Hash = string(x.Hash)
		} else if !errors.Is(err, errs.NotFound) {
			return nil, err
		}
		all = append(all, l)
		if partners > 0 {
			all = append(all, mandate.Live{
				Ref: id.Ref("partners/" + string(s.ID)), Kind: "partners", Pillar: mandate.Dialogue, Title: s.Name(language.English), Day: l.Day, Href: l.Href,
				Facts: []mandate.Fact{{Say: language.M("{n} companies, institutes and organisations answered."), Args: map[string]string{"n": strconv.Itoa(partners)}}},
			})
		}
	}
	return all, nil
}

// counted counts who was asked and who answered, and the partners among them.
func counted(ctx context.Context, tx *db.Tx, n id.ID) (asked, answered, partners int, err error) {
	list, err := study.Respondents(ctx, tx, n)
	for _, r := range list {
		asked++
		if r.Status == study.Submitted {
			answered++
			if r.Audience != study.States {
				partners++
			}
		}
	}
	return asked, answered, partners, err
}

// documentsServe is the rounds of comments and the translations of studies' documents.
func (n *Node) documentsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, err := study.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []mandate.Live
	for _, s := range list {
		documents, err := review.OfStudy(ctx, tx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range documents {
			if d.Origin != "" || d.Status == review.Working {
				continue
			}
			for _, kind := range []string{"comments", "translation"} {
				all = append(all, mandate.Live{
					Ref: id.Ref(kind + "/" + string(d.ID)), Kind: kind, Pillar: mandate.Dialogue, Title: d.Name(language.English), Day: d.At, Href: "/d/docs/" + string(d.ID),
				})
			}
		}
	}
	return all, nil
}

// trainingsServe is the cohorts whose baseline is frozen, in numbers that show nobody.
func trainingsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, err := learning.AllTaught(ctx, tx)
	var all []mandate.Live
	for _, x := range list {
		all = append(all, mandate.Live{
			Ref: id.NewRef(learning.RefCohort, x.ID), Kind: "training", Pillar: mandate.Capacity, Title: x.Title, Day: x.Frozen, Href: "/capacity/cohorts", Hash: string(x.Sum),
			Facts: []mandate.Fact{{Say: language.M("{people} people of {states} States took part."), Args: map[string]string{"people": strconv.Itoa(x.People), "states": strconv.Itoa(x.States)}}},
		})
	}
	return all, err
}

// structuresServe is the networks and partnerships that stand.
func structuresServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, members, err := structure.Lasting(ctx, tx)
	var all []mandate.Live
	for i, s := range list {
		all = append(all, mandate.Live{
			Ref: id.NewRef(structure.RefKind, s.ID), Kind: "partners", Pillar: mandate.Capacity, Title: s.Name, Day: s.Since, Href: "/capacity/structures/" + string(s.ID),
			Facts: []mandate.Fact{{Say: language.M("{n} organisations take part."), Args: map[string]string{"n": strconv.Itoa(members[i])}}},
		})
	}
	return all, err
}
