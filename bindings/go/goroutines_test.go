// SPDX-License-Identifier: Apache-2.0

package sellable_test

// Many goroutines on one engine: run with -race.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sellable.example/sellable"
)

// market is an engine with one channel, one location and some items, so many of each.
type market struct {
	*sellable.Engine
	items    []sellable.Item
	location sellable.Location
	channel  sellable.Channel
}

func succeed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stocked fills an engine that is empty.
func stocked(t testing.TB, engine *sellable.Engine, items int, each int64) *market {
	t.Helper()
	m := &market{Engine: engine}
	var err error
	m.location, err = engine.PutLocation("east")
	succeed(t, err)
	m.channel, err = engine.PutChannel("web")
	succeed(t, err)
	for i := range items {
		item, err := engine.PutItem(fmt.Sprintf("item %d", i))
		succeed(t, err)
		m.items = append(m.items, item)
		m.adjust(t, item, each)
	}
	return m
}

func newMarket(t testing.TB, items int, each int64) *market {
	t.Helper()
	engine, err := sellable.Open(sellable.Options{})
	succeed(t, err)
	return stocked(t, engine, items, each)
}

func (m *market) adjust(t testing.TB, item sellable.Item, quantity int64) {
	t.Helper()
	_, err := m.Apply(&sellable.Event{Type: sellable.EventOnHandAdjust, Item: item,
		Location: m.location, Quantity: quantity})
	succeed(t, err)
}

// order asks for one of each item.
func (m *market) order(key string, items ...sellable.Item) *sellable.Order {
	order := &sellable.Order{Key: key, Channel: m.channel}
	for _, item := range items {
		order.Lines = append(order.Lines, sellable.Line{Item: item, Quantity: 1})
	}
	return order
}

// isConsistent audits an engine, and closes it.
func isConsistent(t testing.TB, engine *sellable.Engine) {
	t.Helper()
	audit, err := engine.Audit()
	succeed(t, err)
	if !audit.Consistent {
		t.Errorf("item %q is not what the orders make of it", engine.ItemKey(audit.Item))
	}
	succeed(t, engine.Close())
}

func second[T any](_ T, err error) error { return err }

// together runs n goroutines, and waits for them.
func together(n int, work func(number int)) {
	var done sync.WaitGroup
	for number := range n {
		done.Add(1)
		go func() {
			defer done.Done()
			work(number)
		}()
	}
	done.Wait()
}

func TestManyGoroutinesSellEachUnitOnce(t *testing.T) {
	const goroutines, units = 8, 2000
	m := newMarket(t, 1, units)
	var sold atomic.Int64
	together(goroutines, func(number int) {
		for i := 0; ; i++ {
			_, err := m.Reserve(m.order(fmt.Sprintf("%d/%d", number, i), m.items[0]))
			if errors.Is(err, sellable.ErrInsufficient) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			sold.Add(1)
		}
	})
	if sold.Load() != units {
		t.Errorf("of %d units %d were sold", units, sold.Load())
	}
	isConsistent(t, m.Engine)
}

