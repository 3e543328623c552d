// SPDX-License-Identifier: Apache-2.0

package histories

import "slices"

// Orders of the specification: section 4 of the inventory model.

// needs are the items of an order by first line, each with its lines summed, kits taken apart.
func needs(set *settings, lines [mostLines]line) []line {
	var sums []line
	need := func(item, quantity int64) {
		i := slices.IndexFunc(sums, func(l line) bool { return l.item == item })
		if i < 0 {
			i, sums = len(sums), append(sums, line{item: item})
		}
		sums[i].quantity += quantity
	}
	for _, l := range lines {
		switch {
		case l.quantity == 0: // there is no such line
		case l.item == kit:
			for component, number := range set.components {
				if number > 0 {
					need(int64(component), number*l.quantity)
				}
			}
		default:
			need(l.item, l.quantity)
		}
	}
	return sums
}

// misfits are the needs beyond what may be promised: item, asked, promisable of each.
func (s *shop) misfits(set *settings, channel int64, needs []line) []int64 {
	var figures []int64
	for _, n := range needs {
		if promisable := s.promisable(set, n.item, channel); n.quantity > promisable {
			figures = append(figures, n.item, n.quantity, promisable)
		}
	}
	return figures
}

// place fills one need: the channel's own at each location, then its part of the shared stock at
// each; what is beyond that waits at the first.
func (s *shop) place(set *settings, channel int64, need line, to *plan) {
	var at [locations]placed
	var order []int64
	var seen [2][locations]int64
	left := need.quantity
	for location := range int64(locations) {
		at[location] = placed{item: need.item, location: location}
		seen[1][location], seen[0][location] = s.part(set, need.item, location, channel)
	}
	fill := func(location, quantity int64) {
		if quantity > 0 && !slices.Contains(order, location) {
			order = append(order, location)
		}
		at[location].quantity += quantity
		left -= quantity
	}
	for pass, seen := range seen {
		for location := range int64(locations) {
			taken := min(left, seen[location])
			fill(location, taken)
			if pass == 0 {
				at[location].fenced = taken
				s.cells[need.item][location].fences[channel].left -= taken
			}
		}
	}
	at[0].beyond = left
	fill(0, left)
	for _, location := range order {
		to.at[to.count] = at[location]
		to.count++
	}
}

// promise places all needs, or says what does not fit, and has then changed nothing.
func (s *shop) promise(set *settings, channel int64, lines [mostLines]line) (plan, []int64) {
	var to plan
	needs := needs(set, lines)
	misfits := s.misfits(set, channel, needs)
	if misfits == nil {
		for _, n := range needs {
			s.place(set, channel, n, &to)
		}
	}
	return to, misfits
}

func (p *plan) answer(status string) answer {
	var figures []int64
	for _, at := range p.at[:p.count] {
		figures = append(figures, at.item, at.location, at.quantity, at.beyond)
	}
	return answer{status, figures}
}

func (s *shop) reserve(set *settings, c call) answer {
	o := &s.orders[c.key]
	if o.taken && o.channel == c.channel && o.asked == c.lines {
		return o.first.answer(duplicate)
	}
	if o.taken {
		return answer{status: conflict}
	}
	to, misfits := s.promise(set, c.channel, c.lines)
	if misfits != nil {
		return answer{insufficient, misfits}
	}
	*o = order{taken: true, channel: c.channel, asked: c.lines, first: to, open: to}
	return to.answer(ok)
}

// amend decides on a copy in which the order has given back what it had.
func (s *shop) amend(set *settings, c call) answer {
	if !s.orders[c.key].taken {
		return answer{status: unknownOrder}
	}
	without := *s
	o := &without.orders[c.key]
	if without.giveBackAll(o) == 0 {
		return answer{status: wrongState}
	}
	to, misfits := without.promise(set, o.channel, c.lines)
	if misfits != nil {
		return answer{insufficient, misfits}
	}
	o.open = to
	*s = without
	return to.answer(ok)
}

// release goes through the placements of the item in reverse, or through all.
func (s *shop) release(c call) answer {
	o := &s.orders[c.key]
	if !o.taken {
		return answer{status: unknownOrder}
	}
	if c.quantity == 0 {
		if s.giveBackAll(o) == 0 {
			return answer{status: wrongState}
		}
		return answered()
	}
	has := int64(0)
	for _, p := range o.open.at[:o.open.count] {
		if p.item == c.item {
			has += p.unreleased()
		}
	}
	if has < c.quantity {
		return answer{status: wrongState}
	}
	left := c.quantity
	for i := o.open.count - 1; i >= 0; i-- {
		if p := &o.open.at[i]; p.item == c.item {
			left -= s.giveBack(o, p, min(left, p.unreleased()))
		}
	}
	return answered()
}

// giveBack returns units to where they came from: to the fence, if one is in force, else to all.
func (s *shop) giveBack(o *order, p *placed, quantity int64) int64 {
	drawn := p.drawn()
	p.released += quantity
	f := &s.cells[p.item][p.location].fences[o.channel]
	if f.inForce {
		f.left += drawn - p.drawn()
	}
	return quantity
}

func (s *shop) giveBackAll(o *order) (released int64) {
	for i := range o.open.at[:o.open.count] {
		p := &o.open.at[i]
		released += s.giveBack(o, p, p.unreleased())
	}
	return released
}
