// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

// Entries that there is room for at first, where a question is asked again for more.
const roomAtFirst = 64

// ask makes a call that changes nothing.
func (e *Engine) ask(call func(s *scratch) C.enum_sellable_status, invalid ...because) error {
	place := e.enter()
	if place == nil {
		return ErrClosed
	}
	defer e.leave(place)
	s := newScratch()
	defer s.done()
	return statusError(Status(call(s)), invalid...)
}

// ---- how much ----

// An Availability says how much there is for a channel.
type Availability struct {
	Promisable int64 // the most that one order could promise at this instant
	Published  int64 // what the channel is told
	Level      Level // of Published
	_          uint32
}

// Available tells how much a channel may promise of an item: now, or at the end of its horizon, so
// the most it may promise. It writes no memory that other threads read, and allocates nothing.
//
//   - ErrUnknownItem, ErrUnknownChannel
func (e *Engine) Available(item Item, channel Channel) (Availability, error) {
	place := e.enter()
	if place == nil {
		return Availability{}, ErrClosed
	}
	answer := C.go_available(e.c, C.uint32_t(item), C.uint32_t(channel))
	e.leave(place)
	return availabilityOf(&answer.availability), statusError(Status(answer.status))
}

func availabilityOf(c *C.struct_sellable_availability) Availability {
	return Availability{Promisable: int64(c.promisable), Published: int64(c.published), Level: Level(c.level)}
}

// A Question asks of which item, for which channel, and for when.
type Question struct {
	Item       Item
	ItemKey    string
	Channel    Channel
	ChannelKey string
	Order      string    // what this order has counts as free
	Date       time.Time // from now to the horizon; zero: the end of that
}

// badDate is what a question is refused for.
var badDate = because{"date", "before now, or beyond the horizon"}

func (s *scratch) questionInto(c *C.struct_sellable_question, question *Question) {
	c.item_key, c.item.id = s.key(question.ItemKey), C.uint32_t(question.Item)
	c.channel_key, c.channel.id = s.key(question.ChannelKey), C.uint32_t(question.Channel)
	c.order = s.key(question.Order)
	if !question.Date.IsZero() {
		c.date, c.has_date = C.int64_t(millis(question.Date)), 1
	}
}

// Ask is Available by keys, for an order or for a date.
//
//   - ErrUnknownItem, ErrUnknownChannel, ErrUnknownOrder
//   - ErrInvalid: date: before now, or beyond the horizon (of a kit the smallest of its components)
func (e *Engine) Ask(question *Question) (Availability, error) {
	if question == nil {
		return Availability{}, missing("question")
	}
	place := e.enter()
	if place == nil {
		return Availability{}, ErrClosed
	}
	defer e.leave(place)
	s := newScratch()
	defer s.done()
	c := record[C.struct_sellable_question](s)
	s.questionInto(c, question)
	answer := C.go_ask(e.c, c)
	return availabilityOf(&answer.availability), statusError(Status(answer.status), badDate)
}

// AvailableBatch is Available for many items, each at its own instant, in one crossing, while the
// memory of later ones is fetched: into[i] answers items[i]. It allocates nothing. The error is that
// of the first that is refused (Index says which), whose figures are 0; the others are answered all
// the same.
//
//   - ErrUnknownItem, ErrUnknownChannel
//   - ErrInvalid: into: shorter than items
func (e *Engine) AvailableBatch(items []Item, channel Channel, into []Availability) error {
	if len(into) < len(items) {
		return invalid("into", "shorter than what it answers")
	}
	place := e.enter()
	if place == nil {
		return ErrClosed
	}
	defer e.leave(place)
	first := C.go_available_items(e.c, (*C.uint32_t)(unsafe.SliceData(items)), C.size_t(len(items)),
		C.uint32_t(channel), (*C.struct_sellable_availability)(unsafe.Pointer(unsafe.SliceData(into))))
	if int(first.at) < len(items) {
		refused := statusRefusal(Status(first.status))
		refused.Index = int(first.at)
		return refused
	}
	return nil
}

