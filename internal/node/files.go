package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// ExportTo writes what waits for a peer into a folder. to is the peer's node id, or the code of its State when only one
// peer is of that State. Messages that are still waiting for their seal are sealed first.
func (n *Node) ExportTo(ctx context.Context, to, dir string) ([]string, error) {
	peer, err := n.peer(ctx, to)
	if err != nil {
		return nil, err
	}
	if err := n.settle(ctx); err != nil {
		return nil, err
	}
	return n.Exchange.Export(ctx, access.HouseItself(), peer, dir)
}

func (n *Node) peer(ctx context.Context, to string) (found id.ID, err error) {
	err = n.DB.Reader.Read(ctx, db.House("export"), func(tx *db.Tx) error {
		peers, err := exchange.Peers(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range peers {
			if string(p.Node) == to || p.State == to {
				if found != "" {
					return errs.Invalidf("several nodes are of %s: name one by its id", to)
				}
				found = p.Node
			}
		}
		if found == "" {
			return fmt.Errorf("no node %q is known here: %w", to, errs.NotFound)
		}
		return nil
	})
	return found, err
}

// settle does the work that waits, for a command that runs beside no server.
func (n *Node) settle(ctx context.Context) error {
	if err := n.Log.Place(ctx); err != nil {
		return err
	}
	if err := n.Log.Sign(ctx); err != nil {
		return err
	}
	return n.Exchange.SealWaiting(ctx)
}

// Imported is what became of one file.
type Imported struct {
	Name string
	exchange.Taken
}

// ImportFrom takes in a file, or every .age file of a folder, in the order of their names.
func (n *Node) ImportFrom(ctx context.Context, path string) ([]Imported, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, disk.Explain(err)
	}
	if !info.IsDir() {
		t, err := n.Exchange.ImportFile(ctx, path)
		return []Imported{{path, t}}, err
	}
	taken, err := n.Exchange.ImportDir(ctx, path)
	var all []Imported
	for name, t := range taken {
		all = append(all, Imported{name, t})
	}
	slices.SortFunc(all, func(a, b Imported) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	return all, err
}

// WriteProof writes the proof of an entry and the entry's bytes into a folder. An entry without a place yet is
// [errs.Unavailable].
func (n *Node) WriteProof(ctx context.Context, entry, dir string) error {
	e, err := id.Parse(entry)
	if err != nil {
		return err
	}
	proof, placed, err := n.Log.Prove(ctx, e)
	if err != nil {
		return err
	}
	if !placed {
		return fmt.Errorf("entry %s waits for its place: %w", e, errs.Unavailable)
	}
	leaf, _, err := n.Log.Entry(ctx, e)
	if err != nil {
		return err
	}
	if err := disk.WriteFile(filepath.Join(dir, entry+".tlog-proof"), proof, 0o644); err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(dir, entry+".json"), leaf, 0o644)
}
