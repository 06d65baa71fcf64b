package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"net/http"

	"github.com/digitorus/timestamp"

	"comity/internal/base/errs"
)

// maxAnswer is the most bytes that an authority may answer with.
const maxAnswer = stampRoom

// HTTP returns a TSA that asks the authority at the address over HTTP (RFC 3161, 3.4). The client has to have a timeout.
// An authority that cannot be reached, refuses, or answers what was not asked is [errs.Unavailable].
func HTTP(client *http.Client, url string) TSA {
	return func(ctx context.Context, digest []byte) ([]byte, error) {
		token, err := ask(ctx, client, url, digest)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errs.Unavailable, err)
		}
		return token, nil
	}
}

func ask(ctx context.Context, client *http.Client, url string, digest []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	// The authority's certificate is asked for: without it in the token nobody could check it later.
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest, Nonce: nonce, Certificates: true}).Marshal()
	if err != nil {
		return nil, err
	}
	answer, err := post(ctx, client, url, query)
	if err != nil {
		return nil, err
	}
	ts, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	if ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, digest) || ts.Nonce == nil || ts.Nonce.Cmp(nonce) != 0 {
		return nil, fmt.Errorf("the answer is to another question")
	}
	return ts.RawToken, nil
}

func post(ctx context.Context, client *http.Client, url string, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", resp.Status)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("answer of more than %d bytes", maxAnswer)
	}
	return answer, nil
}
