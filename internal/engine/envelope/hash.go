package envelope

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"

	"golang.org/x/sync/errgroup"
)

// entrySum is what the bytes of one entry have.
type entrySum struct {
	sha256 Digest
	crc    uint32
}

// hashBlock is how much is read at once.
const hashBlock = 1 << 20

// hash reads the container from its first byte to its last and fills in the digests of it, of every entry and of the
// bytes as they came. Reading (with age's work in it), the container's digest and the entries' go side by side.
func (p *opening) hash() error {
	var g errgroup.Group
	forContainer, forEntries := make(chan []byte, 1), make(chan []byte, 1)
	container := sha256.New()
	sums := make([]entrySum, len(p.entries))
	g.Go(func() error {
		defer close(forContainer)
		defer close(forEntries)
		return readBlocks(p.plain, p.plainSize, func(b []byte) {
			forContainer <- b
			forEntries <- b
		})
	})
	g.Go(func() error {
		for b := range forContainer {
			container.Write(b)
		}
		return nil
	})
	g.Go(func() error {
		hashEntries(forEntries, p.entries, sums)
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	p.sums = sums
	p.known.Container = sumOf(container)
	return p.hashTransport()
}

// hashTransport digests the bytes as they came, which are the container's when nothing is encrypted.
func (p *opening) hashTransport() error {
	if !p.encrypted {
		p.known.Transport = p.known.Container
		return nil
	}
	h := sha256.New()
	if err := readBlocks(p.raw, p.size, func(b []byte) { h.Write(b) }); err != nil {
		return err
	}
	p.known.Transport = sumOf(h)
	return nil
}

// completeDigests fills in what a signed receipt for a refused file needs and no step got to. A container that can't be
// read to its end has no digest.
func (p *opening) completeDigests() {
	if p.known.Transport != "" {
		return
	}
	if p.hash() != nil {
		p.known.Container = ""
	}
	if p.known.Transport == "" && p.hashTransport() != nil {
		p.known.Transport = ""
	}
}

// readBlocks gives all bytes in blocks. A block is filled anew for the third that follows it: by then a taker behind a
// channel with room for one has finished it.
func readBlocks(r io.ReaderAt, size int64, take func([]byte)) error {
	var ring [3][]byte
	for at, i := int64(0), 0; at < size; i++ {
		n := min(hashBlock, size-at)
		if ring[i%len(ring)] == nil {
			ring[i%len(ring)] = make([]byte, n)
		}
		b := ring[i%len(ring)][:n]
		if _, err := readAt(r, b, at, size); err != nil {
			return err
		}
		take(b)
		at += n
	}
	return nil
}

// hashEntries digests each entry's own bytes out of the blocks of the whole.
func hashEntries(blocks <-chan []byte, entries []zipEntry, sums []entrySum) {
	var at int64
	i, sum, crc := 0, sha256.New(), crc32.NewIEEE()
	for b := range blocks {
		end := at + int64(len(b))
		for i < len(entries) {
			from, to := max(entries[i].data(), at), min(entries[i].end(), end)
			if from < to {
				sum.Write(b[from-at : to-at])
				crc.Write(b[from-at : to-at])
			}
			if entries[i].end() > end {
				break
			}
			sums[i] = entrySum{sumOf(sum), crc.Sum32()}
			sum.Reset()
			crc.Reset()
			i++
		}
		at = end
	}
}

func sumOf(h hash.Hash) Digest { return Digest(hex.EncodeToString(h.Sum(nil))) }
