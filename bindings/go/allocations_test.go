// SPDX-License-Identifier: Apache-2.0

//go:build !race

package sellable_test

// What is promised of calls on the fast path. (Under the race detector, pools forget at random.)

import (
	"testing"

	"sellable.example/sellable"
)

func TestCallsOnTheFastPathAllocateNothing(t *testing.T) {
	m := newMarket(t, 200, sellable.QuantityMax/4)
	defer m.Close()
	figures := make([]sellable.Availability, len(m.items))
	statuses := make([]sellable.Status, len(m.items))
	questions := make([]sellable.Question, len(m.items))
	for i := range questions {
		questions[i] = sellable.Question{ItemKey: m.ItemKey(m.items[i]), ChannelKey: "web"}
	}
	event := sellable.Event{
		Type: sellable.EventOnHandAdjust, ItemKey: "item 3", LocationKey: "east", Quantity: 1}
	order := m.order("O-1", m.items[0], m.items[1], m.items[2])
	changes := make([]sellable.Change, 10)
	var answer sellable.Answer
	for name, call := range map[string]func() error{
		"Available":      func() error { return fault(m.Available(m.items[0], m.channel)) },
		"Ask":            func() error { return fault(m.Ask(&questions[0])) },
		"AvailableBatch": func() error { return m.AvailableBatch(m.items, m.channel, figures) },
		"AskBatch":       func() error { return m.AskBatch(questions, figures, statuses) },
		"ReserveInto":    func() error { return m.ReserveInto(order, &answer) },
		"ApplyInto":      func() error { return m.ApplyInto(&event, nil) },
		"Changes":        func() error { return fault(m.Changes(m.channel, changes)) },
		"Confirm":        func() error { return m.Confirm("O-1") },
		"Now":            func() error { m.Now(); return nil },
	} {
		succeed(t, m.ReserveInto(order, &answer))
		var err error
		allocated := testing.AllocsPerRun(1000, func() {
			if failed := call(); failed != nil {
				err = failed
			}
		})
		if err != nil || allocated >= 1 {
			t.Errorf("%s: %v allocations, %v", name, allocated, err)
		}
	}
}
