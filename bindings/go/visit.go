// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"iter"
	"runtime/cgo"
	"unsafe"
)

// The library visits records one by one, all as they are at one instant, and they are its own. So
// they are copied first, and yielded when the visit is over: what a loop does with them, and how it
// ends, is then no concern of the library's.

//export sellableGoVisit
func sellableGoVisit(context C.uintptr_t, record unsafe.Pointer) C.int {
	cgo.Handle(context).Value().(func(unsafe.Pointer))(record)
	return 0
}

// visited yields what a call visits, or the error that it ends with.
func visited[T, Record any](e *Engine, call func(s *scratch, context C.uintptr_t) C.int, one func(*Record) T, invalid ...because) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var list []T
		err := e.ask(func(s *scratch) C.enum_sellable_status {
			context := cgo.NewHandle(func(record unsafe.Pointer) {
				list = append(list, one((*Record)(record)))
			})
			defer context.Delete()
			return C.enum_sellable_status(call(s, C.uintptr_t(context)))
		}, invalid...)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// A Selection says which orders are meant: those with something reserved or allocated of that item,
// and there, in one of their lines.
type Selection struct {
	Item        Item // neither: of any
	ItemKey     string
	Location    Location // neither: anywhere
	LocationKey string
	Closed      bool // Orders: those that are closed and remembered, too; only if nothing else is given
}

func (s *scratch) selection(selection *Selection) *C.struct_sellable_selection {
	c := record[C.struct_sellable_selection](s)
	c.item_key, c.item.id = s.key(selection.ItemKey), C.uint32_t(selection.Item)
	c.location_key, c.location.id = s.key(selection.LocationKey), C.uint32_t(selection.Location)
	c.closed = flag(selection.Closed)
	return c
}

// Orders yields the orders of a selection by key, all as they are at one instant, that at which the
// loop begins. An error comes alone.
//
//   - ErrInvalid: closed, and an item or location
//   - ErrUnknownItem, ErrUnknownLocation
//   - ErrNoMemory
//
// Cost: one pass over all orders, a snapshot meanwhile, and a copy of those that are selected; of
// very many a View's columns are cheaper.
func (e *Engine) Orders(selection Selection) iter.Seq2[OrderView, error] {
	return visited(e, func(s *scratch, context C.uintptr_t) C.int {
		return C.go_orders(e.c, s.selection(&selection), context)
	}, orderOf, because{"closed", "only if neither item nor location is given"})
}

// A Waiting is a backordered quantity that stock covers now.
type Waiting struct {
	Order    string
	Item     Item
	Location Location
	Quantity int64
}

// Waiting yields what waits for an item and could go, in the order in which it is served: higher
// precedence first, then the earlier order. As Orders; the selection's item must be given.
//
//   - ErrInvalid: item: not given; closed: given
//   - ErrUnknownItem, ErrUnknownLocation
//   - ErrNoMemory
func (e *Engine) Waiting(selection Selection) iter.Seq2[Waiting, error] {
	refused := because{"item", "it has to be given"}
	if selection.Closed {
		refused = because{"closed", "what is closed does not wait"}
	}
	return visited(e, func(s *scratch, context C.uintptr_t) C.int {
		return C.go_waiting(e.c, s.selection(&selection), context)
	}, func(c *C.struct_sellable_waiting) Waiting {
		return Waiting{keyOf(c.order), Item(c.item.id), Location(c.location.id), int64(c.quantity)}
	}, refused)
}

// An AtRisk is an order at risk, and what it has at the cell that is short.
type AtRisk struct {
	Order    string
	Quantity int64
}

// A Shortage is a cell that is short: what is promised there is not there, since a count or a delay
// took it away.
type Shortage struct {
	Item     Item
	Location Location
	Short    int64
	Orders   []AtRisk // as many as cover it: lowest precedence first, of equals the latest first
}

// Shortages yields the cells that are short, by the items' keys, then the locations', all as they
// are at one instant.
//
//   - ErrNoMemory
func (e *Engine) Shortages() iter.Seq2[Shortage, error] {
	return visited(e, func(s *scratch, context C.uintptr_t) C.int {
		return C.go_shortages(e.c, context)
	}, func(c *C.struct_sellable_shortage) Shortage {
		return Shortage{
			Item:     Item(c.item.id),
			Location: Location(c.location.id),
			Short:    int64(c.short_),
			Orders: mapped(slice(c.orders, c.order_count), func(order *C.struct_sellable_at_risk) AtRisk {
				return AtRisk{keyOf(order.order), int64(order.quantity)}
			}),
		}
	})
}
