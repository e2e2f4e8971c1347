package remote

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

// oddID begins the custom ids of records whose own id no provider would take.
const oddID = "llmops-"

// customID is what a record is called at the provider: the end of the batch's tag, so that results of
// another batch are never taken for this one's, and the record's own id where every provider takes it, so
// that it can be found there. Anthropic takes 1 to 64 letters, digits, dashes and underscores. Any other
// record is known by its place, and so is one whose id looks like that.
func customID(tag, id string, place int) string {
	mark := strings.ToLower(tag[max(0, len(tag)-tagLength):]) + "-"
	if len(mark)+len(id) > 64 || id == "" || strings.HasPrefix(id, oddID) || strings.ContainsFunc(id, notPlain) {
		return mark + oddID + strconv.Itoa(place)
	}
	return mark + id
}

// tagLength is how much of the tag a custom id has: 40 random bits.
const tagLength = 8

func notPlain(r rune) bool {
	return !(r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
}

// digest stands for a record and its id.
func digest(id, hash string) uint64 {
	sum := sha256.Sum256([]byte(id + "\x00" + hash))
	return binary.BigEndian.Uint64(sum[:8])
}
