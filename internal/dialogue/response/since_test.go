package response_test

import (
	"net/http"
	"testing"

	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/node/nodetest"
)

// TestDataSayWhatChangedSince: the page of a study's data says how many responses are other ones than those that were frozen:
// new, corrected or withdrawn. What was frozen stays as it is until it is frozen anew.
func TestDataSayWhatChangedSince(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.filled(r, focal, sections)
		h.submitted(n, r, focal)
		freeze := func() {
			h.Helper()
			_, err := h.Data.Freeze(ctx, h.As("manager"), n, h.Entry())
			h.ok(err)
		}
		v := h.Site(h.T, nodetest.Slice{Routes: h.Data.Routes, Pages: dataset.Pages(), Words: dataset.Words()}).As("manager")
		says := func(words string) {
			h.Helper()
			want(h.T, v.Get("/d/studies/"+string(n)+"/data"), http.StatusOK, words)
		}
		freeze()
		says("No response has changed since the newest data were frozen.")

		other := h.state(n, "PRT")
		second, _ := h.nominated(n, other)
		h.filled(other, second, sections)
		says("No response has changed") // a draft is nobody's data
		h.ok(h.Responses.Offer(ctx, second, other.ID, h.Entry()))
		h.ok(h.Responses.Clear(ctx, second, other.ID, response.Statistical, h.Entry()))
		h.ok(h.Responses.Submit(ctx, second, other.ID, h.Entry()))
		says("since the newest data were frozen: 1.")

		h.ok(h.Responses.Correct(ctx, focal, r.ID, "A typing error (exercise)", h.Entry()))
		h.write(focal, r.ID, "police", map[string][]string{"police_ovens": {"8"}}, nil)
		h.ok(h.Responses.Ready(ctx, focal, r.ID, "police", true, h.Entry()))
		says("since the newest data were frozen: 1.") // what was submitted stands until the correction is
		h.ok(h.Responses.Offer(ctx, focal, r.ID, h.Entry()))
		h.ok(h.Responses.Clear(ctx, focal, r.ID, response.Statistical, h.Entry()))
		h.ok(h.Responses.Submit(ctx, focal, r.ID, h.Entry()))
		says("since the newest data were frozen: 2.")
		freeze()
		says("No response has changed")
		h.ok(h.Responses.Withdraw(ctx, second, other.ID, "A ministry asked for it (exercise)", h.Entry()))
		says("since the newest data were frozen: 1.")
	})
}