// AskBatch is Ask for many questions: into[i] and statuses[i] answer questions[i]; statuses may be
// nil. Errors as AvailableBatch and Ask.
func (e *Engine) AskBatch(questions []Question, into []Availability, statuses []Status) error {
	if len(into) < len(questions) {
		return invalid("into", "shorter than what it answers")
	}
	if statuses != nil && len(statuses) < len(questions) {
		return invalid("statuses", "shorter than what it answers")
	}
	place := e.enter()
	if place == nil {
		return ErrClosed
	}
	defer e.leave(place)
	s := newScratch()
	defer s.done()
	var first *Error
	for at := 0; at < len(questions); at += batchAtOnce {
		s.restart()
		part := questions[at:min(at+batchAtOnce, len(questions))]
		c := records[C.struct_sellable_question](s, len(part))
		for i := range part {
			s.questionInto(&c[i], &part[i])
		}
		said := records[C.enum_sellable_status](s, len(part))
		C.sellable_available_batch(e.c, &c[0], C.size_t(len(part)), &said[0],
			(*C.struct_sellable_availability)(unsafe.Pointer(&into[at])))
		for i, status := range said {
			if statuses != nil {
				statuses[at+i] = Status(status)
			}
			if first == nil && status != C.SELLABLE_OK {
				first = statusRefusal(Status(status), badDate)
				first.Index = at + i
			}
		}
	}
	if first != nil {
		return first
	}
	return nil
}

// ---- why ----

// A Term is one location in an explanation: the terms in the order in which they are used; at the
// date of the question, where they depend on one.
type Term struct {
	Location    Location
	_           uint32
	OnHand      int64
	Held        int64 // over all reasons
	Allocated   int64
	Reserved    int64
	SafetyStock int64
	Net         int64
	Supply      int64 // scheduled, due after now and by the date
	Demand      int64 // scheduled, due by the date
	Promised    int64 // dated promises, due by the date
	Projected   int64 // Net + Supply - Demand - Promised
	Low         int64 // the least of that from the date on
	Free        int64
	Fenced      int64 // over all channels
	Backordered int64
	Shared      int64
	Fence       int64 // of this channel
	Own         int64
	Seen        int64
	Waiting     int64 // of Backordered, what stock does not cover now
}

// An Explanation has every term of a figure, of one instant.
type Explanation struct {
	Item       Item
	Channel    Channel
	Now        time.Time
	Date       time.Time // for which it was worked out
	Terms      []Term    // of the channel's active locations, in its order
	Because    string    // in words: what keeps it from being more
	Share      int64
	Closed     bool
	Paused     bool
	Sourcing   Sourcing
	Pool       int64
	Buffer     int64
	Backorder  int64
	Room       int64
	Unit       int64 // Promisable is a multiple of it
	Promisable int64
	Minimum    int64
	Cap        int64 // 10^15: none
	Published  int64
	Level      Level
	Binds      Binding  // what keeps Published from being more
	Component  Item     // BindsComponent: of a kit, the one that it is short of
	Location   Location // BindsStock, BindsFences, BindsUnit: where
	Missing    int64    // how far the term has to move; 0 if it alone does not raise the figure
}

// Explain tells why the figure is what it is: every term of it, and in words which one binds.
// Errors as Ask.
func (e *Engine) Explain(question *Question) (Explanation, error) {
	var explanation Explanation
	if question == nil {
		return explanation, missing("question")
	}
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		asked, c := record[C.struct_sellable_question](s), record[C.struct_sellable_explanation](s)
		s.questionInto(asked, question)
		terms, words := roomAtFirst, 1024
		for {
			c.terms = &records[C.struct_sellable_term](s, terms)[0]
			c.because = (*C.char)(s.bytes(words))
			c.term_capacity, c.because_capacity = C.uint32_t(terms), C.uint32_t(words)
			status := C.sellable_explain(e.c, asked, c)
			if status != C.SELLABLE_OK {
				return status
			}
			if int(c.term_count) <= terms && int(c.because_size) < words {
				explanation = explanationOf(c)
				return status
			}
			terms, words = max(terms, int(c.term_count)), max(words, int(c.because_size)+1)
		}
	}, badDate)
	return explanation, err
}

func explanationOf(c *C.struct_sellable_explanation) Explanation {
	return Explanation{
		Item:       Item(c.item.id),
		Channel:    Channel(c.channel.id),
		Now:        instant(int64(c.now)),
		Date:       instant(int64(c.date)),
		Terms:      append([]Term(nil), slice((*Term)(unsafe.Pointer(c.terms)), c.term_count)...),
		Because:    C.GoStringN(c.because, C.int(c.because_size)),
		Share:      int64(c.share),
		Closed:     c.closed != 0,
		Paused:     c.paused != 0,
		Sourcing:   Sourcing(c.sourcing),
		Pool:       int64(c.pool),
		Buffer:     int64(c.buffer),
		Backorder:  int64(c.backorder),
		Room:       int64(c.room),
		Unit:       int64(c.unit),
		Promisable: int64(c.promisable),
		Minimum:    int64(c.minimum),
		Cap:        int64(c.cap),
		Published:  int64(c.published),
		Level:      Level(c.level),
		Binds:      Binding(c.binds),
		Component:  Item(c.component.id),
		Location:   Location(c.location.id),
		Missing:    int64(c.missing),
	}
}

