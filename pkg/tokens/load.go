package tokens

import (
	"bytes"
	"fmt"
	"io"

	"github.com/pkoukk/tiktoken-go-loader/assets"
)

// loadRanks reads a published rank file, embedded by tiktoken-go-loader: a line for each token, its
// bytes in base64 and its id. The file passes through a small buffer, and its tokens are put into the
// tables some thousand at a time: such a loop keeps many of the table's cache misses in flight at once,
// which halves the time.
func loadRanks(s spec) (*ranks, error) {
	f, err := assets.Assets.Open(s.file)
	if err != nil {
		return nil, fmt.Errorf("ranks of %s: %w", s.name, err)
	}
	defer func() { _ = f.Close() }() // an embedded file: nothing to lose
	l := loader{ranks: s.emptyRanks()}
	if err := l.read(f); err != nil {
		return nil, fmt.Errorf("ranks of %s: %w", s.name, err)
	}
	return l.ranks, nil
}

func (s spec) emptyRanks() *ranks {
	return &ranks{
		short: make([]uint64, s.short), shortID: make([]uint32, s.short),
		middle: make([][2]uint64, s.middle), middleID: make([]uint32, s.middle),
		long: make([]longToken, s.long), arena: make([]byte, 0, 8*s.long),
		lengths: make([]uint64, s.lengths), split: s.split,
	}
}

type loader struct {
	*ranks
	shorts  []shortEntry
	middles []middleEntry
}

type shortEntry struct {
	key uint64
	id  uint32
}

type middleEntry struct {
	key [2]uint64
	id  uint32
}

// read takes whole lines off r, a buffer at a time.
func (l *loader) read(r io.Reader) error {
	buf := make([]byte, 48<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		if err != nil && err != io.EOF {
			return err
		}
		whole := buf[:kept+n]
		if err == nil {
			whole = whole[:bytes.LastIndexByte(whole, '\n')+1]
		}
		if e := l.lines(whole); e != nil {
			return e
		}
		if err == io.EOF {
			return nil
		}
		kept = copy(buf, buf[len(whole):kept+n])
	}
}

func (l *loader) lines(b []byte) error {
	var token [200]byte
	for len(b) > 0 {
		size, id, rest := parseRank(b, &token)
		if size <= 0 || int(id) >= len(l.split) {
			line, _, _ := bytes.Cut(b, []byte{'\n'})
			return fmt.Errorf("a line that is not a token and its rank: %.40q", line)
		}
		l.queue(token[:size], id)
		b = rest
	}
	l.flush()
	return nil
}

// parseRank reads "aGVsbG8= 123\n" at the start of b: the token, its length (0 for a bad line), its id.
func parseRank(b []byte, token *[200]byte) (size int, id uint32, rest []byte) {
	i := 0
	for ; i+4 <= len(b) && b[i] != ' ' && size+3 <= len(token); i += 4 {
		v := uint32(sextet[b[i]])<<18 | uint32(sextet[b[i+1]])<<12 | uint32(sextet[b[i+2]])<<6 | uint32(sextet[b[i+3]])
		token[size], token[size+1], token[size+2] = byte(v>>16), byte(v>>8), byte(v)
		size += 3
	}
	for k := i; k > 0 && b[k-1] == '='; k-- {
		size--
	}
	if i+1 >= len(b) || b[i] != ' ' {
		return 0, 0, nil
	}
	for i++; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		id = id*10 + uint32(b[i]-'0')
	}
	if i < len(b) && b[i] != '\n' {
		return 0, 0, nil
	}
	return size, id, b[min(i+1, len(b)):]
}

// queue keeps a token for flush; the long ones, which are few, go straight into their table.
func (l *loader) queue(p []byte, id uint32) {
	n := len(p)
	l.most = max(l.most, n)
	if n >= 3 {
		l.lengths[hash3(p, 0, len(l.lengths))] |= 1 << min(n, 63)
	}
	switch {
	case p[n-1] == 0 || n > 16:
		l.addLong(p, id)
	case n <= 8:
		l.shorts = append(l.shorts, shortEntry{load(p, 0, n), id})
	default:
		l.middles = append(l.middles, middleEntry{[2]uint64{load(p, 0, 8), load(p, 8, n-8)}, id})
	}
}

func (l *loader) flush() {
	t := l.ranks
	for _, e := range l.shorts {
		s := hash8(e.key, len(t.short))
		for t.short[s] != 0 {
			s = (s + 1) & uint64(len(t.short)-1)
		}
		t.short[s], t.shortID[s] = e.key, e.id
	}
	for _, e := range l.middles {
		s := hash16(e.key[0], e.key[1], len(t.middle))
		for t.middle[s][1] != 0 {
			s = (s + 1) & uint64(len(t.middle)-1)
		}
		t.middle[s], t.middleID[s] = e.key, e.id
	}
	l.shorts, l.middles = l.shorts[:0], l.middles[:0]
}

func (t *ranks) addLong(p []byte, id uint32) {
	h := hashLong(p)
	s := h & uint32(len(t.long)-1)
	for t.long[s].size != 0 {
		s = (s + 1) & uint32(len(t.long)-1)
	}
	t.long[s] = longToken{h, id, uint32(len(t.arena)), uint32(len(p))}
	t.arena = append(t.arena, p...)
}

// sextet is the value of a base64 character.
var sextet = [256]uint8{
	'A': 0, 'B': 1, 'C': 2, 'D': 3, 'E': 4, 'F': 5, 'G': 6, 'H': 7, 'I': 8, 'J': 9, 'K': 10, 'L': 11, 'M': 12,
	'N': 13, 'O': 14, 'P': 15, 'Q': 16, 'R': 17, 'S': 18, 'T': 19, 'U': 20, 'V': 21, 'W': 22, 'X': 23, 'Y': 24, 'Z': 25,
	'a': 26, 'b': 27, 'c': 28, 'd': 29, 'e': 30, 'f': 31, 'g': 32, 'h': 33, 'i': 34, 'j': 35, 'k': 36, 'l': 37, 'm': 38,
	'n': 39, 'o': 40, 'p': 41, 'q': 42, 'r': 43, 's': 44, 't': 45, 'u': 46, 'v': 47, 'w': 48, 'x': 49, 'y': 50, 'z': 51,
	'0': 52, '1': 53, '2': 54, '3': 55, '4': 56, '5': 57, '6': 58, '7': 59, '8': 60, '9': 61, '+': 62, '/': 63,
}
