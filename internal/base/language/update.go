package language

import "slices"

// Update brings a PO file up to what is used: sentences without an entry get one with empty texts, entries nobody uses
// go, and the order becomes that of used. Sentences that known already has in the language (those of package language, or
// of a folder loaded before) get none. What was translated stays as it was.
func Update(file *File, tag Tag, used []Use, known *Catalog) (*File, error) {
	t, err := newTongue(tag)
	if err != nil {
		return nil, err
	}
	old := map[string]Message{}
	for _, m := range file.Messages {
		old[m.ID] = m
	}
	updated := &File{Header: file.Header}
	seen := map[string]bool{}
	for _, u := range used {
		if seen[u.Msg] || known.has(tag, u.Msg) {
			continue
		}
		seen[u.Msg] = true
		updated.Messages = append(updated.Messages, t.entry(u, old[u.Msg]))
	}
	return updated, nil
}

func (c *Catalog) has(tag Tag, msg string) bool {
	t, ok := c.tongues[tag]
	if !ok {
		return false
	}
	_, ok = t.messages[msg]
	return ok
}

// entry keeps the old message where it fits the use; a plural that has become another one begins anew.
func (t *tongue) entry(u Use, old Message) Message {
	if old.ID == u.Msg && old.Plural == u.Plural {
		return old
	}
	m := Message{ID: u.Msg, Plural: u.Plural, Text: []string{""}}
	if u.Plural != "" {
		m.Text = slices.Repeat([]string{""}, len(t.forms))
	}
	return m
}
