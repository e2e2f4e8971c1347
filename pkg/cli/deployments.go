package cli

import (
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
)

// pools are the models with several deployments. A deployment at a provider that nobody knows is a mistake, also where
// the others would answer.
func (e *env) pools(cfg *config.Config) (map[string]gateway.Pool, error) {
	out := map[string]gateway.Pool{}
	for name, m := range cfg.Models {
		if len(m.Deployments) == 0 {
			continue
		}
		p := gateway.Pool{Strategy: gateway.Strategy(m.Balance)}
		for i, d := range m.Deployments {
			if err := e.knownProvider(cfg, d.Model); err != nil {
				return nil, placed(cfg, fmt.Sprintf("models.%s.deployments[%d].model", name, i), err)
			}
			member := gateway.Member{Ref: d.Model}
			if d.Weight != nil {
				member.Weight = *d.Weight
			}
			p.Members = append(p.Members, member)
		}
		out[name] = p
	}
	return out, nil
}
