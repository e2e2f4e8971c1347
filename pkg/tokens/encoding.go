package tokens

import (
	_ "embed"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// The encodings by name. EncodingHarmony has the ranks and the pattern of o200k_base and more special
// tokens, so that ordinary text counts the same in both.
const (
	EncodingO200k   = "o200k_base"
	EncodingHarmony = "o200k_harmony"
	EncodingCl100k  = "cl100k_base"
	EncodingP50k    = "p50k_base"
	EncodingR50k    = "r50k_base"
)

// Encodings lists the names that Encoding knows.
func Encodings() []string {
	return []string{EncodingO200k, EncodingHarmony, EncodingCl100k, EncodingP50k, EncodingR50k}
}

// A spec says how to build an encoding. The numbers are the sizes of its tables, powers of two.
type spec struct {
	name    string
	packed  []string // its tokens, see eachToken
	short   int
	middle  int
	long    int
	lengths int
	split   string
	pattern func() pattern
}

// The tokens of each encoding as eachToken reads them, packed from the rank files that tiktoken-go-loader
// publishes: TestPacked compares them, and writes them when it is run with -update. The first 50,256 tokens
// of p50k_base are those of r50k_base, its own file has the rest. The licence beside
// them is that of tiktoken-go-loader.
var (
	//go:embed packed/o200k_base.bin
	packedO200k string
	//go:embed packed/cl100k_base.bin
	packedCl100k string
	//go:embed packed/p50k_base.bin
	packedP50k string
	//go:embed packed/r50k_base.bin
	packedR50k string
)

// The split tables: for each id the length of its left half (see ranks.split). They follow from the
// ranks; TestSplits computes them again, and writes them when it is run with -update.
var (
	//go:embed splits/o200k_base.bin
	splitO200k string
	//go:embed splits/cl100k_base.bin
	splitCl100k string
	//go:embed splits/p50k_base.bin
	splitP50k string
	//go:embed splits/r50k_base.bin
	splitR50k string
)

func specO200k() spec {
	return spec{EncodingO200k, []string{packedO200k}, 1 << 18, 1 << 16, 1 << 13, 1 << 16, splitO200k, o200k}
}

func specCl100k() spec {
	return spec{EncodingCl100k, []string{packedCl100k}, 1 << 17, 1 << 15, 1 << 11, 1 << 15, splitCl100k, cl100k}
}

func specP50k() spec {
	return spec{EncodingP50k, []string{packedR50k, packedP50k}, 1 << 16, 1 << 14, 1 << 8, 1 << 14, splitP50k, r50k}
}

func specR50k() spec {
	return spec{EncodingR50k, []string{packedR50k}, 1 << 16, 1 << 14, 1 << 8, 1 << 14, splitR50k, r50k}
}

func specs() []spec { return []spec{specO200k(), specCl100k(), specP50k(), specR50k()} }

// A codec is a loaded encoding: ranks and pattern, and the scratch memory that calls take turns with.
// It is safe for concurrent use.
type codec struct {
	name string
	pattern
	ranks *ranks
	pool
	jobs jobPool
}

// Each encoding is loaded once, by the first call that needs it.
var (
	codecO200k  = load1(specO200k)
	codecCl100k = load1(specCl100k)
	codecP50k   = load1(specP50k)
	codecR50k   = load1(specR50k)
)

func load1(s func() spec) func() (*codec, error) {
	return sync.OnceValues(func() (*codec, error) {
		spec := s()
		t, err := loadRanks(spec)
		if err != nil {
			return nil, err
		}
		return &codec{name: spec.name, pattern: spec.pattern().quick(), ranks: t}, nil
	})
}

func codecFor(encoding string) (*codec, error) {
	switch encoding {
	case EncodingO200k, EncodingHarmony:
		return codecO200k()
	case EncodingCl100k:
		return codecCl100k()
	case EncodingP50k:
		return codecP50k()
	case EncodingR50k:
		return codecR50k()
	}
	e := diag.Errorf("unknown encoding %q", encoding)
	if hint := diag.DidYouMean(encoding, Encodings()); hint != "" {
		return nil, e.WithHint("%s", hint)
	}
	return nil, e.WithHint("the encodings are o200k_base, o200k_harmony, cl100k_base, p50k_base and r50k_base")
}
