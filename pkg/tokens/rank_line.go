package tokens

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// lines takes whole lines of a rank file into a batch.
func (l *loader) lines(b []byte) error {
	into := <-l.free
	defer func() { l.full <- into }()
	for len(b) > 0 {
		n := l.quick(into, b)
		if n == 0 {
			n = l.line(into, b)
		}
		if n == 0 {
			line, _, _ := bytes.Cut(b, []byte{'\n'})
			return fmt.Errorf("a line that is not a token and its rank: %.40q", line)
		}
		b = b[n:]
	}
	return nil
}

// line takes "aGVsbG8= 123\n" off b, and gives its length, 0 for a bad line.
func (l *loader) line(into *batch, b []byte) int {
	line, _, _ := bytes.Cut(b, []byte{'\n'})
	text, rank, _ := bytes.Cut(line, []byte{' '})
	token := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(token, text)
	id, err2 := strconv.ParseUint(string(rank), 10, 32)
	if err != nil || err2 != nil || n == 0 || n > 200 || int(id) >= len(l.split) {
		return 0
	}
	l.next = decimal(id + 1)
	if token = token[:n]; n > 16 || token[n-1] == 0 {
		into.longs = append(into.longs, longEntry{token, uint32(id)})
	} else {
		lo := load(token, 0, min(n, 8))
		var hi uint64
		if n > 8 {
			hi = load(token, 8, n-8)
		}
		l.add(into, n, lo, hi, uint32(id))
	}
	return min(len(line)+1, len(b))
}

// quick is line for tokens of at most 16 bytes whose id is the last one's and one more, nearly all. It
// decodes all of 24 characters and looks at the length afterwards, because a loop that ends after some
// characters, other ones for each token, costs more in wrong guesses of the processor than it saves.
func (l *loader) quick(into *batch, b []byte) int {
	if len(b) < 48 {
		return 0
	}
	space := bytes.IndexByte(b[:25], ' ')
	if space < 4 || space&3 != 0 {
		return 0
	}
	digits := l.next.digits
	if at := binary.LittleEndian.Uint64(b[space+1:]); at&(1<<(8*digits)-1) != l.next.text || b[space+1+digits] != '\n' {
		return 0
	}
	v0, v1, v2 := l.group(b), l.group(b[4:]), l.group(b[8:])
	lo, hi := v0|v1<<24|v2<<48, uint64(0)
	size := space/4*3 - pads[b[space-1]] - pads[b[space-2]]
	if size > 8 {
		hi = v2>>16 | l.group(b[12:])<<8 | l.group(b[16:])<<32 | l.group(b[20:])<<56
		hi &= 1<<(8*(size-8)) - 1
		if hi>>(8*(size-9)) == 0 {
			return 0 // ends in a zero byte
		}
	} else if lo &= 1<<(8*size) - 1; lo>>(8*(size-1)) == 0 {
		return 0
	}
	l.add(into, size, lo, hi, l.next.value)
	l.next.increment()
	return space + digits + 2
}

// group decodes four characters into three bytes, little-endian.
func (l *loader) group(b []byte) uint64 {
	_ = b[3]
	return uint64(l.sextet[0][b[0]] | l.sextet[1][b[1]] | l.sextet[2][b[2]] | l.sextet[3][b[3]])
}

// sextets gives for each of four places of a character what it adds to the three bytes.
func sextets() (t [4][256]uint32) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for v, c := range []byte(alphabet) {
		v := uint32(v)
		t[0][c] = v << 2
		t[1][c] = v>>4 | v&15<<12
		t[2][c] = v>>2<<8 | v&3<<22
		t[3][c] = v << 16
	}
	return t
}

// pads is 1 for the character that fills up base64.
var pads = [256]int{'=': 1}

// ordinal is a number and its decimal text.
type ordinal struct {
	value  uint32
	digits int
	text   uint64 // the first digit in the lowest byte
}

func decimal(v uint64) ordinal {
	s := strconv.FormatUint(v, 10)
	return ordinal{uint32(v), len(s), load([]byte(s), 0, len(s))}
}

func (c *ordinal) increment() {
	c.value++
	for at := 8 * (c.digits - 1); at >= 0; at -= 8 {
		if c.text>>at&0xff != '9' {
			c.text += 1 << at
			return
		}
		c.text -= 9 << at
	}
	*c = decimal(uint64(c.value))
}
