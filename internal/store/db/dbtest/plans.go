package dbtest

import (
	"database/sql"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// small lists the tables that stay small however long a node works, with the reason: a scan of them costs nothing.
func small() map[string]string {
	return map[string]string{
		"migration_file":   "one row for each file of ours",
		"person":           "the staff of one authority",
		"study":            "some studies in a node's life",
		"office":           "the offices of one authority",
		"grant_role":       "a few roles for each person",
		"deputy":           "a few absences a year",
		"peer":             "at most one node for each authority that we deal with",
		"peer_card":        "a few cards for each peer",
		"ledger_head":      "one row",
		"witness_origin":   "one row for each peer",
		"job":              "what waits; done work is removed",
		"setting":          "a few rows",
		"authority":        "some hundreds of authorities of all States",
		"directory_import": "a few imports a year",
	}
}

var scan = regexp.MustCompile(`^SCAN (\w+)`)

// plans collects the SQL texts that ran.
type plans struct{ seen sync.Map }

func (p *plans) see(q string) { p.seen.Store(q, true) }

// check puts each text to EXPLAIN QUERY PLAN and reports the scans of tables that grow.
func (p *plans) check(t testing.TB, path string) {
	t.Helper()
	c, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	p.seen.Range(func(q, _ any) bool {
		for _, line := range explain(t, c, q.(string)) {
			m := scan.FindStringSubmatch(line)
			if m == nil || strings.Contains(line, "USING") || allowed(m[1], q.(string)) {
				continue
			}
			t.Errorf("query plan %q for\n%s\nread a whole table that grows: add an index, or the table to small() with its reason", line, q)
		}
		return true
	})
}

// allowed reports whether the scanned name is a small table, or an alias, a derived or a constant row set of the text.
func allowed(name, query string) bool {
	if _, ok := small()[name]; ok || name == "CONSTANT" {
		return true
	}
	// A derived row set: what it is made from has a line of its own in the plan.
	if regexp.MustCompile(`(?i)\b` + name + `\s+AS\s*\(|\)\s+AS\s+` + name + `\b`).MatchString(query) {
		return true
	}
	for table := range small() {
		if regexp.MustCompile(`(?i)\b` + table + `\s+(AS\s+)?` + name + `\b`).MatchString(query) {
			return true
		}
	}
	return false
}

func explain(t testing.TB, c *sql.DB, q string) []string {
	verb := strings.ToUpper(strings.Fields(q)[0])
	if verb != "SELECT" && verb != "UPDATE" && verb != "DELETE" && verb != "WITH" {
		return nil
	}
	args := make([]any, strings.Count(q, "?"))
	rows, err := c.Query("EXPLAIN QUERY PLAN "+q, args...)
	if err != nil {
		t.Errorf("explain %s: %v", q, err)
		return nil
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var a, b, c int
		var detail string
		if err := rows.Scan(&a, &b, &c, &detail); err != nil {
			t.Error(err)
			return lines
		}
		lines = append(lines, detail)
	}
	return lines
}
