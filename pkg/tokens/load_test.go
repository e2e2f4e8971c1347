package tokens

import (
	"strings"
	"testing"
	"testing/iotest"
)

// TestReadRanks reads rank files of bad lines; the good ones are TestRanksFind's.
func TestReadRanks(t *testing.T) {
	for _, test := range []struct{ name, file, err string }{
		{"two tokens", "IQ== 0\nIg== 1\n", ""},
		{"no newline at the end", "IQ== 0\nIg== 1", ""},
		{"ids with a gap", "IQ== 0\nIg== 7\nIw== 8\n", ""},
		{"empty", "", ""},
		{"no rank", "IQ==\n", "not a token"},
		{"no token", " 5\n", "not a token"},
		{"no base64", "I!== 0\n", "not a token"},
		{"a rank that is no number", "IQ== x\n", "not a token"},
		{"a rank out of range", "IQ== 99999999\n", "not a token"},
		{"an empty line", "IQ== 0\n\nIg== 1\n", "not a token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := loader{ranks: specR50k().emptyRanks(), full: make(chan *batch, 99), free: make(chan *batch, 99), sextet: sextets(), next: decimal(0)}
			for range 9 {
				l.free <- new(batch)
			}
			err := l.read(iotest.DataErrReader(strings.NewReader(test.file)))
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
}

func TestOrdinal(t *testing.T) {
	o := decimal(0)
	for v := range uint64(12_000) {
		if o != decimal(v) {
			t.Fatalf("%d: got %+v, want %+v", v, o, decimal(v))
		}
		o.increment()
	}
}
