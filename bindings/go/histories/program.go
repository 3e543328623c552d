// SPDX-License-Identifier: Apache-2.0

package histories

import (
	"fmt"
	"math/rand/v2"
)

// program is what some goroutines are to do at once, on a shop that is set up before.
type program struct {
	settings settings
	initial  [groups]shop
	threads  [][]step
}

// step is one call, or a batch of one kind, or a view of all groups.
type step []call

const (
	threads        = 4
	stepsPerThread = 20
	longestBatch   = 3
)

// weights of the kinds of calls.
var weights = [kinds]int{reserve: 30, amend: 10, release: 12, adjust: 10, setFence: 5,
	available: 15, askCell: 8, askOrder: 5, view: 2}

// oneIn is true once in n times.
func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

func drawSettings(r *rand.Rand) settings {
	set := settings{components: [items]int64{1 + r.Int64N(2), r.Int64N(3)}}
	for c := range channels {
		set.share[c] = []int64{10_000, 10_000, 5_000}[r.IntN(3)]
		set.buffer[c] = []int64{0, 0, 1}[r.IntN(3)]
		set.backorder[c] = []int64{0, 0, 2}[r.IntN(3)]
		set.precedence[c] = r.Int64N(2)
	}
	return set
}

func drawShop(r *rand.Rand) (s shop) {
	for item := range items {
		for location := range locations {
			c := &s.cells[item][location]
			c.onHand = r.Int64N(5)
			if left := 1 + r.Int64N(2); oneIn(r, 3) {
				c.fences[r.IntN(channels)] = fence{true, left}
			}
		}
	}
	return s
}

func drawLines(r *rand.Rand) (lines [mostLines]line) {
	for i := range 1 + r.IntN(mostLines) {
		lines[i] = line{r.Int64N(items + 1), 1 + r.Int64N(2)}
	}
	return lines
}

// drawKind draws one by its weight.
func drawKind(r *rand.Rand) kind {
	total := 0
	for _, weight := range weights {
		total += weight
	}
	at := r.IntN(total)
	k := kind(0)
	for ; at >= weights[k]; k++ {
		at -= weights[k]
	}
	return k
}

func drawCall(r *rand.Rand, k kind) call {
	c := call{kind: k, group: r.IntN(groups)}
	switch k {
	case reserve:
		c.key, c.channel, c.lines = r.Int64N(keys), r.Int64N(channels), drawLines(r)
	case amend:
		c.key, c.lines = r.Int64N(keys), drawLines(r)
	case release:
		c.key = r.Int64N(keys)
		if oneIn(r, 2) {
			c.item, c.quantity = r.Int64N(items), 1+r.Int64N(2)
		}
	case adjust:
		c.item, c.location, c.quantity = r.Int64N(items), r.Int64N(locations), r.Int64N(6)-2
	case setFence:
		c.item, c.location = r.Int64N(items), r.Int64N(locations)
		c.channel, c.quantity = r.Int64N(channels), r.Int64N(3)
	case available:
		c.item, c.channel = r.Int64N(items+1), r.Int64N(channels)
	case askCell:
		c.item, c.location = r.Int64N(items), r.Int64N(locations)
	case askOrder:
		c.key = r.Int64N(keys)
	}
	return c
}

// comesInBatches are the kinds that one crossing may carry several of.
func comesInBatches(k kind) bool {
	return k == reserve || k == adjust || k == setFence || k == available
}

func drawStep(r *rand.Rand) step {
	k := drawKind(r)
	if k == view {
		var all step
		for g := range groups {
			all = append(all, call{kind: view, group: g})
		}
		return all
	}
	s := step{drawCall(r, k)}
	for comesInBatches(k) && oneIn(r, 6) && len(s) < longestBatch {
		s = append(s, drawCall(r, k))
	}
	return s
}

// draw makes the program of a seed: always the same.
func draw(seed uint64) program {
	r := rand.New(rand.NewPCG(seed, 0))
	p := program{settings: drawSettings(r)}
	for g := range groups {
		p.initial[g] = drawShop(r)
	}
	for range threads {
		var steps []step
		for range stepsPerThread {
			steps = append(steps, drawStep(r))
		}
		p.threads = append(p.threads, steps)
	}
	return p
}

// For people.

func (c call) String() string {
	text := fmt.Sprintf("group %d %v", c.group, c.kind)
	switch c.kind {
	case reserve, amend, release, askOrder:
		text += fmt.Sprintf(" order %d", c.key)
	}
	switch c.kind {
	case reserve:
		text += fmt.Sprintf(" channel %d lines %v", c.channel, c.lines)
	case amend:
		text += fmt.Sprintf(" lines %v", c.lines)
	case release:
		text += fmt.Sprintf(" %d of item %d", c.quantity, c.item)
	case adjust, askCell:
		text += fmt.Sprintf(" item %d at %d by %d", c.item, c.location, c.quantity)
	case setFence:
		text += fmt.Sprintf(" item %d at %d for %d to %d", c.item, c.location, c.channel, c.quantity)
	case available:
		text += fmt.Sprintf(" item %d channel %d", c.item, c.channel)
	}
	return text
}