// ---- what is kept ----

// A Fence is what is left for a channel at a cell.
type Fence struct {
	Channel  Channel
	Quantity int64
	Until    time.Time // zero: it has no end
}

// A Scheduled is an entry of a cell's schedule.
type Scheduled struct {
	Reference string
	Due       time.Time
	Quantity  int64 // > 0 supply, < 0 demand
}

// A Promised is what was promised at a cell for a later time; Orders tells whose.
type Promised struct {
	Due      time.Time
	Quantity int64
}

// A Cell is all that is kept of one item at one location, and what follows from it, of now.
type Cell struct {
	OnHand      int64
	Held        [HoldReasonsMax]int64 // by Hold
	Allocated   int64
	Reserved    int64
	Backordered int64
	SafetyStock int64
	Net         int64
	Free        int64
	Shared      int64
	Short       int64
	Fences      []Fence     // by channel
	Schedule    []Scheduled // by due, then reference
	Promised    []Promised  // by due
}

// Cell tells what is kept of an item at a location, of one instant; all 0 if nothing was ever said
// of it.
//
//   - ErrUnknownItem, ErrUnknownLocation
func (e *Engine) Cell(item Item, location Location) (Cell, error) {
	var cell Cell
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		where, c := record[C.struct_sellable_place](s), record[C.struct_sellable_cell](s)
		where.item.id, where.location.id = C.uint32_t(item), C.uint32_t(location)
		fences, schedule, promised := 8, 8, 8
		for {
			c.fences = &records[C.struct_sellable_fence](s, fences)[0]
			c.schedule = &records[C.struct_sellable_scheduled](s, schedule)[0]
			c.promised = &records[C.struct_sellable_promised](s, promised)[0]
			c.fence_capacity = C.uint32_t(fences)
			c.schedule_capacity = C.uint32_t(schedule)
			c.promised_capacity = C.uint32_t(promised)
			status := C.sellable_cell(e.c, where, c)
			if status != C.SELLABLE_OK {
				return status
			}
			if int(c.fence_count) <= fences && int(c.schedule_count) <= schedule && int(c.promised_count) <= promised {
				cell = cellOf(c)
				return status
			}
			fences = max(fences, int(c.fence_count))
			schedule = max(schedule, int(c.schedule_count))
			promised = max(promised, int(c.promised_count))
		}
	})
	return cell, err
}

func cellOf(c *C.struct_sellable_cell) Cell {
	cell := Cell{
		OnHand:      int64(c.on_hand),
		Held:        *(*[HoldReasonsMax]int64)(unsafe.Pointer(&c.held)),
		Allocated:   int64(c.allocated),
		Reserved:    int64(c.reserved),
		Backordered: int64(c.backordered),
		SafetyStock: int64(c.safety_stock),
		Net:         int64(c.net),
		Free:        int64(c.free),
		Shared:      int64(c.shared),
		Short:       int64(c.short_),
	}
	cell.Fences = mapped(slice(c.fences, c.fence_count), func(fence *C.struct_sellable_fence) Fence {
		return Fence{Channel(fence.channel.id), int64(fence.quantity), ending(int64(fence.until))}
	})
	cell.Schedule = mapped(slice(c.schedule, c.schedule_count), func(entry *C.struct_sellable_scheduled) Scheduled {
		reference := C.GoStringN(&entry.reference[0], C.int(entry.reference_size))
		return Scheduled{reference, instant(int64(entry.due)), int64(entry.quantity)}
	})
	cell.Promised = mapped(slice(c.promised, c.promised_count), func(entry *C.struct_sellable_promised) Promised {
		return Promised{instant(int64(entry.due)), int64(entry.quantity)}
	})
	return cell
}

// ---- orders ----

// An OrderLine is one placement of an order and what became of it: its quantity = Reserved +
// Allocated + Shipped + Released.
type OrderLine struct {
	Item        Item
	Location    Location
	Reserved    int64 // also what is dated, and what waits
	Allocated   int64
	Shipped     int64
	Released    int64
	Dated       int64 // of Reserved: promised for the order's date, which is yet to come
	Backordered int64 // of Reserved: it waits for stock
}

// An OrderView is what has become of an order.
type OrderView struct {
	Key        string
	Channel    Channel
	State      OrderState
	ExpiresAt  time.Time // zero: no timeout is running
	Date       time.Time // promised for
	Precedence Optional  // the order's own
	Lines      []OrderLine
}

// Order tells what has become of an order, at one instant.
//
//   - ErrInvalid: key: empty, longer than 128 bytes or not UTF-8
//   - ErrUnknownOrder
func (e *Engine) Order(key string) (OrderView, error) {
	var view OrderView
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		var status Status
		view, status = e.order(s, key)
		return C.enum_sellable_status(status)
	}, because{"key", "1 to 128 bytes of valid UTF-8"})
	return view, err
}

