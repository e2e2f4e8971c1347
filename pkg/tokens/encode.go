package tokens

// encode appends the ids of b, which is valid UTF-8 and a whole text, to ids. It stops after the piece
// with which there are at least most ids; the ends of the tokens in b go to ends when that is not nil.
func (c *codec) encode(b []byte, s *scratch, ids []int, ends *[]int, most int) []int {
	for i := 0; i < len(b) && len(ids) < most; {
		j := c.next(b, i)
		if id, ok := c.ranks.find(b, i, j); ok {
			ids = append(ids, int(id))
			if ends != nil {
				*ends = append(*ends, j)
			}
			i = j
			continue
		}
		for _, t := range s.merge(c.ranks, b[i:j], j-i-1) {
			ids = append(ids, int(t.id))
			if ends != nil {
				*ends = append(*ends, i+int(t.end))
			}
		}
		i = j
	}
	return ids
}
