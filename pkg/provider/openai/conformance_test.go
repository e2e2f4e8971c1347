package openai_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

func open(at providertest.Target) llm.Model {
	return openai.New(openai.Config{BaseURL: at.BaseURL, Key: at.Key, HTTP: at.HTTP})
}

func TestConformance(t *testing.T) { providertest.Conformance(t, providertest.OpenAI, open) }

func TestWireContract(t *testing.T) { providertest.WireContract(t, providertest.OpenAI, open) }

func BenchmarkFirstDelta(b *testing.B) {
	providertest.BenchmarkFirstDelta(b, providertest.OpenAI, open)
}
