package web

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

//go:embed ui/*.html page/*.html
var ownPages embed.FS

// blocks are the parts of a page's file that the frame asks for: its title in plain text, what stands above the main
// part (a way back), and the main part. A page without "before" has none.
var blocks = [...]string{"title", "before", "main"}

// templates is everything the pages of one language are made of. All pages share one set: a page's blocks are kept in it
// as "request/list:main", whatever else a page's file defines keeps its name, which must be nobody else's.
type templates struct {
	set *template.Template
}

func loadTemplates(o Options, files *assets) (map[language.Tag]*templates, error) {
	base := template.New("comity").Funcs(functions(o.Catalog.Get(language.English), files, o.Now))
	if _, err := base.ParseFS(ownPages, "ui/*.html"); err != nil {
		return nil, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	// Each page is parsed in a copy of blank: copying a set with its functions takes less than giving it functions.
	blank := template.New("blank").Funcs(functions(o.Catalog.Get(language.English), files, o.Now))
	sources := append([]Pages{{"web", ownPages}}, o.Pages...)
	for _, p := range sources {
		if err := addPages(base, p, blank); err != nil {
			return nil, err
		}
	}
	tongues := map[language.Tag]*templates{}
	for _, tag := range o.Catalog.Tags() {
		set, err := base.Clone()
		if err != nil {
			return nil, err
		}
		tongues[tag] = &templates{set.Funcs(functions(o.Catalog.Get(tag), files, o.Now))}
	}
	return tongues, tongues[language.English].check()
}

func addPages(base *template.Template, p Pages, blank *template.Template) error {
	names, err := fs.Glob(p.FS, "page/*.html")
	if err != nil {
		return fmt.Errorf("pages of %s: %w", p.Name, err)
	}
	for _, name := range names {
		if err := addPage(base, p, name, blank); err != nil {
			return fmt.Errorf("%s/%s: %w: %w", p.Name, name, err, errs.Invalid)
		}
	}
	return nil
}

func addPage(base *template.Template, p Pages, name string, blank *template.Template) error {
	b, err := fs.ReadFile(p.FS, name)
	if err != nil {
		return err
	}
	page := p.Name + "/" + strings.TrimSuffix(path.Base(name), ".html")
	set, err := blank.Clone()
	if err != nil {
		return err
	}
	own, err := set.New(page).Parse(string(b))
	if err != nil {
		return err
	}
	if own.Lookup("before") == nil {
		if _, err := own.New("before").Parse(""); err != nil {
			return err
		}
	}
	for _, block := range blocks {
		t := own.Lookup(block)
		if t == nil || t.Tree == nil {
			// A file of shared pieces defines no page; half a page is a mistake.
			if block == "title" && own.Lookup("main") == nil {
				break
			}
			return fmt.Errorf("defines no %q", block)
		}
		if _, err := base.AddParseTree(page+":"+block, t.Tree); err != nil {
			return err
		}
	}
	for _, t := range own.Templates() {
		if t.Name() == page || t.Tree == nil || isBlock(t.Name()) {
			continue
		}
		if base.Lookup(t.Name()) != nil {
			return fmt.Errorf("another file defines %q too", t.Name())
		}
		if _, err := base.AddParseTree(t.Name(), t.Tree); err != nil {
			return err
		}
	}
	return nil
}

func isBlock(name string) bool {
	for _, b := range blocks {
		if b == name {
			return true
		}
	}
	return false
}

// check has every template escaped, which happens when it is first run: what html/template can't make safe, and calls of
// templates that aren't there, stop the start. Run without data the rest of an execution means nothing.
func (t *templates) check() error {
	for _, x := range t.set.Templates() {
		if x.Tree == nil {
			continue
		}
		err := t.set.ExecuteTemplate(io.Discard, x.Name(), nil)
		var unsafe *template.Error
		if errors.As(err, &unsafe) {
			return fmt.Errorf("%w: %w", err, errs.Invalid)
		}
	}
	return nil
}

// frame is what the template of the same name shows around a page.
type frame struct {
	Lang      language.Tag
	Direction language.Direction
	Title     string
	Name      string
	Before    template.HTML
	Main      template.HTML
	Notice    template.HTML
	Errors    []FieldError
	Removed   int
	Exercise  bool
	Nav       []navLink
	Languages []languageLink
	Person    string
	SignOut   bool
}

type navLink struct {
	Label   string
	Href    string
	Current bool
}

type languageLink struct {
	Tag       language.Tag
	Direction language.Direction
	Name      string
	Href      string
	Current   bool
}

func (m *Mux) render(w io.Writer, r *Request, name string, data any) error {
	set := m.tongues[r.Lang()].set
	var parts [len(blocks)]bytes.Buffer
	for i, block := range blocks {
		if err := set.ExecuteTemplate(&parts[i], name+":"+block, data); err != nil {
			return err
		}
	}
	f := frame{
		Lang:      r.Lang(),
		Direction: r.Direction(),
		Title:     strings.TrimSpace(plainText(parts[0].String())),
		Name:      cmp.Or(m.options.Names[string(r.Lang())], m.options.Name),
		Before:    template.HTML(parts[1].String()), //nolint:gosec // made by html/template
		Main:      template.HTML(parts[2].String()), //nolint:gosec // made by html/template
		Notice:    r.takeNotice(),
		Exercise:  m.options.Exercise,
		Nav:       m.nav(r),
		Languages: m.languages(r),
	}
	if r.form != nil {
		f.Errors, f.Removed = r.form.labelled(), r.form.Removed
	}
	if faulty, ok := data.(interface{ PageErrors() []FieldError }); ok {
		f.Errors = append(f.Errors, faulty.PageErrors()...)
	}
	for i, e := range f.Errors {
		if e.Label != "" {
			f.Errors[i].Text = r.T("{field}: {problem}", "field", language.Plain(e.Label), "problem", language.Plain(e.Text))
		}
	}
	if !r.Person.Nobody() {
		f.Person, f.SignOut = r.Person.Name, true
	}
	return set.ExecuteTemplate(w, "frame", f)
}

// labelled lists the errors with the name of their field, as far as the page has named it.
func (f *Form) labelled() []FieldError {
	list := append([]FieldError(nil), f.errors...)
	for i, e := range list {
		list[i].Label = f.labels[e.Path]
	}
	return list
}

func (m *Mux) nav(r *Request) []navLink {
	if r.Person.Nobody() {
		return nil
	}
	var links []navLink
	for _, n := range m.options.Nav {
		if n.Act != Public && n.Act != SignedIn && !m.options.May(r.Person, n.Act) {
			continue
		}
		at := r.HTTP.URL.Path
		links = append(links, navLink{r.T(n.Label), n.Href, at == n.Href || n.Href != "/" && strings.HasPrefix(at, n.Href+"/")})
	}
	return links
}

// languages makes the switch. A page that answers a form has none: its links would lose what was typed.
func (m *Mux) languages(r *Request) []languageLink {
	if r.HTTP.Method != http.MethodGet {
		return nil
	}
	var links []languageLink
	for _, tag := range m.options.Catalog.Tags() {
		q := r.HTTP.URL.Query()
		q.Set("lang", string(tag))
		links = append(links, languageLink{tag, tag.Direction(), tag.Name(), localPath(r.HTTP.URL.Path) + "?" + q.Encode(), tag == r.Lang()})
	}
	return links
}
