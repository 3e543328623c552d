// SPDX-License-Identifier: Apache-2.0

package sellable_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"sellable.example/sellable"
)

// many is a market with more items and orders than a part of a view has rows for.
func many(t *testing.T) *market {
	m := newMarket(t, 5000, 7)
	var orders []sellable.Order
	for i := range m.items {
		orders = append(orders, *m.order(fmt.Sprintf("O-%05d", i), m.items[i], m.items[(i+1)%len(m.items)]))
	}
	succeed(t, m.ReserveBatch(orders, nil))
	return m
}

func TestAViewShowsInPartsWhatSingleQuestionsAnswer(t *testing.T) {
	m := many(t)
	defer m.Close()
	view := must(m.View())
	market := must(m.PutChannel("market"))
	for _, err := range view.Availability(market) {
		refusal(t, err, sellable.ErrUnknownChannel, "channel")
	}
	rows, parts := 0, 0
	for columns, err := range view.Availability(m.channel, m.channel) {
		succeed(t, err)
		parts++
		for row := range columns.Rows() {
			rows++
			if figures := must(m.Available(row.Item, row.Channel)); figures != row.Availability {
				t.Fatalf("%d: %v, not %v", row.Item, row.Availability, figures)
			}
		}
	}
	if rows != 2*len(m.items) || parts != 2 {
		t.Errorf("%d rows in %d parts", rows, parts)
	}
	rows = 0
	for columns, err := range view.Cells() {
		succeed(t, err)
		for row := range columns.Rows() {
			rows++
			cell := must(m.Cell(row.Item, row.Location))
			if row.OnHand != cell.OnHand || row.Reserved != cell.Reserved || row.Free != cell.Free || row.Net != 5 {
				t.Fatalf("%+v, not %+v", row, cell)
			}
		}
	}
	if rows != len(m.items) {
		t.Errorf("%d rows", rows)
	}
	succeed(t, view.Close())
	if err := view.Close(); !errors.Is(err, sellable.ErrClosed) {
		t.Error(err)
	}
	for _, err := range view.Cells() {
		if !errors.Is(err, sellable.ErrClosed) {
			t.Error(err)
		}
	}
}

func TestAViewShowsOrdersWithTheirPlacements(t *testing.T) {
	m := many(t)
	defer m.Close()
	succeed(t, m.Release("O-00000"))
	view := must(m.View())
	defer view.Close()
	for closed, want := range map[bool]int{false: len(m.items) - 1, true: len(m.items)} {
		units := map[string]int64{}
		for columns, err := range view.Orders(closed) {
			succeed(t, err)
			for at, row := range columns.Placed.Order {
				units[columns.Key[row]] += columns.Placed.Reserved[at] + columns.Placed.Released[at]
			}
		}
		if len(units) != want {
			t.Errorf("closed %v: %d orders, not %d", closed, len(units), want)
		}
		for key, count := range units {
			if count != 2 {
				t.Errorf("%s has %d units", key, count)
			}
		}
	}
}

func TestOrdersAtACellAreListedAndALoopMayLeave(t *testing.T) {
	m := many(t)
	defer m.Close()
	count := 0
	for order, err := range m.Orders(sellable.Selection{ItemKey: "item 7"}) {
		succeed(t, err)
		count++
		succeed(t, m.Release(order.Key)) // what a loop changes is not seen
	}
	if count != 2 {
		t.Errorf("%d orders", count)
	}
	for range m.Orders(sellable.Selection{}) {
		break
	}
	for _, err := range m.Orders(sellable.Selection{ItemKey: "gone"}) {
		refusal(t, err, sellable.ErrUnknownItem, "item")
	}
	must(m.Apply(&sellable.Event{Type: sellable.EventOnHandSet, Item: m.items[9], Location: m.location, Quantity: 1}))
	for shortage, err := range m.Shortages() {
		succeed(t, err)
		if shortage.Item != m.items[9] || shortage.Short != 1 || len(shortage.Orders) != 1 || shortage.Orders[0].Order != "O-00009" {
			t.Errorf("%+v", shortage)
		}
	}
}

