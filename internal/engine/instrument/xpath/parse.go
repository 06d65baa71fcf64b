package xpath

import (
	"fmt"
	"math"
)

// parse reads src into an expression. The grammar is XPath 1.0's, read by recursive descent; binary operators by
// their strength.
func parse(src string, o Options) (expr, error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, tokens: tokens, o: o}
	e, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != endToken {
		return nil, p.expected("an operator or the end")
	}
	return e, nil
}

type parser struct {
	src    string
	tokens []token
	at     int
	depth  int
	o      Options
}

func (p *parser) peek() token { return p.tokens[p.at] }

// ahead returns the token after the next one.
func (p *parser) ahead() token {
	return p.tokens[min(p.at+1, len(p.tokens)-1)]
}

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

func (t token) is(sign string) bool { return t.kind == signToken && t.text == sign }

func (p *parser) accept(sign string) bool {
	if p.peek().is(sign) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expected(want string) error {
	t := p.peek()
	return &SyntaxError{Column: column(p.src, t.at), Want: want, Got: t.String()}
}

func (p *parser) require(sign string) error {
	if !p.accept(sign) {
		return p.expected(quote(sign))
	}
	return nil
}

// enter counts how deep the expression is; leave goes back.
func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.expected(fmt.Sprintf("at most %d levels of nesting", MaxDepth))
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

type strength struct {
	op    operator
	level int
}

var operators = map[string]strength{
	"or":  {opOr, 1},
	"and": {opAnd, 2},
	"=":   {opEqual, 3}, "!=": {opNotEqual, 3},
	"<": {opLess, 4}, "<=": {opLessEqual, 4}, ">": {opMore, 4}, ">=": {opMoreEqual, 4},
	"+": {opAdd, 5}, "-": {opSubtract, 5},
	"*": {opMultiply, 6}, "div": {opDivide, 6}, "mod": {opModulo, 6},
}

// binary reads operands joined by operators that bind stronger than level. All of them group from the left.
func (p *parser) binary(level int) (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		op, ok := operators[t.text]
		if t.kind != signToken || !ok || op.level <= level {
			return left, nil
		}
		p.next()
		right, err := p.binary(op.level)
		if err != nil {
			return nil, err
		}
		left = &binary{op.op, left, right}
	}
}

func (p *parser) unary() (expr, error) {
	minus := 0
	for p.accept("-") {
		minus++
	}
	e, err := p.union()
	if err != nil {
		return nil, err
	}
	if minus == 0 {
		return e, nil
	}
	e = &negation{e}
	if minus%2 == 0 {
		e = &negation{e}
	}
	return e, nil
}

func (p *parser) union() (expr, error) {
	left, err := p.pathExpr()
	if err != nil {
		return nil, err
	}
	for p.accept("|") {
		right, err := p.pathExpr()
		if err != nil {
			return nil, err
		}
		left = &union{left, right}
	}
	return left, nil
}

// pathExpr reads a location path, or a value with predicates and steps after it.
func (p *parser) pathExpr() (expr, error) {
	if !p.startsValue() {
		return p.location()
	}
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	preds, err := p.predicates()
	if err != nil {
		return nil, err
	}
	if len(preds) > 0 {
		e = &filter{e, preds}
	}
	if !p.peek().is("/") && !p.peek().is("//") {
		return e, nil
	}
	steps, err := p.steps(nil)
	if err != nil {
		return nil, err
	}
	return newPath(e, false, steps), nil
}

// startsValue tells a literal, a call, a variable or a parenthesis from a location path.
func (p *parser) startsValue() bool {
	t := p.peek()
	switch t.kind {
	case numberToken, textToken, refToken:
		return true
	case nameToken:
		return p.ahead().is("(") && !isNodeType(t.text)
	}
	return t.is("(") || t.is("$")
}

func isNodeType(name string) bool {
	switch name {
	case "node", "text", "comment", "processing-instruction":
		return true
	}
	return false
}

func (p *parser) primary() (expr, error) {
	t := p.next()
	switch t.kind {
	case numberToken:
		return &constant{Num(ParseNumber(t.text))}, nil
	case textToken:
		return &constant{Text(t.text)}, nil
	case nameToken:
		return p.call(t)
	case refToken:
		return p.reference(t)
	}
	if t.text == "$" {
		if p.peek().kind != nameToken {
			return nil, p.expected("the name of a variable")
		}
		return &variable{p.next().text}, nil
	}
	e, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	return e, p.require(")")
}

// reference reads what ${name} stands for.
func (p *parser) reference(t token) (expr, error) {
	if p.o.Resolve == nil {
		return nil, &SyntaxError{Column: column(p.src, t.at), Want: "a value or a path", Got: t.String()}
	}
	path, err := p.o.Resolve(t.text)
	if err != nil {
		return nil, fmt.Errorf("column %d: %w", column(p.src, t.at), err)
	}
	inner := p.o
	inner.Resolve = nil
	e, err := parse(path, inner)
	if err != nil {
		return nil, fmt.Errorf("column %d: ${%s} stands for %s: %w", column(p.src, t.at), t.text, path, err)
	}
	return e, nil
}

