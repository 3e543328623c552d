// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"iter"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// A View shows an engine as it was at one instant, in columns, while others go on changing it. Any
// number may be open, each for as long as it is wanted: the first change of a row after its instant
// keeps the old value for it. Its methods may be called by several goroutines.
type View struct {
	engine *Engine
	state  *viewState
	now    time.Time
	items  uint64 // there are no more, then
	cells  uint64
}

// viewState is what the engine has to know of a view, to close it. Its record is memory of C.
type viewState struct {
	lock sync.RWMutex // held to read by those that read; to write by what closes it, or sorts orders
	c    *C.struct_sellable_view
}

// View opens a view. Close it: until then it holds back memory; one that is forgotten is closed some
// time after the last reference to it is gone. Cost: an exclusive change.
//
//   - ErrNoMemory
func (e *Engine) View() (*View, error) {
	view := &View{engine: e, state: &viewState{}}
	err := e.ask(func(*scratch) C.enum_sellable_status {
		block := blockOfC(C.sizeof_struct_sellable_view)
		clear(block)
		c := (*C.struct_sellable_view)(unsafe.Pointer(unsafe.SliceData(block)))
		status := C.sellable_view_open(e.c, nil, c)
		if status != C.SELLABLE_OK {
			C.free(unsafe.Pointer(c))
			return status
		}
		view.state.c, view.now = c, instant(int64(c.now))
		view.items, view.cells = uint64(c.items), uint64(c.items)*uint64(c.locations)
		e.viewsLock.Lock()
		defer e.viewsLock.Unlock()
		e.views[view.state] = struct{}{}
		return status
	})
	if err != nil {
		return nil, err
	}
	runtime.SetFinalizer(view, func(view *View) { go view.Close() })
	return view, nil
}

// close gives back what a view has taken, while the engine is there.
func (v *viewState) close() Status {
	if v.c == nil {
		return StatusOK
	}
	status := Status(C.sellable_view_close(nil, v.c))
	if status == StatusOK {
		C.free(unsafe.Pointer(v.c))
		v.c = nil
	}
	return status
}

// Close ends the view. Closed once more, or after its engine, it returns ErrClosed.
//
//   - ErrNoMemory: it is still open; try again
func (v *View) Close() error {
	v = v.orNone()
	place := v.engine.enter()
	if place == nil {
		return ErrClosed
	}
	defer v.engine.leave(place)
	v.state.lock.Lock()
	defer v.state.lock.Unlock()
	if v.state.c == nil {
		return ErrClosed
	}
	if err := statusError(v.state.close()); err != nil {
		return err
	}
	runtime.SetFinalizer(v, nil)
	v.engine.viewsLock.Lock()
	defer v.engine.viewsLock.Unlock()
	delete(v.engine.views, v.state)
	return nil
}

// none is a view that never was opened, as the zero View.
var none View

func (v *View) orNone() *View {
	if v == nil {
		return &none
	}
	return v
}

// Now is the engine's time at the instant of the view.
func (v *View) Now() time.Time { return v.orNone().now }

// use makes a call on a view that is open. `alone`: no other call on it runs meanwhile.
func (v *View) use(alone bool, call func(c *C.struct_sellable_view) Status) error {
	place := v.engine.enter()
	if place == nil {
		return ErrClosed
	}
	defer v.engine.leave(place)
	if alone {
		v.state.lock.Lock()
		defer v.state.lock.Unlock()
	} else {
		v.state.lock.RLock()
		defer v.state.lock.RUnlock()
	}
	if v.state.c == nil {
		return ErrClosed
	}
	return statusError(call(v.state.c))
}

// viewRows is how many rows a part has at the most.
const viewRows = 4096

// room is how many rows there is to be room for: one more than there can be, so that the last part
// is seen to be that.
func room(most uint64) int { return int(min(most, viewRows-1)) + 1 }

// parts yields what `fill` fills, part by part, until there is nothing more, or an error, alone.
func parts[T any](columns *T, fill func() (rows int, more bool, err error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for more := true; more; {
			rows, goesOn, err := fill()
			if err != nil {
				yield(nil, err)
				return
			}
			if rows > 0 && !yield(columns, nil) {
				return
			}
			more = goesOn
		}
	}
}

// ---- what channels may promise ----

// AvailabilityColumns are some items of a view, in the order of their numbers: Promisable[c][i] is
// that of Item[i] for Channels[c].
type AvailabilityColumns struct {
	Channels   []Channel
	Item       []Item
	Promisable [][]int64
	Published  [][]int64
	Level      [][]uint8 // of Published, as type Level
}

// An AvailabilityRow is what a channel may promise of an item.
type AvailabilityRow struct {
	Item    Item
	Channel Channel
	Availability
}

