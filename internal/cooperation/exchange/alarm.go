package exchange

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Contradiction is how a node has contradicted itself.
type Contradiction string

// Two messages under one number, one id with two contents, two histories of one log.
const (
	Forked   Contradiction = "fork"
	Replaced Contradiction = "replaced"
	TwoFaced Contradiction = "split"
)

// Alarm tells people that a node contradicts itself. Everything that shows it is kept; nothing is decided by it.
type Alarm struct {
	ID        id.ID
	At        time.Time
	Kind      Contradiction
	Peer      id.ID
	Message   id.ID  // kept without effect, "" for none
	Chain     string // of the message
	Number    int64
	SettledBy id.ID // "" while people haven't said what was the matter
	SettledAt time.Time
	How       string

	about string // what tells it from another of its kind
}

// alarm joins an act: it is kept and entered once, however often the same thing is found.
func alarm(ctx context.Context, c *desk.Change, a Alarm) error {
	fresh, err := keepAlarm(ctx, c, a)
	if fresh {
		c.Also("peer.alarm", id.NewRef(KindPeer, a.Peer), a.facts())
	}
	return err
}

// raise is [alarm] as an act of its own.
func (x *Exchange) raise(ctx context.Context, a Alarm) error {
	err := x.desk.Do(ctx, access.HouseItself(), "peer.alarm", id.NewRef(KindPeer, a.Peer), func(c *desk.Change) error {
		c.Record(a.facts())
		_, err := keepAlarm(ctx, c, a)
		return err
	})
	if err != nil {
		return fmt.Errorf("tell of node %s: %w", a.Peer, err)
	}
	x.slog.Warn("a node contradicts itself; people are told", "peer", a.Peer, "how", a.Kind, "message", a.Message)
	return nil
}

func (a Alarm) facts() map[string]any {
	return map[string]any{"contradiction": a.Kind, "envelope": a.Message}
}

func keepAlarm(ctx context.Context, c *desk.Change, a Alarm) (fresh bool, err error) {
	n, err := c.Exec(ctx, `
		INSERT INTO peer_alarm (id, at, kind, peer, about, message_id, chain, number, settled_by, how) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')
		ON CONFLICT (kind, peer, about) DO NOTHING`,
		id.New(c.Now()), c.Now(), a.Kind, a.Peer, a.about, a.Message, a.Chain, a.Number)
	return n > 0, err
}

const alarmColumns = `id, at, kind, peer, message_id, chain, number, settled_by, settled_at, how`

func scanAlarm(s db.Scan) (a Alarm, err error) {
	return a, s(&a.ID, &a.At, &a.Kind, &a.Peer, &a.Message, &a.Chain, &a.Number, &a.SettledBy, &a.SettledAt, &a.How)
}

// mostAlarms is how many alarms are shown at once.
const mostAlarms = 20

// OpenAlarms lists the newest alarms that nobody has settled.
func OpenAlarms(ctx context.Context, tx *db.Tx) ([]Alarm, error) {
	rows, err := tx.Query(ctx, `SELECT `+alarmColumns+` FROM peer_alarm WHERE settled_by = '' ORDER BY id DESC LIMIT ?`, mostAlarms)
	return db.Collect(rows, err, scanAlarm)
}

// AlarmsOf lists the newest alarms about a peer, settled or not.
func AlarmsOf(ctx context.Context, tx *db.Tx, peer id.ID) ([]Alarm, error) {
	rows, err := tx.Query(ctx, `SELECT `+alarmColumns+` FROM peer_alarm WHERE peer = ? ORDER BY id DESC LIMIT ?`, peer, mostAlarms)
	return db.Collect(rows, err, scanAlarm)
}

// SettleAlarm closes an alarm with what people found out. What was kept stays kept, and a message without effect stays so.
func (x *Exchange) SettleAlarm(ctx context.Context, who access.Person, peer, n id.ID, how string, entry id.ID) error {
	return x.desk.Do(ctx, who, "peer.alarm.settle", id.NewRef(KindPeer, peer), func(c *desk.Change) error {
		done, err := c.Exec(ctx, `
			UPDATE peer_alarm SET settled_by = ?, settled_at = ?, how = ? WHERE id = ? AND peer = ? AND settled_by = ''`, who.ID, c.Now(), how, n, peer)
		if err == nil && done == 0 {
			err = errs.Conflict
		}
		return err
	}, desk.Once(entry))
}
