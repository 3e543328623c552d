// SPDX-License-Identifier: Apache-2.0

package sellable_test

// What a call costs: go test -run xxx -bench . The empty call is what cgo alone takes.

import (
	"fmt"
	"testing"

	"sellable.example/sellable"
)

func BenchmarkEmptyCall(b *testing.B) {
	for range b.N {
		sellable.EmptyCall()
	}
}

func BenchmarkAvailable(b *testing.B) {
	m := newMarket(b, 1000, 1_000_000)
	defer m.Close()
	at := 0
	for range b.N {
		if _, err := m.Available(m.items[at], m.channel); err != nil {
			b.Fatal(err)
		}
		at = (at + 1) % len(m.items)
	}
}

func BenchmarkAsk(b *testing.B) {
	m := newMarket(b, 1000, 1_000_000)
	defer m.Close()
	question := sellable.Question{ItemKey: "item 7", ChannelKey: "web"}
	for range b.N {
		if _, err := m.Ask(&question); err != nil {
			b.Fatal(err)
		}
	}
}

// An operation is a batch of 1,000.
func BenchmarkAvailableBatchOf1000(b *testing.B) {
	m := newMarket(b, 1000, 1_000_000)
	defer m.Close()
	figures := make([]sellable.Availability, len(m.items))
	for range b.N {
		if err := m.AvailableBatch(m.items, m.channel, figures); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReserve(b *testing.B) {
	m := newMarket(b, 1000, 1_000_000_000)
	defer m.Close()
	order := m.order("", m.items[0])
	var answer sellable.Answer
	number := 0
	for range b.N {
		number++
		order.Key = fmt.Sprint("O-", number)
		order.Lines[0].Item = m.items[number%len(m.items)]
		if err := m.ReserveInto(order, &answer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOnHandAdjust(b *testing.B) {
	m := newMarket(b, 1000, 0)
	defer m.Close()
	event := sellable.Event{Type: sellable.EventOnHandAdjust, Location: m.location, Quantity: 1}
	number := 0
	for range b.N {
		number++
		event.Item = m.items[number%len(m.items)]
		if err := m.ApplyInto(&event, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// An operation is a batch of 1,000.
func BenchmarkOnHandAdjustBatchOf1000(b *testing.B) {
	m := newMarket(b, 1000, 0)
	defer m.Close()
	events := make([]sellable.Event, len(m.items))
	for i, item := range m.items {
		events[i] = sellable.Event{
			Type: sellable.EventOnHandAdjust, Item: item, Location: m.location, Quantity: 1}
	}
	for range b.N {
		if err := m.ApplyBatch(events, nil); err != nil {
			b.Fatal(err)
		}
	}
}
