package route

import "math"

//go:generate go run ./gen -data=$ROUTE_DATA -source=$ROUTE_SOURCE -out=coefficients.go

// Level is how hard a request is likely to be.
type Level string

// The levels. A third of the texts that the classifier was fitted on is of each.
const (
	Simple  Level = "simple"
	Medium  Level = "medium"
	Complex Level = "complex"
)

// Levels lists them, the easiest first.
func Levels() []Level { return []Level{Simple, Medium, Complex} }

// model is a logistic regression over standardised signals. coefficients.go holds the fitted one.
type model struct {
	mean, sd, weight [signals]float64 // a signal with sd 0 did not vary in the data and has no weight
	bias             float64
	medium, complex  float64 // scores from which a text is medium and complex
}

// farthest is how many standard deviations a signal may lie off the mean: beyond the data the fit knows nothing.
const farthest = 3

// Classify sorts a text by the probability that a weak model fails on it where a strong one does not. The score is
// that of the fitted model (see coefficients.go for what it was fitted on and how well it does); as a probability it
// holds for texts of that kind only, the order of texts is what it is for. It is deterministic and asks nobody.
func Classify(text string) (Level, float64) { return fitted().classify(Signals(text)) }

// Score is the score of Classify.
func Score(text string) float64 { return fitted().score(Signals(text)) }

func (m *model) classify(s [signals]float64) (Level, float64) {
	switch score := m.score(s); {
	case score >= m.complex:
		return Complex, score
	case score >= m.medium:
		return Medium, score
	default:
		return Simple, score
	}
}

func (m *model) score(s [signals]float64) float64 {
	z := m.bias
	for i, v := range s {
		if m.sd[i] > 0 {
			z += m.weight[i] * max(-farthest, min(farthest, (v-m.mean[i])/m.sd[i]))
		}
	}
	return 1 / (1 + math.Exp(-z))
}
