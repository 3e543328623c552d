// SPDX-License-Identifier: Apache-2.0

package histories

// The arithmetic of the specification: sections 2 and 3 of the inventory model, of now.

// unreleased is what an order still has at a cell; released units of what waits go first.
func (p *placed) unreleased() int64 { return p.quantity - p.released }
func (p *placed) waiting() int64    { return max(0, p.beyond-p.released) }
func (p *placed) drawn() int64      { return min(p.fenced, p.unreleased()) }

// terms of a cell.
type terms struct {
	onHand, reserved, backordered, net, free, fenced, shared int64
}

func (s *shop) terms(item, location int64) terms {
	c := &s.cells[item][location]
	t := terms{onHand: c.onHand}
	for i := range s.orders {
		open := &s.orders[i].open
		for j := range open.at[:open.count] {
			if p := &open.at[j]; p.item == item && p.location == location {
				t.reserved += p.unreleased() - p.waiting()
				t.backordered += p.waiting()
			}
		}
	}
	for _, f := range c.fences {
		t.fenced += f.left
	}
	t.net = t.onHand - t.reserved
	t.free = max(0, t.net)
	t.shared = max(0, t.free-t.fenced-t.backordered)
	return t
}

// part is what a channel sees of a cell: of the shared stock, and of its own.
func (s *shop) part(set *settings, item, location, channel int64) (shared, own int64) {
	t := s.terms(item, location)
	fences := &s.cells[item][location].fences
	before := int64(0)
	for d := range int64(channels) {
		if set.precedence[d] > set.precedence[channel] ||
			set.precedence[d] == set.precedence[channel] && d < channel {
			before += fences[d].left
		}
	}
	return t.shared * set.share[channel] / 10_000, min(fences[channel].left, max(0, t.free-before))
}

// promisable is what one order of a channel may take of an item, or of the kit, at most.
func (s *shop) promisable(set *settings, item, channel int64) int64 {
	if item == kit {
		least := int64(1e15)
		for component, number := range set.components {
			if number > 0 {
				least = min(least, s.promisable(set, int64(component), channel)/number)
			}
		}
		return least
	}
	pool, uncovered := int64(0), int64(0)
	for location := range int64(locations) {
		shared, own := s.part(set, item, location, channel)
		pool += shared + own
		t := s.terms(item, location)
		uncovered += max(0, t.backordered-max(0, t.free-t.fenced))
	}
	return max(0, pool-set.buffer[channel]+max(0, set.backorder[channel]-uncovered))
}
