package tokens

import (
	_ "embed"
	"unicode/utf8"
)

// The classes of code points that the patterns tell apart. Letters are sorted as o200k_base needs them:
// its words run from letters of class upper, both or mark to letters of class lower, both or mark.
const (
	classOther   = iota // punctuation, symbols, controls and what is unassigned
	classSpace          // White_Space without the two newlines
	classNewline        // \r and \n
	classUpper          // Lu, Lt
	classLower          // Ll
	classBoth           // Lm, Lo
	classMark           // M
	classNumber         // N
)

// Sets of classes, as bits.
const (
	setLetter = 1<<classUpper | 1<<classLower | 1<<classBoth
	setWord   = setLetter | 1<<classMark
	setNumber = 1 << classNumber
	setOther  = 1<<classOther | 1<<classMark
	setSpace  = 1<<classSpace | 1<<classNewline
)

// unicodeTable holds the class of every code point in Unicode 16.0, which is what the original
// tokenizer's regular expressions know. Go's own tables are of version 15.0 and take 5,055 newer letters,
// marks and numbers for symbols, 622 of them Chinese characters; tokens would differ there. The first 0x1100 bytes give
// the block of 256 classes for each 256 code points, the blocks follow. testdata/peers/classes.mjs
// writes it.
//
//go:embed unicode16.bin
var unicodeTable string

const unicodeBlocks = 0x110000 >> 8

// classOf is the class of a code point. Surrogates and what lies outside of Unicode are classOther.
func classOf(r rune) uint8 {
	if uint32(r) > utf8.MaxRune {
		return classOther
	}
	return unicodeTable[unicodeBlocks+int(unicodeTable[r>>8])<<8+int(r&255)]
}

// classAt gives the class and the length in bytes of the character at b[i], which is valid UTF-8.
func classAt(b []byte, i int) (class uint8, size int) {
	if c := b[i]; c < utf8.RuneSelf {
		return asciiClass[c], 1
	}
	return wideClassAt(b, i)
}

func wideClassAt(b []byte, i int) (class uint8, size int) {
	c := b[i]
	if c < 0xe0 && i+1 < len(b) {
		return classOf(rune(c&0x1f)<<6 | rune(b[i+1]&0x3f)), 2
	}
	if c < 0xf0 && i+2 < len(b) {
		return classOf(rune(c&0x0f)<<12 | rune(b[i+1]&0x3f)<<6 | rune(b[i+2]&0x3f)), 3
	}
	r, n := utf8.DecodeRune(b[i:])
	return classOf(r), n
}

// classBefore gives the class of the character that ends at b[i], i > 0.
func classBefore(b []byte, i int) uint8 {
	if c := b[i-1]; c < utf8.RuneSelf {
		return asciiClass[c]
	}
	r, _ := utf8.DecodeLastRune(b[:i])
	return classOf(r)
}

// asciiClass is classOf for ASCII, laid out by the compiler.
var asciiClass = [utf8.RuneSelf]uint8{
	'\t': classSpace, '\n': classNewline, '\v': classSpace, '\f': classSpace, '\r': classNewline, ' ': classSpace,
	'0': classNumber, '1': classNumber, '2': classNumber, '3': classNumber, '4': classNumber,
	'5': classNumber, '6': classNumber, '7': classNumber, '8': classNumber, '9': classNumber,
	'A': classUpper, 'B': classUpper, 'C': classUpper, 'D': classUpper, 'E': classUpper, 'F': classUpper,
	'G': classUpper, 'H': classUpper, 'I': classUpper, 'J': classUpper, 'K': classUpper, 'L': classUpper,
	'M': classUpper, 'N': classUpper, 'O': classUpper, 'P': classUpper, 'Q': classUpper, 'R': classUpper,
	'S': classUpper, 'T': classUpper, 'U': classUpper, 'V': classUpper, 'W': classUpper, 'X': classUpper,
	'Y': classUpper, 'Z': classUpper,
	'a': classLower, 'b': classLower, 'c': classLower, 'd': classLower, 'e': classLower, 'f': classLower,
	'g': classLower, 'h': classLower, 'i': classLower, 'j': classLower, 'k': classLower, 'l': classLower,
	'm': classLower, 'n': classLower, 'o': classLower, 'p': classLower, 'q': classLower, 'r': classLower,
	's': classLower, 't': classLower, 'u': classLower, 'v': classLower, 'w': classLower, 'x': classLower,
	'y': classLower, 'z': classLower,
}
