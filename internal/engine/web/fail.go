package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/engine/access"
)

var (
	errUnexpected = errors.New("something unexpected happened")
	errSignedOut  = errors.New("the session has ended")
)

// Difference is one field in which two people's versions of a thing differ.
type Difference struct {
	Label  string // what the page calls the field
	Yours  string
	Theirs string
}

type differsError struct {
	err  error
	list []Difference
}

func (e *differsError) Error() string { return e.err.Error() }
func (e *differsError) Unwrap() error { return e.err }

// Differs adds to a conflict what both have written, so that the page can show the two beside each other and nothing
// typed is lost.
func Differs(err error, list ...Difference) error {
	if err == nil {
		return nil
	}
	return &differsError{err, list}
}

// failure is what the page of an error shows.
type failure struct {
	Status int
	Title  string
	Text   string
	Next   string // what can be done now
	Errors []FieldError
	Differ []Difference
	Form   [][2]string // what was typed, to be copied
	ID     string      // only where somebody has to look into the log
	Back   string
}

// fail answers with the page of an error. An error that nobody can act on is logged here, once, with the number that the
// page shows.
func (m *Mux) fail(r *Request, err error) {
	if gone(r.Ctx(), err) {
		r.w.code = 499 // nobody is there to read an answer; the log says so
		return
	}
	if r.resendable() && access.Lapsed(err) {
		if err = r.page(http.StatusForbidden, "web/resend", confirmFirst(r)); err == nil {
			return
		}
	}
	f := r.explain(err)
	if f.Status >= 500 {
		f.ID = r.ID
		m.options.Log.Error("request failed", "request", r.ID, "route", r.route.Pattern, "error", err)
	}
	if r.w.wrote() {
		return // too late for a page: the answer has begun
	}
	if r.wantsJSON() || r.route.raw && r.route.handler != nil && r.HTTP.Method != http.MethodGet {
		m.failJSON(r, f)
		return
	}
	if err := r.page(f.Status, "web/fail", f); err != nil {
		m.options.Log.Error("error page failed", "request", r.ID, "error", err)
		http.Error(r.w, r.T("Something went wrong on this node"), f.Status)
	}
}

func (m *Mux) failJSON(r *Request, f failure) {
	r.w.Header().Set("Content-Type", "application/problem+json")
	r.w.WriteHeader(f.Status)
	body := map[string]any{"status": f.Status, "title": f.Title, "detail": f.Text, "request": r.ID}
	if err := json.NewEncoder(r.w).Encode(body); err != nil {
		m.options.Log.Debug("answer not taken", "request", r.ID)
	}
}

// explain turns an error into words in the language of the page, by its kind.
func (r *Request) explain(err error) failure {
	f := r.kind(err)
	if code, args := errs.Said(err); code != "" {
		f.Text = r.Say(code, args)
	}
	for _, e := range errs.Fields(err) {
		f.Errors = append(f.Errors, FieldError{Text: r.Say(e.Code, e.Args)})
	}
	if f.Status != http.StatusNotFound && f.Status != http.StatusRequestEntityTooLarge {
		f.Form = r.typed()
	}
	return f
}

func (r *Request) kind(err error) failure {
	var large *http.MaxBytesError
	var both *differsError
	switch {
	case errors.As(err, &large):
		return failure{
			Status: http.StatusRequestEntityTooLarge,
			Title:  r.T("What you sent is too large"),
			Text:   r.T("This form takes at most {size}. Nothing was saved.", "size", r.Size(large.Limit)),
			Next:   r.T("Go back, shorten the text or choose a smaller file, and send the form again."),
		}
	case errors.Is(err, errSignedOut):
		return failure{
			Status: http.StatusUnauthorized,
			Title:  r.T("You are no longer signed in"),
			Text:   r.T("Your session has ended. Sign in again to go on."),
		}
	case errors.As(err, &both), errors.Is(err, errs.Conflict):
		f := failure{
			Status: http.StatusConflict,
			Title:  r.T("Somebody else has changed this meanwhile"),
			Text:   r.T("Your change was not saved, so that theirs is not lost."),
			Next:   r.T("Open the page again, look at what has changed, and enter your change once more."),
			Back:   localPath(r.HTTP.URL.Path),
		}
		if both != nil {
			f.Differ = both.list
		}
		return f
	case errors.Is(err, errs.NotFound):
		return failure{
			Status: http.StatusNotFound,
			Title:  r.T("There is nothing here"),
			Text:   r.T("The address is wrong, or it leads to something that you do not work on."),
			Next:   r.T("Check the address, or begin at the first page."),
		}
	case errors.Is(err, errs.Forbidden):
		return failure{
			Status: http.StatusForbidden,
			Title:  r.T("You may not do this"),
			Text:   r.T("Your roles do not allow it. Nothing was changed."),
			Next:   r.T("If you need to do this, ask the head of your office."),
		}
	case errors.Is(err, errs.Unavailable):
		return failure{
			Status: http.StatusServiceUnavailable,
			Title:  r.T("This is not possible just now"),
			Text:   r.T("A part of this node does not answer. What was saved before is safe."),
			Next:   r.T("Try again in a few minutes. If it goes on, give the number below to your administrator."),
		}
	case errors.Is(err, errs.Invalid):
		return failure{
			Status: http.StatusUnprocessableEntity,
			Title:  r.T("Something in this is not right"),
			Text:   r.T("It could not be accepted as it is. Nothing was saved."),
			Next:   r.T("Go back, correct it and send it again."),
		}
	case errors.Is(err, context.DeadlineExceeded):
		return failure{
			Status: http.StatusServiceUnavailable,
			Title:  r.T("This took too long"),
			Text:   r.T("The node stopped the work before it was done. Nothing was saved."),
			Next:   r.T("Try again in a few minutes. If it goes on, give the number below to your administrator."),
		}
	}
	return failure{
		Status: http.StatusInternalServerError,
		Title:  r.T("Something went wrong on this node"),
		Text:   r.T("It is our mistake, not yours. What was saved before is safe; what you sent just now was not saved."),
		Next:   r.T("Try again. If it happens again, give the number below to your administrator."),
	}
}

// typed lists what a form held, so that an error page can give it back. Passwords and what the page itself put in are
// left out.
func (r *Request) typed() [][2]string {
	if r.form == nil {
		return nil
	}
	var found [][2]string
	for name, values := range r.form.Values {
		if name == entryName || secret(name) {
			continue
		}
		for _, v := range values {
			if v != "" {
				found = append(found, [2]string{name, v})
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return found
}

// secret is true of the names under which forms send passwords and codes.
func secret(name string) bool {
	return slices.Contains([]string{"password", "password.again", "code", "totp", "recovery"}, name)
}

// String keeps a failure short where a test prints it.
func (f failure) String() string { return fmt.Sprintf("%d %s", f.Status, f.Title) }
