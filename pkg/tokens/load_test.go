package tokens

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkoukk/tiktoken-go-loader/assets"
)

// TestPacked packs the rank files that tiktoken-go-loader publishes and compares them with the embedded ones.
func TestPacked(t *testing.T) {
	for _, test := range []struct {
		spec  spec
		shown string // the last of the spec's files, which has the ids from first on
		first uint32
	}{
		{specO200k(), packedO200k, 0},
		{specCl100k(), packedCl100k, 0},
		{specR50k(), packedR50k, 0},
		{specP50k(), packedP50k, uint32(len(splitR50k))},
	} {
		t.Run(test.spec.name, func(t *testing.T) {
			_, byID := rankMaps(t, test.spec)
			var want []byte
			for id := test.first; id < uint32(len(test.spec.split)); id++ {
				want = append(append(want, byte(len(byID[id]))), byID[id]...)
			}
			path := filepath.Join("packed", test.spec.name+".bin")
			if *update {
				if err := os.WriteFile(path, want, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if !bytes.Equal(want, []byte(test.shown)) {
				t.Errorf("%s is not what the rank file says; run go test -run TestPacked -update", path)
			}
		})
	}
}

// TestLoadCut loads files that are not whole; whole ones are TestRanksFind's.
func TestLoadCut(t *testing.T) {
	for _, test := range []struct {
		name   string
		packed []string
		err    string
	}{
		{"whole", []string{"\x01!\x02ab", "\x00\x01\x00"}, ""},
		{"cut in a token", []string{"\x01!\x02a"}, "token 1 is cut off"},
		{"cut before the last tokens", []string{"\x01!\x02ab"}, "2 ids, not 4"},
		{"empty", nil, "0 ids, not 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := specR50k()
			s.packed, s.split = test.packed, "\x00\x01\x00\x00"
			_, err := loadRanks(s)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
}

// TestPackedLoader compares what tiktoken-go is given with what it would read by itself.
func TestPackedLoader(t *testing.T) {
	for _, s := range specs() {
		t.Run(s.name, func(t *testing.T) {
			got, err := packedLoader{}.LoadTiktokenBpe("https://example.com/encodings/" + s.name + ".tiktoken")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]int{}
			byText, _ := rankMaps(t, s)
			for text, id := range byText {
				want[text] = int(id)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if _, err := (packedLoader{}).LoadTiktokenBpe("gpt2.tiktoken"); err == nil {
		t.Error("a file that is not there has ranks")
	}
}

func rankFile(t testing.TB, s spec) []byte {
	t.Helper()
	file, err := assets.Assets.ReadFile(s.name + ".tiktoken")
	if err != nil {
		t.Fatal(err)
	}
	return file
}
