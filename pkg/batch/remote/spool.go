package remote

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// spooler writes requests into the files of parts, beside the state file, and begins a new part where the
// provider's limits ask for one. It holds one open part a model.
type spooler struct {
	dir   string
	api   func(ref string) (API, error)
	parts []*Part
	open  map[string]*spool // by model
}

// spool is a part in the making.
type spool struct {
	part   *Part
	limits Limits
	api    API
	file   *os.File
	w      *bufio.Writer
	sum    hash.Hash
}

// maxModels is how many models a batch may name: each has a file open.
const maxModels = 100

func partFile(dir string, number int) string {
	return filepath.Join(dir, fmt.Sprintf("%04d.jsonl", number))
}

// tooLarge is about a request that fits no part.
func tooLarge(size int, l Limits) error {
	return &llm.Error{Kind: llm.KindInvalid, Message: fmt.Sprintf("the request has %d bytes, and a whole part of the provider's batches at most %d", size, l.Bytes)}
}

// add puts a request into a part and tells which.
func (s *spooler) add(ref, id string, req *llm.Request) (part int, err error) {
	sp := s.open[ref]
	if sp == nil {
		if len(s.open) == maxModels {
			return 0, diag.Errorf("the batch names more than %d models", maxModels).WithHint("submit them one by one: --model")
		}
		api, err := s.api(ref)
		if err != nil {
			return 0, err
		}
		sp = &spool{api: api, limits: api.Limits()}
		s.open[ref] = sp
	}
	line, err := sp.api.Line(id, req)
	if err != nil {
		return 0, err
	}
	size := int64(len(line)) + 1
	if sp.limits.Overhead+sp.limits.Each+size > sp.limits.Bytes {
		return 0, tooLarge(len(line), sp.limits)
	}
	if sp.part == nil || sp.full(size) {
		if err := s.next(sp, ref); err != nil {
			return 0, err
		}
	}
	return sp.part.Number, sp.write(line)
}

func (sp *spool) full(more int64) bool {
	n := int64(sp.part.Requests + 1)
	return sp.part.Requests >= sp.limits.Requests || sp.limits.Overhead+n*sp.limits.Each+sp.part.Size+more > sp.limits.Bytes
}

func (s *spooler) next(sp *spool, ref string) error {
	if err := sp.end(); err != nil {
		return err
	}
	p := &Part{Number: len(s.parts) + 1, Model: ref, Step: StepPlanned}
	f, err := os.OpenFile(partFile(s.dir, p.Number), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sp.part, sp.file, sp.sum = p, f, sha256.New()
	sp.w = bufio.NewWriterSize(io.MultiWriter(f, sp.sum), 256<<10)
	s.parts = append(s.parts, p)
	return nil
}

func (sp *spool) write(line []byte) error {
	if _, err := sp.w.Write(line); err != nil {
		return err
	}
	sp.part.Requests++
	sp.part.Size += int64(len(line)) + 1
	return sp.w.WriteByte('\n')
}

// end finishes the open part.
func (sp *spool) end() error {
	if sp.file == nil {
		return nil
	}
	err := errors.Join(sp.w.Flush(), sp.file.Sync(), sp.file.Close())
	sp.part.SHA256, sp.file = hex.EncodeToString(sp.sum.Sum(nil)), nil
	return err
}

func (s *spooler) close() error {
	var errs []error
	for _, sp := range s.open {
		errs = append(errs, sp.end())
	}
	return errors.Join(errs...)
}
