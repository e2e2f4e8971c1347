package remote

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

// State is what the state file says, but for the requests.
type State struct {
	Begin    Begin
	Parts    []*Part
	Planned  bool // all requests are in it
	Requests int
	Refused  int // requests with a mistake of their own, which are not sent
	Canceled bool

	path string
}

// Begin is the first line of a state file.
type Begin struct {
	Schema   string            `json:"schema"` // "llmops.batch.state/v1"
	Tag      string            `json:"tag"`    // names the batch at the provider
	Created  time.Time         `json:"created"`
	Input    string            `json:"input"` // relative to the state's directory; "" for standard input
	Format   string            `json:"format,omitempty"`
	ID       string            `json:"id_field,omitempty"`
	Map      map[string]string `json:"map,omitempty"`
	Settings string            `json:"settings"` // hash, as in Record.Hash
	Prompt   string            `json:"prompt,omitempty"`
	Version  string            `json:"version,omitempty"`
	SHA256   string            `json:"prompt_sha256,omitempty"`
	Tenant   string            `json:"tenant,omitempty"`
	Run      string            `json:"run"`
}

// Part is one batch at a provider.
type Part struct {
	Number   int    `json:"part"` // from 1
	Model    string `json:"model"`
	Requests int    `json:"requests"`
	Size     int64  `json:"bytes"`
	SHA256   string `json:"sha256"` // of its lines

	Step  Step      `json:"step"`
	Since time.Time `json:"since,omitzero"` // when it was begun to be handed over
	File  string    `json:"file,omitempty"`
	Batch *Batch    `json:"batch,omitempty"`
}

// Step is how far a part is with us.
type Step string

// The steps, each written before or after something happens at the provider.
const (
	StepPlanned   Step = "planned"
	StepUploading Step = "uploading"
	StepUploaded  Step = "uploaded"
	StepCreating  Step = "creating"
	StepCreated   Step = "created"
	StepFetching  Step = "fetching"
	StepFetched   Step = "fetched"
	StepDropped   Step = "dropped" // canceled before it was handed over
)

// Submitted tells whether the provider has the part.
func (p *Part) Submitted() bool { return p.Batch != nil }

// Ended tells whether nothing more will happen to the part at the provider.
func (p *Part) Ended() bool { return p.Step == StepDropped || p.Batch != nil && p.Batch.Status.Ended() }

// settled tells whether its answers are written.
func (p *Part) settled() bool { return p.Step == StepFetched }

// request is a record of the input in the state file.
type request struct {
	ID    string         `json:"id"`
	Hash  string         `json:"hash"`              // Record.Hash
	Part  int            `json:"part,omitempty"`    // 0: it is not sent
	Asked string         `json:"request,omitempty"` // llm.Request.Hash
	Error *batch.Failure `json:"error,omitempty"`
}

// entry is a line of the state file. One field is set.
type entry struct {
	Begin    *Begin     `json:"begin,omitempty"`
	Request  *request   `json:"r,omitempty"`
	Planned  *plan      `json:"planned,omitempty"`
	Part     *Part      `json:"p,omitempty"` // the newest of a part's number holds
	Canceled *time.Time `json:"canceled,omitempty"`
}

// plan ends the requests.
type plan struct {
	Requests int `json:"requests"`
	Refused  int `json:"refused"`
}

// Ended tells whether nothing more will happen at the provider.
func (s *State) Ended() bool {
	for _, p := range s.Parts {
		if !p.Ended() {
			return false
		}
	}
	return s.Planned
}

// Fetched tells whether all answers are written.
func (s *State) Fetched() bool {
	for _, p := range s.Parts {
		if !p.settled() {
			return false
		}
	}
	return s.Planned
}

// Submitted tells whether the provider has all parts, or what was canceled is not to be handed over.
func (s *State) Submitted() bool {
	for _, p := range s.Parts {
		if !p.Submitted() && p.Step != StepDropped && p.Step != StepFetched {
			return false
		}
	}
	return s.Planned
}
