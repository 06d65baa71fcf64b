package blob

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// piece is a block on its way through the stages.
type piece struct {
	buffer []byte // from its start: what was left of the piece before, then what came new
	came   []byte // new, to be hashed
	whole  []byte // whole chunks, to be sealed
	rest   []byte // what is behind them: it begins the next piece
	number uint64 // of the first of them
	sealed []byte
	ready  chan struct{} // closed when sealed
	users  atomic.Int32  // stages that still need it
}

// fill reads r until the piece is full, behind a copy of tail, and cuts it. end is what ended reading, nil when the
// piece is full. At least one byte is left behind the whole chunks: the last chunk of all isn't sealed here.
func (p *piece) fill(r io.Reader, tail []byte, number uint64) (end error) {
	if p.buffer == nil {
		p.buffer = make([]byte, block)
	}
	old := copy(p.buffer, tail)
	n, err := readFull(r, p.buffer[old:])
	p.came = p.buffer[old : old+n]
	whole := 0
	if old+n > 0 {
		whole = (old + n - 1) / chunk * chunk
	}
	p.whole, p.rest, p.number = p.buffer[:whole], p.buffer[whole:old+n], number
	return err
}

// readFull reads until b is full, and then returns nil. Unlike io.ReadFull it returns what ended r as it is: io.EOF is
// the end, and io.ErrUnexpectedEOF is a body that was cut, which must never pass for one that ended.
func readFull(r io.Reader, b []byte) (n int, err error) {
	for idle := 0; n < len(b); idle++ {
		m, err := r.Read(b[n:])
		n += m
		if err != nil && n < len(b) {
			return n, err
		}
		if m > 0 {
			idle = 0
		}
		if idle > 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// copy takes in all of r: hashes it, seals whole chunks and writes them to w, each stage beside the others. It returns
// how many bytes it has taken. An error of r leaves the sealer sound, with all bytes that came before it; after any
// other error the sealer can't be used any more.
func (s *sealer) copy(ctx context.Context, w io.Writer, r io.Reader) (n int64, err error) {
	first := &piece{buffer: make([]byte, 2*chunk)} // small: most files are
	end := first.fill(r, s.tail, s.next)
	if end != nil {
		// All that there is fits one piece: the stages aren't worth starting.
		return s.copySmall(w, first, end)
	}
	line := newLine(ctx, s, w)
	for p := first; ; {
		n += int64(len(p.came))
		s.next += uint64(len(p.whole) / chunk)
		s.tail = append(s.tail[:0], p.rest...)
		line.send(p)
		if end != nil || line.ctx.Err() != nil {
			break
		}
		p = line.free()
		end = p.fill(r, s.tail, s.next)
	}
	if err := line.wait(); err != nil {
		return n, err
	}
	if end == io.EOF {
		return n, nil
	}
	return n, end
}

func (s *sealer) copySmall(w io.Writer, p *piece, end error) (int64, error) {
	s.digest.write(p.came)
	s.next += uint64(len(p.whole) / chunk)
	s.tail = append(s.tail[:0], p.rest...)
	if len(p.whole) > 0 {
		if _, err := w.Write(s.seal(nil, p.whole, p.number)); err != nil {
			return int64(len(p.came)), err
		}
	}
	if end == io.EOF {
		end = nil
	}
	return int64(len(p.came)), end
}

// line is the stages: hashing, sealing (two), writing. The reader is whoever sends.
type line struct {
	ctx               context.Context
	stop              context.CancelCauseFunc
	hash, seal, write chan *piece
	back              chan *piece
	stages            sync.WaitGroup
	made              int
}

func newLine(ctx context.Context, s *sealer, w io.Writer) *line {
	l := &line{
		hash: make(chan *piece, blocks), seal: make(chan *piece, blocks), write: make(chan *piece, blocks),
		back: make(chan *piece, blocks), made: 1,
	}
	l.ctx, l.stop = context.WithCancelCause(ctx)
	l.stages.Go(func() {
		for p := range l.hash {
			s.digest.write(p.came)
			l.release(p)
		}
	})
	for range 2 {
		l.stages.Go(func() {
			for p := range l.seal {
				p.sealed = s.seal(p.sealed[:0], p.whole, p.number)
				close(p.ready)
				l.release(p)
			}
		})
	}
	l.stages.Go(func() {
		for p := range l.write {
			<-p.ready
			if l.ctx.Err() == nil && len(p.sealed) > 0 {
				if _, err := w.Write(p.sealed); err != nil {
					l.stop(err)
				}
			}
			l.release(p)
		}
	})
	return l
}

func (l *line) send(p *piece) {
	p.ready = make(chan struct{})
	p.users.Store(3)
	l.hash <- p
	l.seal <- p
	l.write <- p
}

func (l *line) release(p *piece) {
	if p.users.Add(-1) == 0 {
		l.back <- p
	}
}

// free returns a piece that no stage needs.
func (l *line) free() *piece {
	select {
	case p := <-l.back:
		return p
	default:
	}
	if l.made < blocks {
		l.made++
		return &piece{}
	}
	return <-l.back
}

// wait lets the stages end their work and returns why one of them couldn't.
func (l *line) wait() error {
	close(l.hash)
	close(l.seal)
	close(l.write)
	l.stages.Wait()
	err := context.Cause(l.ctx)
	l.stop(errors.New("done"))
	return err
}
