package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

// witnessPath is where a node cosigns checkpoints of others, exactly as C2SP tlog-witness has it.
const witnessPath = "/exchange/v1/witness/add-checkpoint"

// Limits of what goes to a witness and what comes back, in bytes.
const (
	maxWitnessBody   = 128 << 10
	maxWitnessAnswer = 64 << 10
)

// Cosigner cosigns the checkpoints of other nodes' logs: the node's [ledger.Witness].
type Cosigner interface {
	AddCheckpoint(ctx context.Context, body []byte) ([]byte, error)
	// Compare is [errs.Conflict] when a checkpoint contradicts what is known of its log, and a [*ledger.Refusal] when
	// it is of a log that isn't known.
	Compare(ctx context.Context, checkpoint []byte) error
}

// Cosign names who cosigns here; it is called while the node is wired. Without one the node is no witness.
func (x *Exchange) Cosign(w Cosigner) { x.cosigner = w }

// peerOfLog is the trusted peer on whose pinned card the log of the origin stands.
func (x *Exchange) peerOfLog(ctx context.Context, origin string) (found Peer, err error) {
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		peers, err := Peers(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range peers {
			if p.Status == Trusted && slices.ContainsFunc(p.Card.Ledger, func(k string) bool { return strings.HasPrefix(k, origin+"+") }) {
				found = p
				return nil
			}
		}
		return fmt.Errorf("log %s: %w", origin, errs.NotFound)
	})
	return found, err
}

// LogKeys returns the verifier keys of the log of an origin: those of the one peer on whose pinned card it stands.
func (x *Exchange) LogKeys(ctx context.Context, origin string) (keys []string, err error) {
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		peers, err := Peers(ctx, tx)
		for _, p := range peers {
			if p.Status != Trusted {
				continue
			}
			for _, k := range p.Card.Ledger {
				if strings.HasPrefix(k, origin+"+") {
					keys = append(keys, k)
				}
			}
		}
		return err
	})
	return keys, err
}

// WitnessKeys returns the keys with which trusted peers cosign our checkpoints.
func WitnessKeys(ctx context.Context, tx *db.Tx) (keys []string, err error) {
	peers, err := Peers(ctx, tx)
	for _, p := range peers {
		if p.Status == Trusted {
			keys = append(keys, p.Card.Witness...)
		}
	}
	return keys, err
}

// addCheckpoint cosigns a peer's checkpoint when the peer shows that its log has merely grown.
func (in *Inbox) addCheckpoint(w http.ResponseWriter, r *http.Request) {
	if in.x.cosigner == nil {
		http.Error(w, "this node is no witness", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWitnessBody))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	line, err := in.x.cosigner.AddCheckpoint(r.Context(), body)
	var refused *ledger.Refusal
	if errors.As(err, &refused) && refused.Split {
		_, checkpoint, _ := bytes.Cut(body, []byte("\n\n"))
		if e := in.x.tellSplit(r.Context(), checkpoint); e != nil {
			in.x.slog.Error("two histories of a log could not be told to people", "peer", peerOf(r).Node, "err", e)
		}
	}
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusConflict:
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		_, _ = fmt.Fprintf(w, "%d\n", refused.Size)
	case errors.As(err, &refused):
		http.Error(w, refused.Error(), refused.Status)
	case err != nil:
		in.x.slog.Error("a checkpoint could not be cosigned", "peer", peerOf(r).Node, "err", err)
		http.Error(w, "this can't be done now", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(line)
	}
}

// witnessKind asks a peer to cosign our newest checkpoint.
var witnessKind = job.Kind[witnessArgs]{Name: "exchange.witness"}

type witnessArgs struct {
	Peer id.ID `json:"peer"`
}

// witnessAfter gathers what a burst of envelopes asks for into one question.
const witnessAfter = time.Second

// askWitnesses asks, once the act has its place, every peer that can be reached to cosign a checkpoint that covers it.
// Nothing waits for their answers.
func (x *Exchange) askWitnesses(ctx context.Context, c *desk.Change) error {
	peers, err := Peers(ctx, c.Tx)
	if err != nil {
		return err
	}
	for _, p := range peers {
		if p.Status != Trusted || p.URL == "" || len(p.Card.Witness) == 0 {
			continue
		}
		if err := desk.Later(c, witnessKind, witnessArgs{Peer: p.Node}, job.Unique(string(p.Node)), job.After(witnessAfter)); err != nil {
			return err
		}
	}
	return nil
}

// witness has a peer cosign our newest checkpoint. A peer that doesn't answer is asked again after the next envelope.
func (x *Exchange) witness(ctx context.Context, a witnessArgs) error {
	var p Peer
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		p, err = getPeer(ctx, tx, a.Peer)
		return err
	})
	if err != nil || p.Status != Trusted || p.URL == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	client := x.client(p)
	defer client.CloseIdleConnections()
	last, err := x.cosignedBy(ctx, client, p, 0)
	if err == nil && last > 0 {
		last, err = x.cosignedBy(ctx, client, p, last)
	}
	switch {
	case errors.Is(err, errs.Unavailable):
		x.slog.Warn("a witness did not answer; it is asked again after the next envelope", "peer", p.Node, "err", err)
		return nil
	case err != nil:
		return job.Stop(fmt.Errorf("witness %s: %w", p.Node, err))
	case last > 0:
		return fmt.Errorf("witness %s: asked by another process meanwhile: %w", p.Node, errs.Unavailable)
	}
	return nil
}

// cosignedBy asks once, from the size that the peer is believed to have cosigned last. When that isn't so it returns
// the size that the peer names; 0 says that the cosignature is here.
func (x *Exchange) cosignedBy(ctx context.Context, client *http.Client, p Peer, old int64) (last int64, err error) {
	body, size, err := x.log.WitnessRequest(ctx, old)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.URL, "/")+witnessPath, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", err, errs.Unavailable)
	}
	defer drain(resp)
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxWitnessAnswer))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", err, errs.Unavailable)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		_, err = x.log.AddCosignatures(ctx, size, answer, p.Card.Witness...)
		return 0, err
	case http.StatusConflict:
		last, err := strconv.ParseInt(strings.TrimSpace(string(answer)), 10, 64)
		if err != nil || last <= 0 || last == old {
			return 0, errs.Invalidf("it refuses and names no size that it has cosigned: %.40q", answer)
		}
		return last, nil
	}
	return 0, fmt.Errorf("it answered %d %.200q: %w", resp.StatusCode, answer, errs.Unavailable)
}
