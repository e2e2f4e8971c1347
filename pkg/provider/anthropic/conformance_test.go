package anthropic_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/anthropic"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

func open(at providertest.Target) llm.Model {
	return anthropic.New(anthropic.Config{BaseURL: at.BaseURL, Key: at.Key, HTTP: at.HTTP})
}

func TestConformance(t *testing.T) { providertest.Conformance(t, providertest.Anthropic, open) }

func TestWireContract(t *testing.T) { providertest.WireContract(t, providertest.Anthropic, open) }

func BenchmarkFirstDelta(b *testing.B) {
	providertest.BenchmarkFirstDelta(b, providertest.Anthropic, open)
}
