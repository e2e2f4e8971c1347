package batch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Settings say how input records become calls.
type Settings struct {
	// Prompt is a reference into the registry, which every record fills and adds its messages to. Version
	// is the same, resolved already, and wins. "" and nil: records are whole questions.
	Prompt  string
	Version *prompt.Version
	Model   string // wins over the model of a record and of the prompt
	// Map takes variables of the prompt from fields of the record: variable to field. A field inside an
	// object is object.field. Without a prompt its one key is "input".
	Map map[string]string
	ID  string // the field that holds the id; "" means id, or custom_id

	Task string // what the calls are for, for routing rules; "" means the prompt's metadata.task

	Tenant string
	Run    string // id of the run in the ledger
}

// hash stands for all that shapes the answers beside the record itself.
func (s *Settings) hash() string {
	name := s.Prompt
	if s.Version != nil {
		name = s.Version.SHA256
	}
	parts := []any{name, s.Model, s.Map, s.ID}
	if s.Task != "" {
		parts = append(parts, s.Task)
	}
	text, _ := json.Marshal(parts) // texts always have a JSON form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// recordHash stands for an input record: its text.
func recordHash(raw []byte) uint64 {
	sum := sha256.Sum256(raw)
	return binary.BigEndian.Uint64(sum[:8])
}

// joinHash makes Record.Hash: first the settings, so that one can tell which of both has changed.
func joinHash(settings string, record uint64) string {
	return settings + "-" + hex.EncodeToString(binary.BigEndian.AppendUint64(nil, record))
}

// cutHash takes Record.Hash apart.
func cutHash(hash string) (settings string, record uint64, ok bool) {
	if len(hash) != 8+1+16 || hash[8] != '-' {
		return "", 0, false
	}
	b, err := hex.DecodeString(hash[9:])
	if err != nil {
		return "", 0, false
	}
	return hash[:8], binary.BigEndian.Uint64(b), true
}