func TestBatchesOfManyGoroutinesSellEachUnitOnce(t *testing.T) {
	const goroutines, units, size = 6, 1500, 40
	m := newMarket(t, 1, units)
	var sold atomic.Int64
	together(goroutines, func(number int) {
		orders, answers := make([]sellable.Order, size), make([]sellable.Answer, size)
		for batch := 0; ; batch++ {
			for i := range orders {
				orders[i] = *m.order(fmt.Sprintf("%d/%d/%d", number, batch, i), m.items[0])
			}
			err := m.ReserveBatch(orders, answers)
			for i := range answers {
				if answers[i].Err == nil {
					sold.Add(1)
				}
			}
			if errors.Is(err, sellable.ErrInsufficient) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	if sold.Load() != units {
		t.Errorf("of %d units %d were sold", units, sold.Load())
	}
	isConsistent(t, m.Engine)
}

func TestOfGoroutinesWithTheSameKeysOneIsAcceptedAndAllGetItsPlan(t *testing.T) {
	const goroutines, keys = 6, 300
	m := newMarket(t, 2, 2*keys)
	var accepted [keys]atomic.Int32
	together(goroutines, func(int) {
		for key := range keys {
			answer, err := m.Reserve(m.order(fmt.Sprint(key), m.items...))
			if err != nil || len(answer.Plan) != 2 || answer.Plan[0].Quantity != 1 {
				t.Errorf("order %d: %v %v", key, answer, err)
				return
			}
			if answer.Status == sellable.StatusOK {
				accepted[key].Add(1)
			}
		}
	})
	for key := range accepted {
		if n := accepted[key].Load(); n != 1 {
			t.Errorf("order %d was accepted %d times", key, n)
		}
	}
	isConsistent(t, m.Engine)
}

// anything makes one call of any kind.
func (m *market) anything(random *rand.Rand, key string) error {
	item := m.items[random.IntN(len(m.items))]
	var err error
	switch random.IntN(14) {
	case 0:
		_, err = m.Available(item, m.channel)
	case 1:
		_, err = m.Reserve(m.order(key, m.items...))
	case 2:
		err = m.Release(key)
	case 3:
		_, err = m.Apply(&sellable.Event{Type: sellable.EventOnHandAdjust, Item: item,
			Location: m.location, Quantity: 1})
	case 4:
		_, err = m.Cell(item, m.location)
	case 5:
		_, err = m.Explain(&sellable.Question{Item: item, Channel: m.channel})
	case 6:
		for _, err = range m.Orders(sellable.Selection{Item: item}) {
			if err != nil {
				break
			}
		}
	case 7:
		_, err = m.Stats()
	case 8:
		_, err = m.PutItem(key)
	case 9:
		_, err = m.Changes(m.channel, make([]sellable.Change, 3))
	case 10:
		err = m.AvailableBatch(m.items, m.channel, make([]sellable.Availability, len(m.items)))
	case 11:
		err = m.look()
	case 12:
		var fork *sellable.Engine
		if fork, err = m.Fork(); err == nil {
			err = fork.Close()
		}
	case 13:
		_ = m.ItemKey(item) + m.ChannelKey(m.channel)
		_, err = m.Order(key)
	}
	return err
}

// look reads a view.
func (m *market) look() error {
	view, err := m.View()
	if err != nil {
		return err
	}
	for _, err = range view.Cells() {
		if err != nil {
			break
		}
	}
	return errors.Join(err, view.Close())
}

func isRefusal(err error) bool {
	var refusal *sellable.Error
	return err == nil || errors.As(err, &refusal)
}

func TestCloseWaitsForCallsThatRunAndLaterOnesGetErrClosed(t *testing.T) {
	for round := range 20 {
		m := newMarket(t, 3, 50)
		var started, done sync.WaitGroup
		for number := range 4 {
			started.Add(1)
			done.Add(1)
			go func() {
				defer done.Done()
				random := rand.New(rand.NewPCG(uint64(round), uint64(number)))
				started.Done()
				for {
					err := m.anything(random, fmt.Sprintf("key %d", random.IntN(40)))
					if errors.Is(err, sellable.ErrClosed) {
						return
					}
					if !isRefusal(err) {
						t.Errorf("%v", err)
						return
					}
				}
			}()
		}
		started.Wait()
		time.Sleep(time.Duration(round) * 100 * time.Microsecond)
		closed := make(chan error, 2)
		together(2, func(int) { closed <- m.Close() })
		first, second := <-closed, <-closed
		done.Wait()
		if (first == nil) == (second == nil) {
			t.Fatalf("closed by two, they got %v and %v", first, second)
		}
		random := rand.New(rand.NewPCG(1, 1))
		for range 200 {
			if err := m.anything(random, "key"); err == nil || !errors.Is(err, sellable.ErrClosed) {
				t.Fatalf("after Close: %v", err)
			}
		}
	}
}

// Every order takes one of each of two items, so as many of the one are reserved as of the other:
// in each view, and in each fork, while orders come and go. No unit is lost.
func TestViewsAndForksShowWholeOrdersOfOneInstantWhileOthersWrite(t *testing.T) {
	const units, looks, forks = 30, 150, 5
	engine, err := sellable.Open(sellable.Options{Retention: time.Millisecond})
	succeed(t, err)
	m := stocked(t, engine, 2, units)
	var stop atomic.Bool
	var now atomic.Int64
	var writers sync.WaitGroup
	for number := range 3 {
		writers.Add(1)
		go func() {
			defer writers.Done()
			for i := 0; !stop.Load(); i++ {
				key := fmt.Sprintf("%d/%d", number, i)
				if _, err := m.Reserve(m.order(key, m.items...)); !isRefusal(err) {
					t.Error(err)
				}
				if i >= units/10 { // what came first stays
					if err := m.Release(key); !isRefusal(err) {
						t.Error(err)
					}
				}
				if i%64 == 0 { // what is closed is forgotten
					if err := m.Advance(time.UnixMilli(now.Add(1))); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	for range looks {
		show(t, m.Engine, units)
	}
	for range forks {
		fork, err := m.Fork()
		succeed(t, err)
		show(t, fork, units)
		isConsistent(t, fork)
	}
	stop.Store(true)
	writers.Wait()
	isConsistent(t, m.Engine)
}

func show(t *testing.T, engine *sellable.Engine, units int64) {
	t.Helper()
	view, err := engine.View()
	succeed(t, err)
	var reserved []int64
	for part, err := range view.Cells() {
		succeed(t, err)
		for row := range part.Item {
			reserved = append(reserved, part.Reserved[row])
			if part.OnHand[row] != units || part.Free[row] != units-part.Reserved[row] {
				t.Fatalf("of %d units %d are free and %d reserved", part.OnHand[row],
					part.Free[row], part.Reserved[row])
			}
		}
	}
	if len(reserved) != 2 || reserved[0] != reserved[1] || reserved[0] > units {
		t.Fatalf("reserved of two items, by the same orders: %v", reserved)
	}
	succeed(t, view.Close())
}

// What a loop goes through may be closed within it: what it has been given stays good, and it ends.
func TestALoopMayCloseTheEngineThatItGoesThrough(t *testing.T) {
	for name, loop := range map[string]func(m *market, v *sellable.View, close func()){
		"Items": func(m *market, _ *sellable.View, close func()) {
			for item := range m.Items() {
				close()
				_ = m.ItemKey(item)
			}
		},
		"Orders": func(m *market, _ *sellable.View, close func()) {
			for order, err := range m.Orders(sellable.Selection{}) {
				close()
				_ = fmt.Sprint(order, err)
			}
		},
		"Exceptions": func(m *market, _ *sellable.View, close func()) {
			for exception, err := range m.Exceptions(sellable.ExceptionSelection{}) {
				close()
				_ = fmt.Sprint(exception, err)
			}
		},
		"Shortages": func(m *market, _ *sellable.View, close func()) {
			for shortage, err := range m.Shortages() {
				close()
				_ = fmt.Sprint(shortage, err)
			}
		},
		"View.Availability": func(m *market, v *sellable.View, close func()) {
			for part, err := range v.Availability(m.channel) {
				close()
				_ = fmt.Sprint(part, err)
			}
		},
		"View.Cells": func(_ *market, v *sellable.View, close func()) {
			for part, err := range v.Cells() {
				close()
				_ = fmt.Sprint(part, err)
			}
		},
		"View.Orders": func(_ *market, v *sellable.View, close func()) {
			for part, err := range v.Orders(true) {
				close()
				_ = fmt.Sprint(part, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, 3, 5)
			succeed(t, second(m.Reserve(m.order("one", m.items...))))
			succeed(t, second(m.Reserve(m.order("two", m.items[0]))))
			m.adjust(t, m.items[0], -9) // it is short
			_, err := m.Apply(&sellable.Event{Type: sellable.EventConfirm, OrderKey: "three"})
			if !errors.Is(err, sellable.ErrUnknownOrder) {
				t.Fatal(err)
			}
			view, err := m.View()
			succeed(t, err)
			closed := 0
			done := make(chan struct{})
			go func() {
				defer close(done)
				loop(m, view, func() {
					if err := m.Close(); err == nil {
						closed++
					} else if !errors.Is(err, sellable.ErrClosed) {
						t.Error(err)
					}
				})
			}()
			select {
			case <-done:
			case <-time.After(time.Minute):
				t.Fatal("Close waits for the loop that it is called in")
			}
			if closed != 1 {
				t.Errorf("the loop ran, and closed it %d times", closed)
			}
		})
	}
}