// Rows yields one by one what stands in the columns, item by item; of no columns none.
func (c *AvailabilityColumns) Rows() iter.Seq[AvailabilityRow] {
	return func(yield func(AvailabilityRow) bool) {
		if c == nil {
			return
		}
		for i, item := range c.Item {
			for at, channel := range c.Channels {
				figures := Availability{
					Promisable: c.Promisable[at][i],
					Published:  c.Published[at][i],
					Level:      Level(c.Level[at][i]),
				}
				if !yield(AvailabilityRow{item, channel, figures}) {
					return
				}
			}
		}
	}
}

// Availability yields what channels may promise, all of the instant of the view, in parts of up to
// 4,096 items. The columns are used again for the next part. An error comes alone.
//
//   - ErrUnknownChannel: one that was none at that instant
//   - ErrClosed
//
// Cost: the item's first line once, and as Available for each channel.
func (v *View) Availability(channels ...Channel) iter.Seq2[*AvailabilityColumns, error] {
	v = v.orNone()
	return func(yield func(*AvailabilityColumns, error) bool) {
		count, room := len(channels), room(v.items)
		items := make([]Item, room)
		figures := make([]int64, 2*count*room)
		levels := make([]uint8, count*room)
		columns := &AvailabilityColumns{Channels: channels}
		var cursor C.struct_sellable_cursor
		parts(columns, func() (int, bool, error) {
			var rows C.struct_go_rows
			err := v.use(false, func(c *C.struct_sellable_view) Status {
				rows = C.go_view_availability(c, (*C.uint32_t)(unsafe.SliceData(channels)), C.uint32_t(count),
					&cursor, C.uint64_t(room), (*C.uint32_t)(&items[0]), (*C.int64_t)(unsafe.SliceData(figures)),
					(*C.uint8_t)(unsafe.SliceData(levels)))
				return Status(rows.status)
			})
			filled := int(rows.count)
			columns.Item = items[:filled]
			columns.Promisable = columnsOf(figures[:count*room], room, filled)
			columns.Published = columnsOf(figures[count*room:], room, filled)
			columns.Level = columnsOf(levels, room, filled)
			return filled, filled == room, err
		})(yield)
	}
}

// columnsOf cuts columns that lie one after another, with room for `room` rows each.
func columnsOf[T any](all []T, room, filled int) [][]T {
	columns := make([][]T, 0, len(all)/room)
	for at := 0; at < len(all); at += room {
		columns = append(columns, all[at:at+filled:at+room])
	}
	return columns
}

// ---- cells ----

// CellColumns are some cells of a view, by item, then location; the figures as in Cell.
type CellColumns struct {
	Item        []Item
	Location    []Location
	OnHand      []int64
	Held        []int64                 // over all reasons
	HeldBy      [HoldReasonsMax][]int64 // by Hold
	Allocated   []int64
	Reserved    []int64
	Backordered []int64
	Promised    []int64 // for later dates
	SafetyStock []int64
	Fenced      []int64 // over all channels
	Net         []int64
	Free        []int64
	Shared      []int64
	Short       []int64
}

// A CellRow is a row of them.
type CellRow struct {
	Item        Item
	Location    Location
	OnHand      int64
	Held        int64
	HeldBy      [HoldReasonsMax]int64
	Allocated   int64
	Reserved    int64
	Backordered int64
	Promised    int64
	SafetyStock int64
	Fenced      int64
	Net         int64
	Free        int64
	Shared      int64
	Short       int64
}

// Rows yields one by one what stands in the columns; of no columns none.
func (c *CellColumns) Rows() iter.Seq[CellRow] {
	return func(yield func(CellRow) bool) {
		if c == nil {
			return
		}
		for i := range c.Item {
			row := CellRow{
				Item: c.Item[i], Location: c.Location[i],
				OnHand: c.OnHand[i], Held: c.Held[i], Allocated: c.Allocated[i],
				Reserved: c.Reserved[i], Backordered: c.Backordered[i], Promised: c.Promised[i],
				SafetyStock: c.SafetyStock[i], Fenced: c.Fenced[i], Net: c.Net[i], Free: c.Free[i],
				Shared: c.Shared[i], Short: c.Short[i],
			}
			for hold := range row.HeldBy {
				row.HeldBy[hold] = c.HeldBy[hold][i]
			}
			if !yield(row) {
				return
			}
		}
	}
}

// plain lists the columns in the order in which the bridge fills them.
func (c *CellColumns) plain() []*[]int64 {
	list := []*[]int64{
		&c.OnHand, &c.Held, &c.Allocated, &c.Reserved, &c.Backordered, &c.Promised, &c.SafetyStock,
		&c.Fenced, &c.Net, &c.Free, &c.Shared, &c.Short,
	}
	for hold := range c.HeldBy {
		list = append(list, &c.HeldBy[hold])
	}
	return list
}

