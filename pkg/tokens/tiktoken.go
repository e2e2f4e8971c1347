package tokens

import (
	"fmt"
	"path"
	"sync"

	"github.com/pkoukk/tiktoken-go"
)

// tiktoken-go reads ranks through one loader for the whole process, which would go to the network; each
// of its encodings takes some 100 ms to build, and is kept.
var (
	tiktokenMu    sync.Mutex
	tiktokens     map[string]*tiktoken.Tiktoken // guarded by tiktokenMu
	tiktokenReady sync.Once
)

func tiktokenFor(encoding string) (*tiktoken.Tiktoken, error) {
	tiktokenReady.Do(func() {
		tiktoken.SetBpeLoader(packedLoader{})
		tiktokens = map[string]*tiktoken.Tiktoken{}
	})
	tiktokenMu.Lock()
	defer tiktokenMu.Unlock()
	if t := tiktokens[encoding]; t != nil {
		return t, nil
	}
	t, err := tiktoken.GetEncoding(encoding)
	if err != nil {
		return nil, err
	}
	tiktokens[encoding] = t
	return t, nil
}

// packedLoader gives tiktoken-go the ranks that are embedded here.
type packedLoader struct{}

// LoadTiktokenBpe implements tiktoken.BpeLoader for the address of a published rank file.
func (packedLoader) LoadTiktokenBpe(address string) (map[string]int, error) {
	for _, s := range specs() {
		if path.Base(address) == s.name+".tiktoken" {
			return s.rankMap()
		}
	}
	return nil, fmt.Errorf("no ranks for %s", path.Base(address))
}

func (s spec) rankMap() (map[string]int, error) {
	ranks := make(map[string]int, len(s.split))
	err := s.eachToken(func(id uint32, text string) {
		ranks[text] = int(id)
	})
	return ranks, err
}
