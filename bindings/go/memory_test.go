// SPDX-License-Identifier: Apache-2.0

//go:build !race

package sellable_test

// Calls of every kind, over and over, do not grow memory: neither Go's, nor C's, nor the engine's.
// Not with -race, which has memory of its own.

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"sellable.example/sellable"
)

var memoryCalls = flag.Int("calls", 100_000, "of each of the cheap kinds, in the test of memory")

// resident is how many bytes of the process are in memory.
func resident(t *testing.T) int64 {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	succeed(t, err)
	var size, pages int64
	_, err = fmt.Sscan(string(statm), &size, &pages)
	succeed(t, err)
	return pages * int64(os.Getpagesize())
}

// collected is what Go's heap has once garbage is gone, and what finalizers let go meanwhile.
func collected() int64 {
	debug.FreeOSMemory()
	time.Sleep(5 * time.Millisecond)
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// settled is what Go's heap and the process have, once they shrink no more.
func settled(t *testing.T) (heap, process int64) {
	t.Helper()
	heap = collected()
	for again := collected(); again < heap; again = collected() {
		heap = again
	}
	return heap, resident(t)
}

// slabBytes are the engine's own.
func slabBytes(t *testing.T, m *market) int64 {
	t.Helper()
	memory, err := m.Memory()
	succeed(t, err)
	return int64(memory.SlabBytes)
}

// repeated is a kind of call: `weight` times as dear as the cheapest, so made so many times less.
type repeated struct {
	name   string
	weight int
	call   func(i int) error
}

// expect is nil if a call is refused as it should be.
func expect(target, err error) error {
	if errors.Is(err, target) {
		return nil
	}
	return fmt.Errorf("not %w, but %w", target, err)
}

func questionsOf(m *market) []repeated {
	item, question := m.items[0], &sellable.Question{ItemKey: "item 0", ChannelKey: "web"}
	figures := make([]sellable.Availability, len(m.items))
	changes := make([]sellable.Change, len(m.items))
	return []repeated{
		{"Available", 1, func(int) error { return second(m.Available(item, m.channel)) }},
		{"Ask", 1, func(int) error { return second(m.Ask(question)) }},
		{"AvailableBatch", 1, func(int) error { return m.AvailableBatch(m.items, m.channel, figures) }},
		{"Cell", 1, func(int) error { return second(m.Cell(item, m.location)) }},
		{"Explain", 1, func(int) error { return second(m.Explain(question)) }},
		{"Order", 1, func(int) error { return second(m.Order("open")) }},
		{"unknown_order", 1, func(int) error {
			return expect(sellable.ErrUnknownOrder, second(m.Order("nobody's")))
		}},
		{"FindItem", 1, func(int) error { return second(m.FindItem("item 0")) }},
		{"ItemKey", 1, func(int) error { m.ItemKey(item); return nil }},
		{"LookItem", 1, func(int) error { return second(m.LookItem(item)) }},
		{"Policy", 1, func(int) error { return second(m.Policy(sellable.Scope{Channel: m.channel})) }},
		{"Changes", 1, func(int) error { return second(m.Changes(m.channel, changes)) }},
		{"Orders", 50, func(int) error { return visit(m.Orders(sellable.Selection{})) }},
		{"Waiting", 10, func(int) error { return visit(m.Waiting(sellable.Selection{Item: item})) }},
		{"Shortages", 10, func(int) error { return visit(m.Shortages()) }},
		{"Exceptions", 10, func(int) error {
			return visit(m.Exceptions(sellable.ExceptionSelection{}))
		}},
		{"View", 20, func(int) error { return m.look() }},
		{"Audit", 100, func(int) error { return second(m.Audit()) }},
		{"Stats", 100, func(int) error { return second(m.Stats()) }},
		{"Metrics", 100, func(int) error { return second(m.Metrics()) }},
		{"Fork", 2000, func(int) error {
			fork, err := m.Fork()
			return errors.Join(err, fork.Close())
		}},
		{"Open", 2000, func(int) error {
			engine, err := sellable.Open(sellable.Options{})
			return errors.Join(err, engine.Close())
		}},
	}
}

func changesOf(m *market) []repeated {
	order, tooMuch := m.order("again", m.items...), m.order("too much", m.items[0])
	tooMuch.Lines[0].Quantity = sellable.QuantityMax
	orders, answers := []sellable.Order{*m.order("batch", m.items...)}, make([]sellable.Answer, 1)
	adjust := sellable.Event{Type: sellable.EventOnHandAdjust, ItemKey: "item 0",
		Location: m.location, Reason: "counted"}
	unknown := adjust
	unknown.ItemKey, unknown.Content = "nothing", []byte("content")
	now := time.UnixMilli(1)
	answer := new(sellable.Answer)
	return []repeated{
		{"Reserve and Release", 2, func(int) error {
			now = now.Add(time.Millisecond) // closed orders are forgotten
			return errors.Join(second(m.Reserve(order)), m.Release("again"), m.Advance(now))
		}},
		{"ReserveInto and Release", 2, func(int) error {
			now = now.Add(time.Millisecond)
			return errors.Join(m.ReserveInto(order, answer), m.Release("again"), m.Advance(now))
		}},
		{"ReserveBatch and Release", 2, func(int) error {
			now = now.Add(time.Millisecond)
			return errors.Join(m.ReserveBatch(orders, answers), m.Release("batch"), m.Advance(now))
		}},
		{"insufficient", 1, func(int) error {
			return expect(sellable.ErrInsufficient, second(m.Reserve(tooMuch)))
		}},
		{"duplicate", 1, func(int) error { return second(m.Reserve(m.order("open", m.items...))) }},
		{"Amend", 2, func(int) error { return second(m.Amend(m.order("open", m.items...))) }},
		{"Confirm", 1, func(int) error { return m.Confirm("open") }},
		{"Apply", 1, func(int) error { return second(m.Apply(&adjust)) }},
		{"ApplyBatch", 1, func(int) error {
			return m.ApplyBatch([]sellable.Event{adjust, adjust}, nil)
		}},
		{"a kept exception", 2, func(int) error {
			return expect(sellable.ErrUnknownItem, second(m.Apply(&unknown)))
		}},
		{"PutItem", 2, func(i int) error {
			return second(m.PutItem("item 1", sellable.Units(sellable.Unit{Key: "case",
				Numerator: int64(1 + i%9), Denominator: 1})))
		}},
		{"PutPolicy", 5, func(i int) error {
			return m.PutPolicy(sellable.Scope{Item: m.items[1], Channel: m.channel},
				sellable.Cap(int64(i%9)))
		}},
		{"PutChannel", 5, func(i int) error {
			return second(m.PutChannel("web", sellable.Buffer(int64(i%9)), sellable.SellIn("case")))
		}},
	}
}

func TestCallsOfEachKindDoNotGrowMemory(t *testing.T) {
	calls := *memoryCalls
	// 20 bytes lost by each of 100,000 calls are seen.
	const engineRoom, heapRoom, processRoom = 1 << 20, 1 << 18, 2 << 20
	engine, err := sellable.Open(sellable.Options{Retention: time.Millisecond, Exceptions: 16})
	succeed(t, err)
	m := stocked(t, engine, 4, 1000)
	succeed(t, second(m.Reserve(m.order("open", m.items...))))
	for _, kind := range append(questionsOf(m), changesOf(m)...) {
		repeat := func(times int) {
			for i := range times {
				if err := kind.call(i); err != nil {
					t.Fatalf("%s: %v", kind.name, err)
				}
			}
		}
		times := max(10, calls/kind.weight)
		repeat(max(5, times/10))
		slabs := slabBytes(t, m)
		heap, process := settled(t)
		began := time.Now()
		repeat(times)
		took := time.Since(began)
		heapNow, processNow := settled(t)
		t.Logf("%-24s %8d calls, %6d ns each", kind.name, times, took.Nanoseconds()/int64(times))
		for _, grown := range []struct {
			what         string
			bytes, limit int64
		}{
			{"the engine", slabBytes(t, m) - slabs, engineRoom},
			{"Go's heap", heapNow - heap, heapRoom},
			{"the process", processNow - process, processRoom},
		} {
			if grown.bytes > grown.limit {
				t.Errorf("%d of %s grew %s by %d bytes", times, kind.name, grown.what, grown.bytes)
			}
		}
	}
	succeed(t, m.Close())
}
