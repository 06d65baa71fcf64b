package db

// Kept returns what a package keeps in memory of this database under a key of a type of its own, made by create when it
// is first asked for. It lasts as long as the database is open and is shared by all transactions, so it guards itself;
// what it says of rows has to be forgotten after they change, see [Tx.OnCommit].
func (t *Tx) Kept(key any, create func() any) any {
	if v, ok := t.kept.Load(key); ok {
		return v
	}
	v, _ := t.kept.LoadOrStore(key, create())
	return v
}
