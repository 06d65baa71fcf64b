// Package xpath is the language of Comity's forms and rules: XPath 1.0 with the functions that XForms and ODK add.
//
// An expression is compiled once and evaluated many times, by many goroutines at once, over a tree of [Node]. Start
// with [Compile] and [Expr.Eval]. Evaluation reads the tree and the [Context] and nothing else: no clock, no files,
// no network; how much it may look at is limited, so that a form from outside can't keep a server busy.
//
// Two things differ from XPath 1.0, both as ODK has them: a text that looks like a date counts, where a number is
// wanted, as the days since 1970; and concat, min, max, sum and others take every node of a node-set.
package xpath

import (
	"fmt"
	"time"

	"comity/internal/base/errs"
)

// Limits of an expression and its evaluation.
const (
	MaxSource = 64 << 10  // bytes of an expression
	MaxDepth  = 128       // parentheses, calls and predicates inside one another
	MaxVisits = 5_000_000 // nodes looked at in one evaluation, unless [Context.Limit] says otherwise
)

// Expr is a compiled expression. It never changes and may be used by many goroutines at once.
type Expr struct {
	src  string
	root expr
}

// Functions are functions that the house adds to the language, by the name used in expressions. They have to be
// pure: the same arguments and context give the same value, and nothing outside changes.
type Functions map[string]Function

// Function is one function of the house. Max below 0 means any number of arguments.
type Function struct {
	Min, Max int
	Call     func(c *Context, args []Value) (Value, error)
}

// Options are what [Options.Compile] has to know beyond the text. The zero value is the plain language.
type Options struct {
	Functions Functions

	// Namespaces gives the address behind a prefix. With nil, names are compared as they are written: a name
	// without prefix fits any element of that local name, one with a prefix the same prefix. With a table, a
	// name without prefix fits only names in no namespace, and an unknown prefix doesn't compile.
	Namespaces map[string]string

	// Resolve gives the path that ${name} stands for, as it would be written in this expression. With nil there
	// are no such names.
	Resolve func(name string) (path string, err error)

	// Late leaves unknown functions and wrong numbers of arguments to the evaluation, where they are an error
	// only when they are reached. It is for forms written for programs that work so.
	Late bool
}

// Context is what an expression is evaluated in. It is read, never written.
type Context struct {
	Node    *Node // where relative paths start
	Root    *Node // where absolute paths start; nil is the top of Node's tree
	Current *Node // what current() gives; nil is Node

	Now  time.Time      // what now() and today() give
	Zone *time.Location // of dates without an offset, and of dates shown; nil is UTC

	Vars      map[string]Value             // $name
	Instances map[string]*Node             // instance('name')
	Text      func(lang, id string) string // jr:itext('id')
	Lang      string                       // the reader's language, given to Text
	Ext       any                          // for functions of the house
	Limit     int                          // nodes that may be looked at; 0 is [MaxVisits]
}

// Compile reads an expression. The error is [errs.Invalid], and a [SyntaxError] when it has a place in src; unknown
// functions and wrong numbers of arguments are found here, not when the expression is used.
func Compile(src string, f Functions) (*Expr, error) {
	return Options{Functions: f}.Compile(src)
}

// Compile reads an expression with these options; see [Compile].
func (o Options) Compile(src string) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, errs.Invalidf("expression of %d bytes: at most %d are allowed", len(src), MaxSource)
	}
	root, err := parse(src, o)
	if err != nil {
		return nil, err
	}
	return &Expr{src: src, root: root}, nil
}

// MustCompile is Compile for expressions that stand in the program itself; it panics on an error.
func MustCompile(src string, f Functions) *Expr {
	e, err := Compile(src, f)
	if err != nil {
		panic(fmt.Sprintf("expression %q: %v", src, err))
	}
	return e
}

// Source returns the text the expression was compiled from.
func (e *Expr) Source() string { return e.src }

// Eval returns the expression's value. Errors come from functions of the house, from the limit of visited nodes, and
// with [Options.Late] from calls that could not be made; the language itself has none: what can't be a number is NaN.
func (e *Expr) Eval(c Context) (Value, error) {
	r := start(&c)
	v := e.root.eval(&r.scope)
	return v, r.done(e)
}

// EvalBool returns the value as a boolean. A path is true when there is such a node.
func (e *Expr) EvalBool(c Context) (bool, error) {
	r := start(&c)
	v := r.scope.bool(e.root)
	return v, r.done(e)
}

// EvalString returns the value as text; of a node-set, the text of the first node in document order.
func (e *Expr) EvalString(c Context) (string, error) {
	r := start(&c)
	v := r.scope.str(e.root)
	return v, r.done(e)
}

// EvalNumber returns the value as a number, NaN when it isn't one.
func (e *Expr) EvalNumber(c Context) (float64, error) {
	r := start(&c)
	v := r.scope.num(e.root)
	return v, r.done(e)
}

// EvalNodes returns the nodes in document order. A value that isn't a node-set is [errs.Invalid].
func (e *Expr) EvalNodes(c Context) ([]*Node, error) {
	r := start(&c)
	v := e.root.eval(&r.scope)
	if err := r.done(e); err != nil {
		return nil, err
	}
	if v.kind != NodeSet {
		return nil, errs.Invalidf("%s: a %s, not a set of nodes", e.src, v.kind)
	}
	return v.nodes, nil
}

// run is one evaluation. Errors stick to it: after the first one every helper gives a zero value, so that functions
// need not ask at each step.
type run struct {
	scope scope
	ctx   *Context
	err   error
	left  int // nodes that may still be looked at
}

// scope is where in the tree a part of an expression is evaluated.
type scope struct {
	*run
	node      *Node
	pos, size int
}

func start(c *Context) *run {
	r := &run{ctx: c, left: c.Limit}
	if r.left == 0 {
		r.left = MaxVisits
	}
	r.scope = scope{run: r, node: c.Node, pos: 1, size: 1}
	return r
}

func (r *run) done(e *Expr) error {
	if r.err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", e.src, r.err)
}

func (r *run) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// visit counts nodes that are looked at and reports whether to go on.
func (r *run) visit(n int) bool {
	if r.err != nil {
		return false
	}
	r.left -= n
	if r.left < 0 {
		r.fail(errs.Invalidf("the expression looks at too many nodes"))
		return false
	}
	return true
}

func (r *run) zone() *time.Location {
	if r.ctx.Zone == nil {
		return time.UTC
	}
	return r.ctx.Zone
}
