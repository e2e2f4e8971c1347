package eval

import (
	"bytes"
	"encoding/json"
	"strings"
)

// keyScan finds a key that an object of a JSON text has twice: encoding/json takes the last one without a word.
// It builds nothing, and relies on the text being valid.
type keyScan struct {
	open []openValue
	keys []string // of all open objects, the outermost first
}

// openValue is an object or array that the scan is in.
type openValue struct {
	object bool
	begin  int                 // of its keys
	many   map[string]struct{} // its keys where a search would take long, else nil
}

// fewKeys are found one by one.
const fewKeys = 24

// repeatedKey gives the first key that comes again in its object, and the offset where it does. The keys of the
// outermost object are those of a case, and encoding/json does not mind their case.
func repeatedKey(raw []byte) (key string, offset int, found bool) {
	s := keyScan{open: make([]openValue, 0, 8), keys: make([]string, 0, 32)}
	wanted := false // a key comes next
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			wanted = raw[i] == '{'
			s.open = append(s.open, openValue{object: wanted, begin: len(s.keys)})
		case '}', ']':
			s.keys = s.keys[:s.open[len(s.open)-1].begin]
			s.open = s.open[:len(s.open)-1]
			wanted = false
		case ',':
			wanted = s.open[len(s.open)-1].object
		case '"':
			end := textEnd(raw, i)
			if wanted && s.taken(keyText(raw[i:end])) {
				return s.keys[len(s.keys)-1], i, true
			}
			wanted, i = false, end-1
		}
	}
	return "", 0, false
}

// taken adds a key to the object, and tells whether it was there.
func (s *keyScan) taken(key string) bool {
	in := &s.open[len(s.open)-1]
	if len(s.open) == 1 {
		key = strings.ToLower(key)
	}
	own := s.keys[in.begin:]
	s.keys = append(s.keys, key)
	if len(own) < fewKeys {
		for _, k := range own {
			if k == key {
				return true
			}
		}
		return false
	}
	if in.many == nil {
		in.many = map[string]struct{}{}
		for _, k := range own {
			in.many[k] = struct{}{}
		}
	}
	_, there := in.many[key]
	in.many[key] = struct{}{}
	return there
}

// textEnd is the offset behind the string that begins at an offset.
func textEnd(raw []byte, begin int) int {
	for i := begin + 1; ; i++ {
		n := bytes.IndexByte(raw[i:], '"')
		if n < 0 {
			return len(raw)
		}
		i += n
		slashes := 0
		for raw[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
}

func keyText(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var key string
	_ = json.Unmarshal(quoted, &key) // the text is valid
	return key
}
