// Command llmops runs prompts, evals and cost estimates from the command line.
package main

import (
	"os"

	"github.com/llmops-toolkit/llmops/pkg/cli"
)

func main() {
	os.Exit(cli.Main())
}
