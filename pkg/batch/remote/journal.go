package remote

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// stateSchema is the format of state files.
const stateSchema = "llmops.batch.state/v1"

// StateSuffix ends the names of state files.
const StateSuffix = ".batch"

// StatePath is where the state of an output's batch stands.
func StatePath(output string) string { return output + StateSuffix }

// journal is an open state file: lines that are only added to. Of an entry that a kill cut off nothing has
// been done yet that needs it.
type journal struct {
	*State
	file *jsonlines.File
}

// openJournal opens and locks a state file. With begin it may be new.
func openJournal(path string, begin bool) (*journal, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !begin {
		return nil, noState(path)
	}
	f, err := jsonlines.OpenFile(path)
	if err != nil {
		if errors.Is(err, jsonlines.ErrLocked) {
			return nil, diag.Errorf("state: %w", err).WithHint("wait for the other command to end")
		}
		return nil, diag.Errorf("state: %w", err)
	}
	j := &journal{file: f}
	if j.State, err = readState(path, f.Reader(), nil); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Repair(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

func noState(path string) error {
	return diag.Errorf("there is no state file %s", path).
		WithHint("name the output that was given to batch submit; on another machine copy the state file beside it")
}

// LoadState reads a state file. It takes no lock: what another process is writing just now may be missing.
func LoadState(output string) (*State, error) {
	path := StatePath(output)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noState(path)
	}
	if err != nil {
		return nil, diag.Errorf("state: %w", err)
	}
	defer f.Close()
	return readState(path, jsonlines.NewReader(f), nil)
}

// readState reads all entries; each request goes to each, with its place from 0.
func readState(path string, in *jsonlines.Reader, each func(place int, r *request) error) (*State, error) {
	s := &State{path: path}
	place := 0
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) || err == nil && in.Torn() {
			return s, nil
		}
		var e entry
		if err == nil {
			err = json.Unmarshal(line, &e)
		}
		if err == nil && e.Begin == nil && s.Begin.Tag == "" {
			err = errors.New("it has no beginning")
		}
		if err != nil {
			return nil, diag.At(path, in.Number(), 0, "it is no state of a batch: %w", err).
				WithHint("restore the file, or submit to another output")
		}
		if e.Request != nil {
			if each != nil {
				if err := each(place, e.Request); err != nil {
					return nil, err
				}
			}
			place++
		}
		if err := s.take(&e); err != nil {
			return nil, diag.At(path, in.Number(), 0, "%w", err)
		}
	}
}

func (s *State) take(e *entry) error {
	switch {
	case e.Begin != nil:
		if e.Begin.Schema != stateSchema {
			return diag.Errorf("it is of another version, %.40q", e.Begin.Schema).WithHint("use the llmops that wrote it")
		}
		s.Begin = *e.Begin
	case e.Planned != nil:
		s.Planned, s.Requests, s.Refused = true, e.Planned.Requests, e.Planned.Refused
	case e.Part != nil && e.Part.Number == len(s.Parts)+1:
		s.Parts = append(s.Parts, e.Part)
	case e.Part != nil && e.Part.Number >= 1 && e.Part.Number <= len(s.Parts):
		s.Parts[e.Part.Number-1] = e.Part
	case e.Part != nil:
		return errors.New("a part is missing before this one")
	case e.Canceled != nil:
		s.Canceled = true
	}
	return nil
}

// requests gives all requests of the file again.
func (j *journal) requests(each func(place int, r *request) error) error {
	_, err := readState(j.path, j.file.Reader(), each)
	return err
}

// put writes an entry and waits for the disk: what comes next may be seen by others.
func (j *journal) put(e *entry) error {
	if err := j.file.Append(e); err != nil {
		return diag.Errorf("state: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return diag.Errorf("state: %w", err)
	}
	return j.take(e)
}

// step moves a part on.
func (j *journal) step(p *Part, change func(p *Part)) error {
	next := *p
	change(&next)
	if err := j.put(&entry{Part: &next}); err != nil {
		return err
	}
	*p = next
	j.Parts[p.Number-1] = p
	return nil
}

func (j *journal) close() error { return j.file.Close() }
