package envelope

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
)

// wants fails unless the file is refused by exactly this check and for this reason.
func wants(t *testing.T, file []byte, o Options, check Check, why string) *Refusal {
	t.Helper()
	_, err := openBytes(file, o)
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("Open = %v, want a refusal by %s", err, check)
	}
	if r.Check != check || !strings.Contains(r.Detail, why) {
		t.Errorf("Open = %v, want %s: …%s…", r, check, why)
	}
	if !errors.Is(err, errs.Invalid) {
		t.Errorf("Open = %v, which is not errs.Invalid", err)
	}
	last := r.Results[slices.IndexFunc(r.Results, func(c Result) bool { return c.State == Failed })]
	if last.Check != check {
		t.Errorf("the results say that %s failed, want %s", last.Check, check)
	}
	return r
}

// TestForgeIsSound: what the other tests change is good before they change it.
func TestForgeIsSound(t *testing.T) {
	from, to := nodes(t)
	if _, err := openBytes(encrypt(t, forge(t, from, to).build(t), to), optionsOf(from, to)); err != nil {
		t.Fatal(err)
	}
}

// find returns the place of an entry.
func find(entries []rawEntry, name string) int {
	return slices.IndexFunc(entries, func(e rawEntry) bool { return e.Name == name })
}

// set16 changes two bytes of a record.
func set16(at int, v uint16) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint16(b[at:], v)
		return b
	}
}

