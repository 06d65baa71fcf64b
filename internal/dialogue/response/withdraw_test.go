package response_test

import (
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/dialogue/study"
)

// TestWithdrawn: until the close a response can be taken back, with a reason, and nothing of it counts then.
func TestWithdrawn(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.filled(r, focal, sections)
		h.submitted(n, r, focal)
		h.refused("a withdrawal without a reason", h.Responses.Withdraw(ctx, focal, r.ID, "", h.Entry()), errs.Invalid)
		h.ok(h.Responses.Withdraw(ctx, focal, r.ID, "Sent too early", h.Entry()))
		if left := h.all(n); len(left) != 0 {
			t.Errorf("%d submissions after the withdrawal, want none", len(left))
		}
	})
}

// TestNotWithdrawnAfterTheClose: what was counted isn't taken back.
func TestNotWithdrawnAfterTheClose(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.filled(r, focal, sections)
		h.submitted(n, r, focal)
		h.ahead.Store(int64(60 * 24 * time.Hour)) // the deadline is past
		focal = h.seated(r.ID, "focal@example.org")
		h.move(n, study.Closed, "")
		h.refused("a withdrawal after the close", h.Responses.Withdraw(ctx, focal, r.ID, "Sent too early", h.Entry()), errs.Conflict)
		if left := h.all(n); len(left) != 1 {
			t.Errorf("%d submissions after a withdrawal that was refused, want 1", len(left))
		}
	})
}
