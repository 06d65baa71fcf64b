package programme

import (
	"context"
	"slices"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// thing is something that can belong to a programme, as a page shows it.
type thing struct {
	Ref   id.Ref
	Title string // a name; of a request its number, or "" for a draft without one
	State string // how it stands: a message of the catalogue, "" when that isn't asked of it
	Href  string
	Named bool // a request that names the programme itself: there is no link to remove
}

// kindSay says what a thing is.
func kindSay(kind string) string {
	switch kind {
	case workshop.RefKind:
		return language.M("Workshop")
	case structure.RefKind:
		return language.M("Structure")
	case organisation.RefKind:
		return language.M("Organisation")
	}
	return language.M("Request for assistance")
}

func ofWorkshop(w workshop.Workshop) thing {
	return thing{id.NewRef(workshop.RefKind, w.ID), w.Name, w.Stage.Name(), "/capacity/workshops/" + string(w.ID), false}
}

func ofStructure(s structure.Structure) thing {
	return thing{id.NewRef(structure.RefKind, s.ID), s.Name, s.Stage.Name(), "/capacity/structures/" + string(s.ID), false}
}

func ofOrganisation(o organisation.Organisation) thing {
	return thing{id.NewRef(organisation.RefKind, o.ID), o.Name, "", "/capacity/organisations/" + string(o.ID), false}
}

func ofRequest(r request.Request) thing {
	name := r.Reference
	if name == "" {
		name = string(r.ID) // a draft has no number yet
	}
	return thing{id.NewRef(request.Kind, r.ID), name, r.State.Said(), "/requests/" + string(r.ID), false}
}

// find reads one thing; whoever asks has made sure that it may be read.
func find(ctx context.Context, tx *db.Tx, on id.Ref) (thing, error) {
	switch on.Kind() {
	case workshop.RefKind:
		w, err := workshop.Get(ctx, tx, on.ID())
		return ofWorkshop(w), err
	case structure.RefKind:
		s, err := structure.Get(ctx, tx, on.ID())
		return ofStructure(s), err
	case organisation.RefKind:
		o, err := organisation.Get(ctx, tx, on.ID())
		return ofOrganisation(o), err
	}
	r, err := request.Get(ctx, tx, on.ID())
	return ofRequest(r), err
}

// seen lists what belongs to a programme and may be read by the person.
func (q *Programmes) seen(ctx context.Context, tx *db.Tx, who access.Person, code string) ([]thing, error) {
	refs, err := linked(ctx, tx, code)
	var all []thing
	for _, on := range refs {
		may, err := q.mayRead(ctx, tx, who, on)
		if err != nil {
			return nil, err
		}
		if !may {
			continue
		}
		t, err := find(ctx, tx, on)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, err
}

// naming lists the requests that name the programme themselves, of those that the person may read and that aren't linked,
// the newest first. The code stands in the answers like that in no other place.
func (q *Programmes) naming(ctx context.Context, tx *db.Tx, who access.Person, code string, have []thing) ([]thing, error) {
	list, err := request.List(ctx, tx, request.Filter{Words: `"name":"` + code + `"`, Limit: offered})
	var all []thing
	for _, r := range list {
		t := ofRequest(r)
		t.Named = true
		if slices.ContainsFunc(have, func(h thing) bool { return h.Ref == t.Ref }) {
			continue
		}
		may, err := q.mayRead(ctx, tx, who, t.Ref)
		if err != nil {
			return nil, err
		}
		if may {
			all = append(all, t)
		}
	}
	return all, err
}

// offered is how many requests are offered for linking; older ones are linked from nowhere yet.
const offered = 50

// offer lists what the person could link: all that they may read and that isn't linked.
func (q *Programmes) offer(ctx context.Context, tx *db.Tx, who access.Person, have []thing) ([]thing, error) {
	var all []thing
	workshops, err := workshop.List(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for _, w := range workshops {
		all = append(all, ofWorkshop(w))
	}
	structures, err := structure.List(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for _, s := range structures {
		all = append(all, ofStructure(s))
	}
	organisations, err := organisation.List(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	for _, o := range organisations {
		all = append(all, ofOrganisation(o))
	}
	requests, err := request.List(ctx, tx, request.Filter{Limit: offered})
	if err != nil {
		return nil, err
	}
	for _, r := range requests {
		all = append(all, ofRequest(r))
	}
	var out []thing
	for _, t := range all {
		if slices.ContainsFunc(have, func(h thing) bool { return h.Ref == t.Ref }) {
			continue
		}
		may, err := q.mayRead(ctx, tx, who, t.Ref)
		if err != nil {
			return nil, err
		}
		if may {
			out = append(out, t)
		}
	}
	return out, nil
}