func TestOpen_refusesZip(t *testing.T) {
	from, to := nodes(t)
	letter := raw(LetterPath, []byte("%PDF-1.7 another letter"))
	onEntries := func(change func([]rawEntry) []rawEntry) func(*forgery) {
		return func(f *forgery) { f.entries = change }
	}
	onLetter := func(local, central func([]byte) []byte) func(*forgery) {
		return onEntries(func(e []rawEntry) []rawEntry {
			i := find(e, LetterPath)
			e[i].local, e[i].central = local, central
			return e
		})
	}
	for name, c := range map[string]struct {
		change func(*forgery)
		why    string
	}{
		"a second letter before the true one": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, find(e, LetterPath), letter)
		}), `"letter.pdf" stands twice`},
		"a second letter after the true one": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, find(e, LetterPath)+1, letter)
		}), `"letter.pdf" stands twice`},
		"a data descriptor": {onEntries(func(e []rawEntry) []rawEntry {
			i := find(e, LetterPath)
			e[i].local, e[i].central = set16(6, 8), set16(8, 8)
			e[i].after = make([]byte, 16)
			return e
		}), "data descriptor"},
		"a flag":                   {onLetter(set16(6, 0x800), set16(8, 0x800)), "flags 0x0800"},
		"a zip password":           {onLetter(set16(6, 1), set16(8, 1)), "encrypted by zip"},
		"a compressed entry":       {onLetter(set16(8, 8), set16(10, 8)), "compressed (method 8)"},
		"a time":                   {onLetter(set16(10, 1), set16(12, 1)), "time of its own"},
		"a date":                   {onLetter(set16(12, 0x5d77), set16(14, 0x5d77)), "time of its own"},
		"a version":                {onLetter(set16(4, 10), set16(6, 10)), "a field that the format doesn't"},
		"two sizes":                {onLetter(set16(18, 7), nil), "two sizes"},
		"another central CRC":      {onLetter(nil, set16(16, 7)), "says something else than its local header"},
		"another central size":     {onLetter(nil, set16(24, 7)), "says something else than its local header"},
		"a central attribute":      {onLetter(nil, set16(38, 7)), "says something else than its local header"},
		"another central offset":   {onLetter(nil, set16(42, 7)), "says something else than its local header"},
		"a made-by system of Unix": {onLetter(nil, set16(4, 0x314)), "says something else than its local header"},
		"local name and central name differ": {onLetter(nil, func(b []byte) []byte {
			return bytes.Replace(b, []byte("letter"), []byte("better"), 1)
		}), "says something else than its local header"},
		"an extra field": {onLetter(func(b []byte) []byte {
			binary.LittleEndian.PutUint16(b[28:], 4)
			return append(b, 0xfe, 0xca, 0, 0)
		}, nil), "extra field"},
		"an extra field in the directory": {onLetter(nil, func(b []byte) []byte {
			binary.LittleEndian.PutUint16(b[30:], 4)
			return append(b, 0xfe, 0xca, 0, 0)
		}), "letter.pdf"},
		"an entry's comment": {onLetter(nil, func(b []byte) []byte {
			binary.LittleEndian.PutUint16(b[32:], 2)
			return append(b, 'h', 'i')
		}), "letter.pdf"},
		"a comment": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return append(set16(len(b)-2, 2)(b), 'h', 'i') }
		}, "2 bytes too many"},
		"bytes before the beginning": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return append([]byte("#!/bin/sh\n"), b...) }
		}, "at byte 0: neither an entry"},
		"bytes after the end": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return append(b, 0) }
		}, "1 bytes too many"},
		"bytes between two entries": {onEntries(func(e []rawEntry) []rawEntry {
			e[4].after = []byte("PK")
			return e
		}), "neither an entry nor the central directory"},
		"cut in the end record": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return b[:len(b)-1] }
		}, "ends in the middle"},
		"cut in the directory": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return b[:len(b)-60] }
		}, "ends in the middle"},
		"the end record's count": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return set16(len(b)-12, 3)(b) }
		}, "end record"},
		"nothing": {func(f *forgery) { f.zip = func([]byte) []byte { return nil } }, "ends in the middle"},
		"only an end record": {func(f *forgery) {
			f.zip = func([]byte) []byte { return zipEnd(nil) }
		}, "neither an entry"},
		"two sound zips glued": {func(f *forgery) {
			f.zip = func(b []byte) []byte { return append(b, b...) }
		}, "bytes too many"},
		"more entries than the directory has": {onEntries(func(e []rawEntry) []rawEntry {
			e[len(e)-2].central = func([]byte) []byte { return nil }
			return e
		}), "says something else"},
		"a stray META-INF entry": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, 3, raw("META-INF/manifest.xml", []byte("<x/>")))
		}), "META-INF holds one manifest and one signature"},
		"a second signature": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, 3, raw("META-INF/signature002.p7s", e[2].bytes))
		}), "META-INF holds one manifest and one signature"},
		"a signature at the end": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, len(e)-1, e[2])
		}), "stands twice"},
		"no mimetype":        {onEntries(func(e []rawEntry) []rawEntry { return e[1:] }), "entry 1 has to be mimetype"},
		"no signature":       {onEntries(func(e []rawEntry) []rawEntry { return slices.Delete(e, 2, 3) }), "entry 3 has to be META-INF/signature001.p7s"},
		"no sums at the end": {onEntries(func(e []rawEntry) []rawEntry { return e[:len(e)-1] }), "the last entry"},
		"901 entries": {onEntries(func(e []rawEntry) []rawEntry {
			for i := 0; len(e) < 901; i++ {
				e = slices.Insert(e, len(e)-1, raw(fmt.Sprintf("annex/%03d.txt", i), nil))
			}
			return e
		}), "more than 900"},
		"a size beyond the end": {onLetter(func(b []byte) []byte {
			binary.LittleEndian.PutUint32(b[18:], 1<<30)
			binary.LittleEndian.PutUint32(b[22:], 1<<30)
			return b
		}, nil), "beyond the end"},
		"a zip64 size beyond everything": {onLetter(func(b []byte) []byte {
			b = set16(28, 20)(set16(4, need64)(b))
			binary.LittleEndian.PutUint32(b[18:], 0xffffffff)
			binary.LittleEndian.PutUint32(b[22:], 0xffffffff)
			return append64(b, 1<<62, 1<<62)
		}, nil), "beyond the end"},
		"zip64 where nothing needs it": {onLetter(func(b []byte) []byte {
			b = set16(28, 20)(set16(4, need64)(b))
			binary.LittleEndian.PutUint32(b[18:], 0xffffffff)
			binary.LittleEndian.PutUint32(b[22:], 0xffffffff)
			return append64(b, 25, 25)
		}, nil), "a field that the format doesn't"},
		"a file that is a folder": {onEntries(func(e []rawEntry) []rawEntry {
			return slices.Insert(e, len(e)-1, raw("annex/01-order.pdf/x", nil))
		}), "the folder of"},
	} {
		t.Run(name, func(t *testing.T) {
			f := forge(t, from, to)
			c.change(f)
			wants(t, encrypt(t, f.build(t), to), optionsOf(from, to), BadZip, c.why)
		})
	}
}

