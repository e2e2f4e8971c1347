package remote

import "context"

// List gives the newest batches of a reference's provider, limit at most, 0 for all, and whether there are
// more.
func (c *Client) List(ctx context.Context, ref string, limit int) (list []Batch, more bool, err error) {
	api, err := c.Open(ref)
	if err != nil {
		return nil, false, err
	}
	list = []Batch{}
	after := ""
	for {
		n := 100
		if limit > 0 {
			n = min(n, limit-len(list))
		}
		var page []Batch
		next := ""
		err := c.Retry.Do(ctx, func(ctx context.Context) (err error) {
			page, next, err = api.List(ctx, after, n)
			return err
		})
		list = append(list, page...)
		switch {
		case err != nil:
			return nil, false, err
		case next == "" || next == after:
			return list, false, nil
		case limit > 0 && len(list) >= limit:
			return list, true, nil
		}
		after = next
	}
}