// order is Order within a call.
func (e *Engine) order(s *scratch, key string) (OrderView, Status) {
	order, c := s.key(key), record[C.struct_sellable_order_view](s)
	for room := roomAtFirst; ; room = int(c.line_count) {
		c.lines = &records[C.struct_sellable_order_line](s, room)[0]
		c.line_capacity = C.uint32_t(room)
		status := Status(C.sellable_order(e.c, order, c))
		if status != StatusOK {
			return OrderView{}, status
		}
		if int(c.line_count) <= room {
			c.key = order
			return orderOf(c), status
		}
	}
}

func orderOf(c *C.struct_sellable_order_view) OrderView {
	return OrderView{
		Key:        keyOf(c.key),
		Channel:    Channel(c.channel.id),
		State:      OrderState(c.state),
		ExpiresAt:  ending(int64(c.expires_at)),
		Date:       instant(int64(c.date)),
		Precedence: optional(int64(c.precedence), c.has_precedence != 0),
		Lines:      append([]OrderLine(nil), slice((*OrderLine)(unsafe.Pointer(c.lines)), c.line_count)...),
	}
}

// ---- changes ----

// A Change is what a channel is told of an item.
type Change struct {
	Item       Item
	Level      Level // of Published
	Published  int64
	Promisable int64
}

// Told is what a channel was told.
type Told struct {
	Changes  []Change // what stands in the room that was given: told again first, then the rest; each by the items' keys
	Position uint64   // how many the channel was ever told, those included
	More     bool     // there was no room for all that was to be told
}

// Changes tells a channel what has changed for it since it was last told: each item whose published
// figure or level differs, once, with its newest figures. Asking is telling. No more are told than
// there is room for in `into`.
//
//   - ErrUnknownChannel
//   - ErrNoMemory: nothing was told; ErrNotDurable
//
// Several goroutines may ask for one channel: each item is told to one of them.
func (e *Engine) Changes(channel Channel, into []Change) (Told, error) {
	return e.changes(channel, Optional{}, into)
}

// ChangesAfter is Changes where an answer was lost: `after` is the position of the last one that was
// heard, and what was told since is told again, before anything else.
func (e *Engine) ChangesAfter(channel Channel, after uint64, into []Change) (Told, error) {
	return e.changes(channel, Given(int64(after)), into)
}

func (e *Engine) changes(channel Channel, after Optional, into []Change) (Told, error) {
	place := e.enter()
	if place == nil {
		return Told{}, ErrClosed
	}
	defer e.leave(place)
	if e.borrowed {
		return Told{}, readOnly
	}
	told := C.go_changes(e.c, C.uint32_t(channel), C.int(flag(after.Given)), C.uint64_t(after.Value),
		(*C.struct_sellable_change)(unsafe.Pointer(unsafe.SliceData(into))), C.uint64_t(len(into)))
	err := statusError(Status(told.status))
	return Told{into[:told.count], uint64(told.position), told.more != 0}, err
}

// ---- the audit ----

// A Hash is that of a state: equal states have equal hashes.
type Hash [2]uint64

// String is the hash in 32 hexadecimal digits.
func (h Hash) String() string { return fmt.Sprintf("%016x%016x", h[0], h[1]) }

// An Audit compares what the cells keep with what the orders make of it.
type Audit struct {
	Consistent bool
	Item       Item // if not: the first that is not, and where
	Location   Location
	Hash       Hash // over masters, cells and orders
	Full       Hash // over all that, and ids, sequences, movements, exceptions, what was told
	Items      uint64
	Orders     uint64 // open
}

// Audit recomputes what the engine keeps in the cells out of the orders, all of one instant, while
// others write; and hashes the state, whatever handles, seed and threads it was made with. Cost: one
// pass over everything, and a snapshot meanwhile.
//
//   - ErrNoMemory
func (e *Engine) Audit() (Audit, error) {
	var audit Audit
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_audit](s)
		status := C.sellable_audit(e.c, nil, c)
		audit = Audit{
			Consistent: c.consistent != 0,
			Item:       Item(c.item.id),
			Location:   Location(c.location.id),
			Hash:       Hash{uint64(c.hash[0]), uint64(c.hash[1])},
			Full:       Hash{uint64(c.full[0]), uint64(c.full[1])},
			Items:      uint64(c.items),
			Orders:     uint64(c.orders),
		}
		return status
	})
	return audit, err
}

// emptyCall is what every call costs before it does anything.
func emptyCall() int { return int(C.go_empty(1)) }