func TestOpen_refusesNames(t *testing.T) {
	from, to := nodes(t)
	for name, why := range map[string]string{
		"Letter.pdf": "first character", "letter.PDF": "only small letters", "/etc/passwd": "first character",
		"../x": "first character", "annex/../x": "only dots", "annex//x": "only dots", "annex/": "only dots",
		"annex/.": "only dots", "annex\\x": "only small letters", "c:x": "only small letters",
		"annex/é.pdf": "only small letters", "annex/a b": "only small letters", "annex/a\x00b": "only small letters",
		"": "name \"\" of 0 bytes", strings.Repeat("a", 201): "201 bytes", "meta-inf/../x": "only dots", ".x": "first character",
		"META-INF/ASiCManifest002.xml": "META-INF holds",
	} {
		t.Run(name, func(t *testing.T) {
			f := forge(t, from, to)
			f.entries = func(e []rawEntry) []rawEntry { return slices.Insert(e, len(e)-1, raw(name, nil)) }
			wants(t, encrypt(t, f.build(t), to), optionsOf(from, to), BadZip, why)
		})
	}
}

// Every other check, each with a file that is sound but for that.
func TestOpen_refuses(t *testing.T) {
	from, to := nodes(t)
	stranger, err := makeNode("XC", now)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(change func(map[string]any)) func(*testing.T, *forgery, *Options) {
		return func(t *testing.T, f *forgery, _ *Options) { f.edit(t, change) }
	}
	set := func(name string, v any) func(*testing.T, *forgery, *Options) {
		return edit(func(m map[string]any) { m[name] = v })
	}
	in := func(object, name string, v any) func(*testing.T, *forgery, *Options) {
		return edit(func(m map[string]any) { m[object].(map[string]any)[name] = v })
	}
	text := func(old, by string) func(*testing.T, *forgery, *Options) {
		return func(t *testing.T, f *forgery, _ *Options) { f.replace(t, old, by) }
	}
	option := func(change func(*Options)) func(*testing.T, *forgery, *Options) {
		return func(_ *testing.T, _ *forgery, o *Options) { change(o) }
	}
	for name, c := range map[string]struct {
		change func(*testing.T, *forgery, *Options)
		check  Check
		why    string
	}{
		"larger than what is taken": {option(func(o *Options) { o.Max = 1000 }), TooLarge, "at most 1000"},
		"another's key":             {option(func(o *Options) { o.Keys = []Identity{stranger.open} }), WrongKey, "none of the 1 keys"},
		"no key":                    {option(func(o *Options) { o.Keys = nil }), WrongKey, "none of the 0 keys"},
		"another mimetype": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry {
				e[0] = raw(MimetypePath, []byte("application/vnd.etsi.asic-s+zip"))
				return e
			}
		}, BadMimetype, "asic-s"},
		"a mimetype with a line feed": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry {
				e[0] = raw(MimetypePath, []byte(mimetype+"\n"))
				return e
			}
		}, BadMimetype, "32 bytes"},
		"a comment in the manifest": {func(_ *testing.T, f *forgery, _ *Options) {
			f.manifest = func(b []byte) []byte {
				return bytes.Replace(b, []byte("<asic:DataObject"), []byte("<!-- --><asic:DataObject"), 1)
			}
		}, BadManifest, "not the template's"},
		"another digest method": {func(_ *testing.T, f *forgery, _ *Options) {
			f.manifest = func(b []byte) []byte { return bytes.Replace(b, []byte("#sha256"), []byte("#sha512"), 1) }
		}, BadManifest, "media type"},
		"an entity in the manifest": {func(_ *testing.T, f *forgery, _ *Options) {
			f.manifest = func(b []byte) []byte { return bytes.Replace(b, []byte("letter"), []byte("l&#101;tter"), 1) }
		}, BadManifest, "only small letters"},
		"bytes after the manifest": {func(_ *testing.T, f *forgery, _ *Options) {
			f.manifest = func(b []byte) []byte { return append(b, '\n') }
		}, BadManifest, "not the template's"},
		"a manifest changed after signing": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry {
				e[1] = raw(ManifestPath, bytes.Replace(e[1].bytes, []byte("annex/01"), []byte("annex/07"), 1))
				return e
			}
		}, BadSignature, "not the one that was signed"},
		"a signature by nobody": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry {
				e[2] = raw(SignaturePath, []byte("not CMS"))
				return e
			}
		}, BadSignature, "verify signature"},
		"a seal nobody pinned": {func(_ *testing.T, f *forgery, _ *Options) { f.signer = stranger.seal }, UnknownSender, "0 pinned cards"},
		"the card key as a seal": {func(_ *testing.T, f *forgery, _ *Options) { f.signer = from.root },
			UnknownSender, "0 pinned cards"},
		"a seal of two cards": {option(func(o *Options) {
			o.Cards = func(Digest) ([]*Card, error) { return []*Card{from.card, from.card}, nil }
		}), UnknownSender, "2 pinned cards"},
		"a seal not yet valid": {option(func(o *Options) { o.Now = now.AddDate(0, -2, 0) }), UnprovenTime, "valid from"},
		"an ended card":        {option(func(o *Options) { o.Now = now.AddDate(2, 0, 1) }), UnprovenTime, "card that ended"},
		"a revoked seal": {option(func(o *Options) {
			revoked := *from.card
			revoked.Revoked = []Revocation{{CertSum(from.seal.Cert), now.Add(-time.Hour), "exercise"}}
			o.Cards = func(Digest) ([]*Card, error) { return []*Card{&revoked}, nil }
		}), UnprovenTime, "was revoked"},
		"the manifest lists another file": {func(_ *testing.T, f *forgery, _ *Options) {
			f.files = func(l []File) []File { l[4].Path = "annex/07.pdf"; return l }
		}, ListsDisagree, "annex/07.pdf"},
		"the manifest lists one file less": {func(_ *testing.T, f *forgery, _ *Options) {
			f.files = func(l []File) []File { return slices.Delete(l, 4, 5) }
		}, ListsDisagree, "lists 6 files, the zip has 7"},
		"the manifest has another order": {func(_ *testing.T, f *forgery, _ *Options) {
			f.files = func(l []File) []File { l[4], l[5] = l[5], l[4]; return l }
		}, ListsDisagree, "file 5"},
		"the manifest has another media type": {func(_ *testing.T, f *forgery, _ *Options) {
			f.files = func(l []File) []File { l[2].Media = "text/html"; return l }
		}, ListsDisagree, "text/html"},
		"the sums are other ones": {func(_ *testing.T, f *forgery, _ *Options) {
			f.sums = func(b []byte) []byte { return bytes.Replace(b, []byte("  letter"), []byte(" *letter"), 1) }
		}, ListsDisagree, SumsPath},
		"the content has another size": {edit(func(m map[string]any) {
			m["content"].([]any)[0].(map[string]any)["size"] = 7
		}), ListsDisagree, "message.json has"},
		"the content leaves one out": {edit(func(m map[string]any) {
			m["content"] = m["content"].([]any)[:2]
		}), ListsDisagree, "lists 2 files"},
		"no proof": {func(_ *testing.T, f *forgery, _ *Options) { f.parts = f.parts[1:] }, ListsDisagree, "sent.tlog-proof is missing"},
		"a letter changed after signing": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry {
				i := find(e, LetterPath)
				e[i] = raw(LetterPath, bytes.ToUpper(e[i].bytes))
				return e
			}
		}, BadDigest, "letter.pdf: the bytes have the SHA-256"},
		"a CRC-32 that doesn't fit": {func(_ *testing.T, f *forgery, _ *Options) {
			f.entries = func(e []rawEntry) []rawEntry { e[5].CRC32++; return e }
		}, BadDigest, "CRC-32"},
		"a space":                         {text(`,"from"`, `, "from"`), BadJSON, "canonical form"},
		"a member that is first left out": {text(`"format":"comity/message/1",`, ``), UnknownFormat, "format is missing"},
		"a member twice":                  {text(`"number":1,`, `"number":1,"number":1,`), BadJSON, "stands twice"},
		"9007199254740993":                {text(`"number":1,`, `"number":9007199254740993,`), BadJSON, "9007199254740993"},
		"a fraction":                      {text(`"number":1,`, `"number":1.5,`), BadJSON, "1.5"},
		"not NFC":                         {text(`["confidential"]`, "[\"e\u0301\"]"), BadJSON, "normal form C"},
		"too deep": {text(`"handling":["confidential"]`, `"handling":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)),
			BadJSON, "deeper than 32"},
		"another format":       {set("format", "comity/message/2"), UnknownFormat, "comity/message/2"},
		"another kind":         {set("kind", "greeting"), UnknownKind, "greeting"},
		"KIND for kind":        {text(`"kind":`, `"KIND":`), BadJSON, "canonical form"},
		"a card in disguise":   {edit(func(m map[string]any) { m["kind"], m["to"], m["number"] = "card", nil, 0 }), UnknownKind, "a card travels by itself"},
		"KIND beside kind":     {set("KIND", "request"), BadSchema, "KIND differs from kind only by case"},
		"must_ not understood": {set("must_count", 1), BadSchema, "must_count has to be understood"},
		"must_ further in":     {in("from", "must_count", 1), BadSchema, "from.must_count has to be understood"},
		"a member missing":     {edit(func(m map[string]any) { delete(m, "answers") }), BadSchema, "answers is missing"},
		"null for a number":    {set("number", nil), BadSchema, "number: want a whole number"},
		"a text for a number":  {set("number", "1"), BadSchema, "number: want a whole number"},
		"a number below 0":     {set("number", -1), BadSchema, "number is -1"},
		"a time with an offset": {set("sent_at", "2026-11-23T20:09:53.000+00:00"),
			BadSchema, "sent_at"},
		"a time without milliseconds": {set("sent_at", "2026-11-23T20:09:53Z"), BadSchema, "sent_at"},
		"a day that isn't":            {set("sent_at", "2026-02-30T20:09:53.000Z"), BadSchema, "sent_at"},
		"an id in small letters":      {set("id", strings.ToLower(string(id.New(now)))), BadSchema, "member id"},
		"a digest in capitals":        {set("previous", strings.Repeat("A", 64)), BadSchema, "member previous"},
		"a first message with one before": {edit(func(m map[string]any) {
			m["previous"] = strings.Repeat("a", 64)
		}), BadSchema, "previous is null for the first"},
		"a second message with none before": {set("number", 2), BadSchema, "previous is null for the first"},
		"a numbered receipt":                {set("kind", "receipt"), BadSchema, "outside the chains"},
		"a request that isn't numbered":     {set("number", 0), BadSchema, "numbered from 1"},
		"to nobody":                         {set("to", nil), BadSchema, "member to is null for a card"},
		"a list for an object":              {set("from", []any{}), BadSchema, "from is not an object"},
		"a State in words":                  {in("from", "state", "Exercise"), BadSchema, "from.state"},
		"too many checkpoints":              {set("seen", slices.Repeat([]string{"x"}, 33)), BadSchema, "33 items"},
		"a letter out of its place": {func(t *testing.T, f *forgery, _ *Options) {
			f.parts[1], f.parts[2] = f.parts[2], f.parts[1]
			if _, _, err := Compose(message(from, to, "request"), f.parts); !errors.Is(err, errs.Invalid) {
				t.Errorf("Compose with a letter out of its place = %v, want errs.Invalid", err)
			}
			f.edit(t, func(v map[string]any) {
				l := v["content"].([]any)
				l[0], l[1] = l[1], l[0]
			})
		}, BadSchema, "letter.pdf comes first"},
		"from another node":  {in("from", "node", string(id.New(now))), WrongSender, "sealed by node"},
		"from another State": {in("from", "state", "XC"), WrongSender, "from State XC"},
		"from an authority that isn't there": {in("from", "authority", "XA-POLICE"),
			WrongSender, "XA-POLICE"},
		"brought by another node": {option(func(o *Options) { o.Peer = stranger.card.Node }), WrongSender, "brought by"},
		"to another node":         {in("to", "node", string(stranger.card.Node)), NotRecipient, "to node"},
		"to another State":        {in("to", "state", "XC"), NotRecipient, "to State XC"},
		"to another authority":    {in("to", "authority", "XB-POLICE"), NotRecipient, "XB-POLICE"},
		"passed on": {in("to", "open", string(RecipientSum(stranger.open.Recipient()))),
			NotRecipient, "another recipient's key"},
		"an exercise to a real node": {option(func(o *Options) {
			me := *to.card
			me.Exercise = false
			o.Me = &me
		}), ExerciseMix, "for exercises"},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := forge(t, from, to), optionsOf(from, to)
			c.change(t, f, &o)
			r := wants(t, encrypt(t, f.build(t), to), o, c.check, c.why)
			known := r.Sender != nil
			if complete := r.Digests.Container != "" && r.Digests.Transport != ""; known != complete {
				t.Errorf("sender known: %v, digests for a signed receipt: %+v", known, r.Digests)
			}
		})
	}
}
