// SPDX-License-Identifier: Apache-2.0

package sellable_test

// Plans that are longer than what there is room for in a hurry, in the order in which they are filled.

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"sellable.example/sellable"
)

// spread is a market whose items stand one each at many locations.
func spread(t *testing.T, items, locations int) *market {
	t.Helper()
	m := newMarket(t, items, 0)
	var events []sellable.Event
	for number := range locations {
		place := must(m.PutLocation(fmt.Sprintf("place %04d", number)))
		for _, item := range m.items {
			events = append(events, sellable.Event{
				Type: sellable.EventOnHandSet, Item: item, Location: place, Quantity: 1})
		}
	}
	succeed(t, m.ApplyBatch(events, nil))
	return m
}

// most asks for all that there is of some items.
func (m *market) most(t *testing.T, key string, items ...sellable.Item) *sellable.Order {
	t.Helper()
	order := m.order(key, items...)
	for i := range order.Lines {
		order.Lines[i].Quantity = must(m.Available(items[i], m.channel)).Promisable
	}
	return order
}

// isWhole fails unless a plan has one of each item at each location, in the order in which they are
// filled: the items' first lines, the locations' keys.
func isWhole(t *testing.T, m *market, plan []sellable.Placement, items []sellable.Item, locations int) {
	t.Helper()
	var expected []sellable.Placement
	places := slices.Collect(m.Locations())[1:] // of "east" there is nothing
	for _, item := range items {
		for _, place := range places {
			expected = append(expected, sellable.Placement{Item: item, Location: place, Quantity: 1})
		}
	}
	if len(places) != locations || !slices.Equal(plan, expected) {
		t.Errorf("%d placements, not %d in their order", len(plan), len(expected))
	}
}

func TestAChangeWithALongPlanIsMadeOnceAndItsPlanIsWhole(t *testing.T) {
	for _, size := range []struct{ items, locations int }{
		{1, 70},    // more than the 64 that sufficed for most
		{250, 140}, // more than there is room for: the order has the rest
	} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			m := spread(t, size.items, size.locations)
			defer m.Close()
			small, all := m.order("O-1", m.items[0]), m.most(t, "O-1", m.items...)
			must(m.Reserve(small))
			isWhole(t, m, must(m.Amend(all)).Plan, m.items, size.locations)
			event := &sellable.Event{Type: sellable.EventAmend, Order: all, ID: "e-1"}
			isWhole(t, m, must(m.Apply(event)).Plan, m.items, size.locations)
			answers := make([]sellable.Answer, 2)
			events := []sellable.Event{{Type: sellable.EventAmend, Order: small}, {Type: sellable.EventAmend, Order: all}}
			succeed(t, m.ApplyBatch(events, answers))
			isWhole(t, m, answers[1].Plan, m.items, size.locations)
			stats := must(m.Stats())
			if calls := stats.Calls[sellable.EventAmend][sellable.StatusOK]; calls != 4 {
				t.Errorf("4 amendments count as %d", calls)
			}
			succeed(t, m.Release("O-1"))
			all.Key = "O-2"
			isWhole(t, m, must(m.Reserve(all)).Plan, m.items, size.locations)
			again := must(m.Reserve(all))
			isWhole(t, m, again.Plan, m.items, size.locations)
			succeed(t, m.Release("O-2"))
			all.Key = "O-3"
			succeed(t, m.ReserveBatch([]sellable.Order{*all}, answers))
			isWhole(t, m, answers[0].Plan, m.items, size.locations)
			stats = must(m.Stats())
			if calls := stats.Calls[sellable.EventReserve]; again.Status != sellable.StatusDuplicate ||
				calls[sellable.StatusOK] != 3 || calls[sellable.StatusDuplicate] != 1 {
				t.Errorf("3 orders, one of them twice, count as %v", calls)
			}
		})
	}
}

func TestAKeptEventIsReplayedWithItsWholePlan(t *testing.T) {
	m := spread(t, 2, 70)
	defer m.Close()
	order := m.most(t, "O-1", m.items...)
	order.ChannelKey, order.Channel = "later", 0
	refused := refusal(t, fault(m.Apply(&sellable.Event{Type: sellable.EventReserve, Order: order})),
		sellable.ErrUnknownChannel, "channel")
	must(m.PutChannel("later"))
	isWhole(t, m, must(m.ReplayException(refused.Exception, nil)).Plan, m.items, 70)
}

func TestAllThatDoesNotFitIsSaid(t *testing.T) {
	m := newMarket(t, sellable.LinesMax, 1)
	defer m.Close()
	order := m.order("O-1", m.items...)
	for i := range order.Lines {
		order.Lines[i].Quantity = 2
	}
	answers := make([]sellable.Answer, 1)
	for name, err := range map[string]error{
		"Reserve": fault(m.Reserve(order)),
		"batch":   m.ReserveBatch([]sellable.Order{*order}, answers),
	} {
		refused := refusal(t, err, sellable.ErrInsufficient, "")
		if len(refused.Misfits) != len(m.items) {
			t.Errorf("%s: %d misfits", name, len(refused.Misfits))
		}
	}
	if calls := must(m.Stats()).Calls[sellable.EventReserve][sellable.StatusInsufficient]; calls != 2 {
		t.Errorf("2 refusals count as %d", calls)
	}
}

func TestAnAmendmentThatOthersSeeIsNotMadeAgain(t *testing.T) {
	for range 100 {
		m := spread(t, 1, 70)
		all := m.most(t, "O-1", m.items...)
		must(m.Reserve(m.order("O-1", m.items[0])))
		var released sync.WaitGroup
		released.Add(1)
		go func() {
			defer released.Done()
			for must(m.Available(m.items[0], m.channel)).Promisable != 0 {
			}
			succeed(t, m.Release("O-1"))
		}()
		_, err := m.Amend(all)
		if err != nil {
			t.Errorf("it took effect, and says: %v", err)
		}
		if err != nil {
			_ = m.Release("O-1")
		}
		released.Wait()
		succeed(t, m.Close())
	}
}
