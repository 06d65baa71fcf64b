package blob

import (
	"io"
	"sync"
)

// readAhead is how many blocks are decrypted before they are asked for.
const readAhead = 4

// WriteTo writes what is left from the current place on, decrypting ahead on all processors: io.Copy finds it.
func (p *Plain) WriteTo(w io.Writer) (int64, error) {
	at, err := p.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	n, err := p.writeFrom(w, at)
	if _, serr := p.Seek(at+n, io.SeekStart); err == nil {
		err = serr
	}
	return n, err
}

// segment is a block being decrypted.
type segment struct {
	plain []byte
	err   error
	ready chan struct{}
}

func (p *Plain) writeFrom(w io.Writer, at int64) (n int64, err error) {
	ahead := make(chan *segment, readAhead)
	stop := make(chan struct{})
	var producer sync.WaitGroup
	producer.Go(func() { p.decryptAhead(at, ahead, stop) })
	defer producer.Wait()
	defer close(stop)
	for s := range ahead {
		<-s.ready
		if s.err != nil {
			return n, s.err
		}
		m, err := w.Write(s.plain)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// decryptAhead sends the blocks from at to the end, in order, each while it is still being decrypted.
func (p *Plain) decryptAhead(at int64, ahead chan<- *segment, stop <-chan struct{}) {
	var readers sync.WaitGroup
	defer readers.Wait()
	defer close(ahead)
	for at < p.Size() {
		end := min(p.Size(), (at/block+1)*block) // at the chunks' edges, so that none is decrypted twice
		s := &segment{plain: make([]byte, end-at), ready: make(chan struct{})}
		from := at
		select {
		case <-stop:
			return
		case ahead <- s:
		}
		readers.Go(func() {
			defer close(s.ready)
			if got, err := p.ReadAt(s.plain, from); got < len(s.plain) {
				s.err = err
			}
		})
		at = end
	}
}
