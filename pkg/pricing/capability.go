package pricing

import "strings"

// Capability is a set of abilities.
type Capability uint16

// The abilities that the public tables know. A missing one may just be unknown.
const (
	Vision Capability = 1 << iota
	Tools
	JSONSchema
	Reasoning
	Caching
	PDF
	Audio
	WebSearch
)

// capabilityLetters and capabilityNames are in the order of the constants.
const capabilityLetters = "vtjrcpaw"

var capabilityNames = [...]string{"vision", "tools", "json_schema", "reasoning", "caching", "pdf", "audio", "web_search"}

// Has tells whether all of want are there.
func (c Capability) Has(want Capability) bool { return c&want == want }

// Names lists the abilities: "vision", "tools", "json_schema", "reasoning", "caching", "pdf", "audio",
// "web_search".
func (c Capability) Names() []string {
	var out []string
	for i, name := range capabilityNames {
		if c&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

func (c Capability) String() string { return strings.Join(c.Names(), ",") }

// CapabilityNames lists every name that ParseCapability takes.
func CapabilityNames() []string { return capabilityNames[:] }

// ParseCapability reads a name that Names writes.
func ParseCapability(name string) (Capability, bool) {
	for i, n := range capabilityNames {
		if strings.EqualFold(n, strings.ReplaceAll(name, "-", "_")) {
			return 1 << i, true
		}
	}
	return 0, false
}