// Cells yields the cells of which anything is kept, as Availability.
//
//   - ErrClosed
func (v *View) Cells() iter.Seq2[*CellColumns, error] {
	v = v.orNone()
	return func(yield func(*CellColumns, error) bool) {
		columns := &CellColumns{}
		plain := columns.plain()
		room := room(v.cells)
		handles := make([]uint32, 2*room)
		figures := make([]int64, C.GO_CELL_FIGURES*room)
		var cursor C.struct_sellable_cursor
		parts(columns, func() (int, bool, error) {
			var rows C.struct_go_rows
			err := v.use(false, func(c *C.struct_sellable_view) Status {
				rows = C.go_view_cells(c, &cursor, C.uint64_t(room), (*C.uint32_t)(&handles[0]), (*C.int64_t)(&figures[0]))
				return Status(rows.status)
			})
			filled := int(rows.count)
			columns.Item = handlesOf[Item](handles[:filled])
			columns.Location = handlesOf[Location](handles[room : room+filled])
			for i, column := range columnsOf(figures, room, filled) {
				*plain[i] = column
			}
			return filled, filled == room, err
		})(yield)
	}
}

// handlesOf is an array of numbers as one of handles.
func handlesOf[T ~uint32](numbers []uint32) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(numbers))), len(numbers))
}

// ---- orders ----

// OrderColumns are some orders of a view, by key. The placements of row i are rows Line[i] to
// Line[i] + Lines[i] - 1 of Placed. An order whose placements have no room goes on in the next part:
// it has a row there, too.
type OrderColumns struct {
	Key       []string
	Channel   []Channel
	State     []OrderState
	ExpiresAt []int64 // ms since the Unix epoch; 0: no timeout is running
	Date      []int64 // the same; promised for
	Line      []int64
	Lines     []uint32
	Placed    PlacementColumns
}

// PlacementColumns are the placements of those orders; the figures as in OrderLine.
type PlacementColumns struct {
	Order       []uint32 // its order's row
	Item        []Item
	Location    []Location
	Reserved    []int64
	Allocated   []int64
	Shipped     []int64
	Released    []int64
	Dated       []int64
	Backordered []int64
}

// Orders yields the open orders, and those that are closed and remembered, too, if `closed`; as
// Availability.
//
//   - ErrNoMemory, ErrClosed
//
// Cost: at the first part, all of them are sorted by key.
func (v *View) Orders(closed bool) iter.Seq2[*OrderColumns, error] {
	v = v.orNone()
	return func(yield func(*OrderColumns, error) bool) {
		columns := &OrderColumns{Key: make([]string, 0, viewRows)}
		keys := blockOfC(viewRows * C.sizeof_struct_sellable_key)
		defer freeOfC(keys)
		listed := unsafe.Slice((*C.struct_sellable_key)(unsafe.Pointer(&keys[0])), viewRows)
		handles := make([]uint32, C.GO_ORDER_HANDLES*viewRows)
		figures := make([]int64, C.GO_ORDER_FIGURES*viewRows)
		lineHandles := make([]uint32, C.GO_LINE_HANDLES*viewRows)
		lineFigures := make([]int64, C.GO_LINE_FIGURES*viewRows)
		var cursor C.struct_sellable_cursor
		parts(columns, func() (int, bool, error) {
			var rows C.struct_go_rows
			err := v.use(true, func(c *C.struct_sellable_view) Status {
				rows = C.go_view_orders(c, &cursor, C.uint32_t(flag(closed)), viewRows, viewRows, &listed[0],
					(*C.uint32_t)(&handles[0]), (*C.int64_t)(&figures[0]),
					(*C.uint32_t)(&lineHandles[0]), (*C.int64_t)(&lineFigures[0]))
				columns.Key = columns.Key[:0]
				for _, key := range listed[:rows.count] {
					columns.Key = append(columns.Key, keyOf(key))
				}
				return Status(rows.status)
			})
			filled := int(rows.count)
			columns.cut(columnsOf(handles, viewRows, filled), columnsOf(figures, viewRows, filled))
			columns.Placed.cut(columnsOf(lineHandles, viewRows, int(rows.placements)),
				columnsOf(lineFigures, viewRows, int(rows.placements)))
			return filled, filled > 0, err
		})(yield)
	}
}

func (c *OrderColumns) cut(handles [][]uint32, figures [][]int64) {
	c.Channel, c.State, c.Lines = handlesOf[Channel](handles[0]), handlesOf[OrderState](handles[1]), handles[2]
	c.ExpiresAt, c.Date, c.Line = figures[0], figures[1], figures[2]
}

func (c *PlacementColumns) cut(handles [][]uint32, figures [][]int64) {
	c.Order, c.Item, c.Location = handles[0], handlesOf[Item](handles[1]), handlesOf[Location](handles[2])
	c.Reserved, c.Allocated, c.Shipped = figures[0], figures[1], figures[2]
	c.Released, c.Dated, c.Backordered = figures[3], figures[4], figures[5]
}