func TestWhatIsClosedAnswersErrClosed(t *testing.T) {
	m := newMarket(t, 1, 1)
	view := must(m.View())
	succeed(t, m.Close()) // with a view open
	for name, err := range map[string]error{
		"Close":      m.Close(),
		"View.Close": view.Close(),
		"Available":  fault(m.Available(1, 1)),
		"Reserve":    fault(m.Reserve(&sellable.Order{})),
		"Batch":      m.ApplyBatch(make([]sellable.Event, 1), nil),
		"Changes":    fault(m.Changes(1, nil)),
		"Fork":       fault(m.Fork()),
		"View":       fault(m.View()),
		"Stats":      fault(m.Stats()),
		"zero":       fault((&sellable.Engine{}).Available(1, 1)),
	} {
		if !errors.Is(err, sellable.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range m.Orders(sellable.Selection{}) {
		if !errors.Is(err, sellable.ErrClosed) {
			t.Error(err)
		}
	}
	for range m.Items() {
		t.Error("an item")
	}
	if m.ItemKey(1) != "" || !m.Now().IsZero() || m.Position() != 0 {
		t.Error("it answers")
	}
}

func TestFiguresForOperationsCountWhatWasDone(t *testing.T) {
	m := newMarket(t, 1, 5)
	defer m.Close()
	must(m.Reserve(m.order("O-1", m.items[0])))
	_ = fault(m.Reserve(m.order("O-2", 99)))
	stats := must(m.Stats())
	if stats.Calls[sellable.EventReserve][sellable.StatusOK] != 1 ||
		stats.Calls[sellable.EventReserve][sellable.StatusUnknownItem] != 1 || stats.OrdersOpen != 1 ||
		len(stats.Channels) != 1 || stats.Channels[0].Units != 1 || stats.Memory != must(m.Memory()) {
		t.Errorf("%+v", stats)
	}
	if text := string(must(m.Metrics())); len(text) < 100 || text[len(text)-6:] != "# EOF\n" {
		t.Error(text)
	}
}

func TestAStoreIsFoundAgainAndItsTrailSaysWhatWasDone(t *testing.T) {
	folder := t.TempDir()
	engine := must(sellable.OpenStore(folder, sellable.StoreOptions{Answering: sellable.AnswerDecided}))
	m := stocked(t, engine, 2, 5)
	at := time.UnixMilli(1767225600000)
	succeed(t, m.Advance(at))
	answer := must(m.Reserve(m.order("O-1", m.items...)))
	succeed(t, m.WaitDurable(answer.Position))
	if answer.Position == 0 || m.Durable() < answer.Position || m.Position() < answer.Position {
		t.Errorf("%d, durable %d, position %d", answer.Position, m.Durable(), m.Position())
	}
	refusal(t, fault(sellable.OpenStore(folder, sellable.StoreOptions{})), sellable.ErrInvalid, "directory")
	refusal(t, fault(sellable.OpenTrail(folder, false)), sellable.ErrInvalid, "journal")
	succeed(t, m.StartCommitter())
	refusal(t, m.StartCommitter(), sellable.ErrWrongState, "")
	succeed(t, m.StopCommitter())
	succeed(t, m.Checkpoint(true))
	hash := must(m.Audit()).Hash
	succeed(t, m.Close())

	engine = must(sellable.OpenStore(folder, sellable.StoreOptions{}))
	if found := must(engine.Audit()).Hash; found != hash || engine.Recovery().Checkpoint == 0 || !engine.Now().Equal(at) {
		t.Errorf("%v, not %v: %+v", found, hash, engine.Recovery())
	}
	succeed(t, engine.Close())

	trail := must(sellable.OpenTrail(folder, false))
	var orders, cells int
	for entry, err := range trail.Entries() {
		succeed(t, err)
		if entry.Event != nil && entry.Event.Type == sellable.EventReserve {
			orders++
			cells = len(entry.Cells)
			touched := sellable.TrailCell{Item: m.items[1], Location: m.location,
				Before: sellable.TrailFigures{OnHand: 5, Net: 5},
				After:  sellable.TrailFigures{OnHand: 5, Reserved: 1, Net: 4}}
			if entry.Event.Order.Key != "O-1" || entry.Position != answer.Position || entry.Cells[1] != touched {
				t.Errorf("%+v", entry)
			}
		}
	}
	if orders != 1 || cells < 2 {
		t.Errorf("%d orders, %d cells", orders, cells)
	}
	last := trail.Engine()
	if found := must(last.Audit()).Hash; found != hash || last.ItemKey(m.items[1]) != "item 1" {
		t.Error("the trail ends with something else")
	}
	refusal(t, fault(last.PutItem("B")), sellable.ErrWrongState, "")
	succeed(t, trail.Close())
	if err := trail.Close(); !errors.Is(err, sellable.ErrClosed) || last.ItemKey(m.items[1]) != "" {
		t.Error(err)
	}
	refusal(t, fault(sellable.OpenTrail(filepath.Join(folder, "none"), false)), sellable.ErrInvalid, "directory")
	if _, err := os.Stat(filepath.Join(folder, "none")); err == nil {
		t.Error("it was made")
	}
}

func TestTheEngineOfATrailThatIsForgottenGoesOnAnsweringAndItsViewsAreClosed(t *testing.T) {
	folder := t.TempDir()
	m := stocked(t, must(sellable.OpenStore(folder, sellable.StoreOptions{})), 1, 5)
	succeed(t, m.Close())
	engine := must(sellable.OpenTrail(folder, false)).Engine()
	for range 5 {
		runtime.GC()
		time.Sleep(time.Millisecond)
		if figures := must(engine.Available(m.items[0], m.channel)); figures.Promisable != 5 {
			t.Fatal(figures)
		}
	}
	view := must(engine.View())
	succeed(t, engine.Close())
	if err := view.Close(); !errors.Is(err, sellable.ErrClosed) {
		t.Error(err)
	}
	runtime.KeepAlive(engine)
}

func TestATrailIsClosedOnceItsEngineIs(t *testing.T) {
	const orders, size = 200, 200
	folder := t.TempDir()
	store := sellable.StoreOptions{Answering: sellable.AnswerDecided}
	m := stocked(t, must(sellable.OpenStore(folder, store)), size, orders)
	for number := range orders {
		must(m.Reserve(m.order(fmt.Sprint(number), m.items...)))
	}
	succeed(t, m.Close())
	for range 3 {
		trail := must(sellable.OpenTrail(folder, false))
		engine := trail.Engine()
		var asked sync.WaitGroup
		asked.Add(3)
		together(6, func(number int) {
			if number < 3 {
				_, err := engine.Audit()
				for asked.Done(); err == nil; { // what was asked before the end is answered
					_, err = engine.Audit()
				}
				return
			}
			asked.Wait()
			_ = []func() error{engine.Close, trail.Close}[number%2]() // or another has
		})
		if err := errors.Join(engine.Close(), trail.Close()); !errors.Is(err, sellable.ErrClosed) {
			t.Error(err)
		}
	}
}

func TestAMemoryEngineHasNoLog(t *testing.T) {
	m := newMarket(t, 1, 1)
	defer m.Close()
	refusal(t, m.Checkpoint(false), sellable.ErrInvalid, "")
	refusal(t, m.StartCommitter(), sellable.ErrInvalid, "")
	if m.Position() != 0 || m.WaitDurable(7) != nil || m.Recovery() != (sellable.Recovery{}) {
		t.Error("it has")
	}
}
