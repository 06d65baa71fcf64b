package request

import (
	"context"
	"strconv"
	"strings"

	"comity/internal/cooperation/selector"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// markOpen notes beside each selector of a draft the reference of another open request to the same State that asks for
// it too (rule GEN-42). It looks at requests that the reader may know of, and at no others: what it says must not tell
// of a case that is closed to them. The mark is computed and never kept.
func (q *Requests) markOpen(ctx context.Context, tx *db.Tx, r Request, a instrument.Answers) error {
	if r.Direction != Out || !isOne(r.State, []State{Draft, InReview, Approved}) {
		return nil
	}
	all, err := underWay(ctx, tx)
	if err != nil {
		return err
	}
	asked := map[string]string{}
	for _, other := range all {
		if other.ID == r.ID || other.Direction != Out || other.TheirState != r.TheirState || other.Reference == "" {
			continue
		}
		theirs, err := other.answers()
		if err != nil {
			return err
		}
		for _, s := range selectors(theirs) {
			asked[s.key()] = other.Reference
		}
	}
	for _, s := range selectors(a) {
		if ref := asked[s.key()]; ref != "" {
			if err := a.Set(s.path+"/@openIn", ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// asksFor is a selector with the provider of whom it is asked.
type asksFor struct{ path, kind, value, custodian string }

func (s asksFor) key() string {
	value := strings.TrimSpace(s.value)
	if r := selector.Check(s.kind, value, true); r.OK {
		value = r.Canonical
	}
	return s.kind + "\x00" + value + "\x00" + strings.ToLower(strings.TrimSpace(s.custodian))
}

// maxSelectors is how many selectors of one request are compared with those of others.
const maxSelectors = 1000

func selectors(a instrument.Answers) []asksFor {
	var all []asksFor
	for m := range min(a.Count("request/measure"), maxMeasures) {
		measure := "request/measure[" + strconv.Itoa(m+1) + "]"
		for n := range min(a.Count(measure+"/selector"), maxSelectors) {
			path := measure + "/selector[" + strconv.Itoa(n+1) + "]"
			if v := a.Get(path + "/value"); v != "" {
				all = append(all, asksFor{path, a.Get(path + "/@kind"), v, a.Get(measure + "/custodian/name")})
			}
		}
	}
	return all
}