func (p *parser) call(name token) (expr, error) {
	p.next() // the parenthesis that startsValue saw
	var args []expr
	for !p.accept(")") {
		if len(args) > 0 {
			if err := p.require(","); err != nil {
				return nil, p.expected("“,” or “)”")
			}
		}
		a, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		args = append(args, a)
	}
	e, err := link(name.text, args, p.o.Functions)
	if err == nil {
		return e, nil
	}
	if p.o.Late {
		return &lateCall{name.text, err}, nil
	}
	return nil, fmt.Errorf("column %d: %w", column(p.src, name.at), err)
}

func (p *parser) location() (expr, error) {
	switch {
	case p.peek().is("//"):
		steps, err := p.steps(nil)
		return newPath(nil, true, steps), err
	case p.accept("/"):
		if !p.startsStep() {
			return newPath(nil, true, nil), nil
		}
		first, err := p.step()
		if err != nil {
			return nil, err
		}
		steps, err := p.steps([]step{first})
		return newPath(nil, true, steps), err
	case !p.startsStep():
		return nil, p.expected("a value or a path")
	}
	first, err := p.step()
	if err != nil {
		return nil, err
	}
	steps, err := p.steps([]step{first})
	return newPath(nil, false, steps), err
}

func (p *parser) startsStep() bool {
	t := p.peek()
	return t.kind == nameToken || t.is(".") || t.is("..") || t.is("@")
}

// steps reads what follows each "/" and "//".
func (p *parser) steps(steps []step) ([]step, error) {
	for {
		switch {
		case p.accept("//"):
			steps = append(steps, step{axis: axisDescendantOrSelf, test: test{kind: testNode}})
		case !p.accept("/"):
			return shorten(steps), nil
		}
		s, err := p.step()
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
}

func (p *parser) step() (step, error) {
	switch {
	case p.accept("."):
		return p.withPredicates(step{axis: axisSelf, test: test{kind: testNode}})
	case p.accept(".."):
		return p.withPredicates(step{axis: axisParent, test: test{kind: testNode}})
	}
	s := step{axis: axisChild}
	switch {
	case p.accept("@"):
		s.axis = axisAttribute
	case p.ahead().is("::"):
		a, ok := axes[p.peek().text]
		if !ok {
			return s, p.expected("an axis")
		}
		s.axis = a
		p.next()
		p.next()
	}
	if p.peek().kind != nameToken {
		return s, p.expected("a name")
	}
	t, err := p.nodeTest()
	if err != nil {
		return s, err
	}
	s.test = t
	return p.withPredicates(s)
}

func (p *parser) withPredicates(s step) (step, error) {
	preds, err := p.predicates()
	s.preds = preds
	return s, err
}

func (p *parser) nodeTest() (test, error) {
	name := p.next()
	if !p.peek().is("(") || !isNodeType(name.text) {
		return p.nameTest(name)
	}
	p.next()
	t := test{kind: testNode}
	switch name.text {
	case "text":
		t.kind = testText
	case "comment":
		t.kind = testComment
	case "processing-instruction":
		t.kind = testInstruction
		if p.peek().kind == textToken {
			t.local = p.next().text
		}
	}
	return t, p.require(")")
}

func (p *parser) nameTest(name token) (test, error) {
	t := test{kind: testName, strict: p.o.Namespaces != nil}
	t.prefix, t.local = splitName(name.text)
	if !t.strict || t.prefix == "" {
		return t, nil
	}
	space, ok := p.o.Namespaces[t.prefix]
	if !ok && t.prefix != "xml" {
		return t, fmt.Errorf("%w: the prefix %s stands for no namespace",
			&SyntaxError{column(p.src, name.at), "a known prefix", name.String()}, t.prefix)
	}
	if !ok {
		space = xmlSpace
	}
	t.space = space
	return t, nil
}

func (p *parser) predicates() ([]predicate, error) {
	var preds []predicate
	for p.accept("[") {
		e, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		if err := p.require("]"); err != nil {
			return nil, p.expected("an operator or “]”")
		}
		preds = append(preds, newPredicate(e))
	}
	return preds, nil
}

func newPredicate(e expr) predicate {
	c, ok := e.(*constant)
	if ok && c.value.kind == Number && c.value.num >= 1 && c.value.num == math.Trunc(c.value.num) && c.value.num < 1<<31 {
		return predicate{at: int(c.value.num)}
	}
	return predicate{is: e}
}

// shorten turns "//name" into one step down where no predicate counts places, which saves a list of every node.
func shorten(steps []step) []step {
	for i := 0; i+1 < len(steps); i++ {
		down, then := steps[i], steps[i+1]
		if down.axis != axisDescendantOrSelf || down.test.kind != testNode || len(down.preds) > 0 {
			continue
		}
		if then.axis != axisChild || len(then.preds) > 0 {
			continue
		}
		then.axis = axisDescendant
		steps = append(append(steps[:i:i], then), steps[i+2:]...)
	}
	return steps
}
