// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

// A Placement is one place in a plan: so many of an item from a location, of which Backordered are
// beyond its stock and wait. An item and location stand there once.
type Placement struct {
	Item        Item
	Location    Location
	Quantity    int64
	Backordered int64
}

// A Misfit is an item that does not fit: all lines with it summed, kits taken apart, against what
// could be promised. Location is given where the item as a whole fits, but not what its lines ask of
// that location.
type Misfit struct {
	Item       Item
	Location   Location
	Asked      int64
	Promisable int64
}

// An Answer is what a changing call has to say when it was not refused.
type Answer struct {
	Status   Status      // StatusOK, or StatusDuplicate: the first answer again; in a batch any
	Plan     []Placement // of an order: which location gives how many, as they are filled; its room is used again
	Date     time.Time   // of an order: promised for
	Variance int64       // of supply: on_hand after - before
	Position uint64      // of a durable engine: what to wait for; 0: nothing
	Err      error       // in a batch: why this one was refused, an *Error; else nil
}

// A Line asks for so many of an item.
type Line struct {
	Item        Item
	ItemKey     string
	Location    Location // fill it there only; neither: anywhere
	LocationKey string
	Quantity    int64        // 1 to 10^15, in Unit
	Unit        string       // "": the item's smallest
	Substitutes []Substitute // at most 16, in order: the first that covers the whole line takes it, after the item itself
	AtLeast     int64        // ModePartial: nothing below this, in Unit; 0 is 1
}

// A Substitute is an item that may stand for another.
type Substitute struct {
	Item    Item
	ItemKey string
}

// An Order is what is promised to one customer. Its key is its idempotency key: the same key with
// the same content gets the first answer again, with other content ErrConflict.
type Order struct {
	Key        string
	Channel    Channel
	ChannelKey string
	Lines      []Line    // 1 to 256
	Mode       Mode      // ModeAll: all lines as they are, or nothing; ModePartial: what each can get
	ExpiresAt  time.Time // later than now: unless confirmed, allocated or shipped by then, it is released; zero: never
	Date       time.Time // promise it for this time, from now to the horizon; zero: for the earliest that can be had
	Precedence Optional  // within +-10^6; not given: the channel's
}

// A Part is so many of an item of an order, perhaps at one location. A kit stands for its
// components as they were accepted.
type Part struct {
	Item        Item
	ItemKey     string
	Location    Location // neither: wherever it is
	LocationKey string
	Unit        string // "": the smallest
	Quantity    int64  // 1 to 10^15, in Unit
}

// A Move says from where to where a promise moves.
type Move struct {
	Order    string
	Item     Item
	ItemKey  string
	From     Location
	FromKey  string
	To       Location
	ToKey    string
	Quantity int64 // in the smallest unit; 0: all that is reserved there
}

// ---- records ----

func (s *scratch) order(order *Order) *C.struct_sellable_order {
	c := record[C.struct_sellable_order](s)
	s.orderInto(c, order)
	return c
}

func (s *scratch) orderInto(c *C.struct_sellable_order, order *Order) {
	count := min(len(order.Lines), LinesMax+1)
	lines := records[C.struct_sellable_line](s, count)
	for i := range lines {
		s.line(&lines[i], &order.Lines[i])
	}
	c.key = s.key(order.Key)
	c.channel_key = s.key(order.ChannelKey)
	c.channel.id = C.uint32_t(order.Channel)
	c.lines = unsafe.SliceData(lines)
	c.line_count = C.uint32_t(count)
	c.expires_at = C.int64_t(deadline(order.ExpiresAt))
	if !order.Date.IsZero() {
		c.date, c.has_date = C.int64_t(millis(order.Date)), 1
	}
	c.mode = C.uint32_t(order.Mode)
	if order.Precedence.Given {
		c.precedence, c.has_precedence = narrow(order.Precedence.Value), 1
	}
}

func (s *scratch) line(c *C.struct_sellable_line, line *Line) {
	c.item_key = s.key(line.ItemKey)
	c.item.id = C.uint32_t(line.Item)
	c.location_key = s.key(line.LocationKey)
	c.location.id = C.uint32_t(line.Location)
	c.quantity = C.int64_t(line.Quantity)
	c.unit = s.key(line.Unit)
	c.at_least = C.int64_t(line.AtLeast)
	if len(line.Substitutes) == 0 {
		return
	}
	substitutes := records[C.struct_sellable_substitute](s, min(len(line.Substitutes), SubstitutesMax+1))
	for i := range substitutes {
		substitutes[i].item_key = s.key(line.Substitutes[i].ItemKey)
		substitutes[i].item.id = C.uint32_t(line.Substitutes[i].Item)
	}
	c.substitutes = &substitutes[0]
	c.substitute_count = C.uint32_t(len(substitutes))
}

func (s *scratch) parts(parts []Part) (*C.struct_sellable_part, C.uint32_t) {
	c := records[C.struct_sellable_part](s, min(len(parts), LinesMax+1))
	for i := range c {
		part := &parts[i]
		c[i].item_key = s.key(part.ItemKey)
		c[i].item.id = C.uint32_t(part.Item)
		c[i].location_key = s.key(part.LocationKey)
		c[i].location.id = C.uint32_t(part.Location)
		c[i].unit = s.key(part.Unit)
		c[i].quantity = C.int64_t(part.Quantity)
	}
	return unsafe.SliceData(c), C.uint32_t(len(c))
}

// narrow is a number in 32 bits; what is beyond them is beyond what is allowed, too.
func narrow(value int64) C.int32_t {
	return C.int32_t(max(-1<<31, min(value, 1<<31-1)))
}

// ---- answers ----

// A call that changes something is made once, whatever it answers: made again, it would take effect
// again, over what others did meanwhile. So there is room for all that it can have to say, which
// costs nothing as long as nothing is written there; of a plan that is longer yet, the order itself
// has the rest (planOf).
const (
	planRoom       = 1 << 15
	planRoomOfEach = 500               // in a batch
	misfitsOfLine  = ComponentsMax + 1 // there are no more
)

// answerInto makes room for what is to be said of an order, `plan` placements of it; nil: of
// something else.
func (s *scratch) answerInto(c *C.struct_sellable_answer, order *Order, plan int) {
	misfits := 1
	if order == nil {
		plan = 0
	} else {
		misfits = max(1, min(len(order.Lines), LinesMax)*misfitsOfLine)
	}
	c.plan = (*C.struct_sellable_placement)(s.bytes(plan * int(unsafe.Sizeof(*c.plan))))
	c.plan_capacity = C.uint32_t(plan)
	c.misfits = (*C.struct_sellable_misfit)(s.bytes(misfits * int(unsafe.Sizeof(*c.misfits))))
	c.misfit_capacity = C.uint32_t(misfits)
}

// take reads an answer. Of a refusal it is the error.
func (e *Engine) take(s *scratch, status Status, c *C.struct_sellable_answer, order *Order, into *Answer) *Error {
	accepted := status == StatusOK || status == StatusDuplicate
	if into != nil {
		plan := into.Plan[:0]
		*into = Answer{Status: status, Plan: plan, Position: uint64(c.position)}
		if accepted {
			into.Variance = int64(c.variance)
		}
		if accepted && c.plan_count > 0 {
			into.Plan = e.planOf(s, c, order, plan)
			into.Date = instant(int64(c.date))
		}
	}
	if accepted {
		return nil
	}
	return refusal(status, c)
}

// planOf appends the plan of an order that was accepted. Where the answer had no room for all of it
// the order has it: as it is now, if others have changed it meanwhile; and if it is gone already,
// the plan is cut off.
func (e *Engine) planOf(s *scratch, c *C.struct_sellable_answer, order *Order, plan []Placement) []Placement {
	if c.plan_count > c.plan_capacity {
		if view, status := e.order(s, order.Key); status == StatusOK {
			for i := range view.Lines {
				line := &view.Lines[i]
				quantity := line.Reserved + line.Allocated + line.Shipped + line.Released
				plan = append(plan, Placement{line.Item, line.Location, quantity, line.Backordered})
			}
			return plan
		}
	}
	placed := (*Placement)(unsafe.Pointer(c.plan))
	return append(plan, slice(placed, min(c.plan_count, c.plan_capacity))...)
}

func refusal(status Status, c *C.struct_sellable_answer) *Error {
	refused := refuse(status, fieldOf(C.GoString(c.field)), C.GoString(c.reason))
	refused.Line = int(c.line)
	refused.Actual = int64(c.actual)
	refused.Exception = uint64(c.exception)
	refused.Position = uint64(c.position)
	if status == StatusInsufficient {
		misfits := (*Misfit)(unsafe.Pointer(c.misfits))
		refused.Misfits = append(refused.Misfits, slice(misfits, min(c.misfit_count, c.misfit_capacity))...)
	}
	return refused
}

// ---- calls ----

// readOnly refuses a change of an engine that is a trail's.
var readOnly = refuse(StatusWrongState, "", "the engine of a trail is for questions")

// A caller lays out the records of a call and makes it.
type caller func(s *scratch, answer *C.struct_sellable_answer) C.enum_sellable_status

// change makes a call that changes something.
func (e *Engine) change(call caller) error { return e.promise(nil, nil, call) }

// promise makes one that may have a plan: that of `order`; nil: it has none.
func (e *Engine) promise(into *Answer, order *Order, call caller) error {
	place := e.enter()
	if place == nil {
		return ErrClosed
	}
	defer e.leave(place)
	if e.borrowed {
		return readOnly
	}
	s := newScratch()
	defer s.done()
	room := planRoom
	if into == nil {
		room = 0
	}
	answer := record[C.struct_sellable_answer](s)
	s.answerInto(answer, order, room)
	status := Status(call(s, answer))
	if refused := e.take(s, status, answer, order, into); refused != nil {
		return refused
	}
	return nil
}

// Reserve promises an order: all of its lines at one instant, or nothing (ModePartial: what each
// can get). Without a Date it is promised for the earliest date that needs no more than what there
// is. The answer says which location gives how many, and for when. A retry, however late, gets the
// first answer again, with StatusDuplicate.
//
//   - ErrInsufficient: it does not fit; Misfits says what, and what could be had; the key stays free
//   - ErrConflict: the key was accepted with other content
//   - ErrPaused: the channel takes no new order with lines.item
//   - ErrInvalid: a field is out of its range, which Field and Line name
//   - ErrUnknownChannel, ErrUnknownItem, ErrUnknownLocation
//   - ErrOverflow: lines of an item add up to more than 10^15, or a sum kept in a cell would
//   - ErrNoMemory, ErrNotDurable
//
// It waits for nobody; of a durable engine (AnswerDurable) until the order is on the disk.
func (e *Engine) Reserve(order *Order) (Answer, error) {
	var answer Answer
	err := e.ReserveInto(order, &answer)
	return answer, err
}

// ReserveInto is Reserve into an answer that is there already: the room of its plan is used again,
// so that nothing is allocated. nil: the plan is not wanted.
func (e *Engine) ReserveInto(order *Order, answer *Answer) error {
	if order == nil {
		return missing("order")
	}
	return e.promise(answer, order, func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_reserve(e.c, nil, s.order(order), c)
	})
}

// Amend replaces an order's lines, and its Date if one is given, in one step: the old promise is
// given up exactly if the new one holds. What the order has counts as free for it. Of order, Key,
// Lines and Date are read. Answers as Reserve, but for duplicate, ErrConflict and ErrPaused; also
//
//   - ErrUnknownOrder
//   - ErrWrongState: something of it is allocated or shipped, or it is closed
func (e *Engine) Amend(order *Order) (Answer, error) {
	var answer Answer
	err := e.AmendInto(order, &answer)
	return answer, err
}

// AmendInto is Amend into an answer that is there already; nil: it is not wanted.
func (e *Engine) AmendInto(order *Order, answer *Answer) error {
	if order == nil {
		return missing("order")
	}
	return e.promise(answer, order, func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_amend(e.c, nil, s.order(order), c)
	})
}

// Confirm ends an order's timeout. Confirmed twice is fine.
//
//   - ErrUnknownOrder: there is none, or its retention is over
//   - ErrWrongState: it is closed, or its timeout has passed
func (e *Engine) Confirm(order string) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_confirm(e.c, nil, s.key(order), c)
	})
}

// Extend moves a timeout that is running.
//
//   - ErrInvalid: expires_at: not later than now
//   - ErrUnknownOrder
//   - ErrWrongState: no timeout is running, or the order is closed
func (e *Engine) Extend(order string, expiresAt time.Time) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_extend(e.c, nil, s.key(order), C.int64_t(required(expiresAt)), c)
	})
}

// Release gives back what is reserved (or dated, or waits): to the fence it came from, if one is in
// force there, else to everybody; what waits, first. Without parts, all of it.
//
// Release, Allocate, Deallocate and Ship act on at most 256 parts of an order, or without any on
// all they can act on:
//
//   - ErrInvalid: parts, parts.quantity, parts.unit (Line)
//   - ErrUnknownOrder; ErrUnknownItem, ErrUnknownLocation (Line)
//   - ErrWrongState: there is not so much of it to act on, or nothing
//   - ErrOverflow, ErrNoMemory, ErrNotDurable
func (e *Engine) Release(order string, parts ...Part) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		array, count := s.parts(parts)
		return C.sellable_release(e.c, nil, s.key(order), array, count, c)
	})
}

// Allocate makes allocated what is reserved, as Release; the timeout ends.
func (e *Engine) Allocate(order string, parts ...Part) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		array, count := s.parts(parts)
		return C.sellable_allocate(e.c, nil, s.key(order), array, count, c)
	})
}

// Deallocate makes reserved again what is allocated, as Release.
func (e *Engine) Deallocate(order string, parts ...Part) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		array, count := s.parts(parts)
		return C.sellable_deallocate(e.c, nil, s.key(order), array, count, c)
	})
}

// Ship takes away what is allocated, then what is reserved, as Release: on_hand falls with it; the
// timeout ends.
func (e *Engine) Ship(order string, parts ...Part) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		array, count := s.parts(parts)
		return C.sellable_ship(e.c, nil, s.key(order), array, count, c)
	})
}

// Resource moves what an order has reserved of an item from one location to another of its
// channel's, in one step, if what is seen there covers it.
//
//   - ErrInvalid: order: no key; quantity; to: the same as from
//   - ErrUnknownOrder, ErrUnknownItem, ErrUnknownLocation
//   - ErrWrongState: there is not so much of it there, or nothing
//   - ErrInsufficient: Misfits says what is seen there
//   - ErrOverflow, ErrNoMemory, ErrNotDurable
func (e *Engine) Resource(move *Move) error {
	if move == nil {
		return missing("move")
	}
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		m := record[C.struct_sellable_move](s)
		m.order = s.key(move.Order)
		m.item_key, m.item.id = s.key(move.ItemKey), C.uint32_t(move.Item)
		m.from_key, m.from.id = s.key(move.FromKey), C.uint32_t(move.From)
		m.to_key, m.to.id = s.key(move.ToKey), C.uint32_t(move.To)
		m.quantity = C.int64_t(move.Quantity)
		return C.sellable_resource(e.c, nil, m, c)
	})
}

// ReserveBatch promises orders in their order, each at its own instant, while the memory of later
// ones is fetched: several times faster than single calls. answers[i] answers orders[i]; there are
// as many, or none (nil). The error is that of the first that was refused (Index says which); the
// others are promised all the same.
//
//   - ErrInvalid: answers: fewer than orders; nothing was done
//   - ErrClosed: the engine was closed before, or meanwhile: then some of the orders, always the
//     first ones, may have been promised, and the answers of the others are as they were before the
//     call. A durable engine that is opened again says which: Reserve them all once more.
func (e *Engine) ReserveBatch(orders []Order, answers []Answer) error {
	return e.batch(len(orders), answers, batch{
		call: func(s *scratch, at int, statuses []C.enum_sellable_status, c *C.struct_sellable_answer) {
			array := records[C.struct_sellable_order](s, len(statuses))
			for i := range array {
				s.orderInto(&array[i], &orders[at+i])
			}
			C.sellable_reserve_batch(e.c, nil, &array[0], C.size_t(len(array)), &statuses[0], c)
		},
		order: func(i int) *Order { return &orders[i] },
	})
}

// ---- batches ----

// A batch is laid out a part at a time: each is one crossing. `order` is that of one of it; nil: it
// is about none.
type batch struct {
	call  func(s *scratch, at int, statuses []C.enum_sellable_status, answers *C.struct_sellable_answer)
	order func(i int) *Order
}

const batchAtOnce = 64

func (e *Engine) batch(count int, answers []Answer, calls batch) error {
	if answers != nil && len(answers) < count {
		return invalid("answers", "there are fewer of them than there is to answer")
	}
	if count == 0 {
		return e.ask(func(*scratch) C.enum_sellable_status { return C.SELLABLE_OK })
	}
	var first *Error
	for at := 0; at < count; at += batchAtOnce {
		refused, err := e.batchPart(at, min(batchAtOnce, count-at), answers, calls)
		if err != nil {
			return err
		}
		if first == nil {
			first = refused
		}
	}
	if first != nil {
		return first
	}
	return nil
}

// batchPart makes one call, and reads what it answers: the first that was refused, or why there was
// no call.
func (e *Engine) batchPart(at, count int, answers []Answer, calls batch) (first *Error, err error) {
	place := e.enter()
	if place == nil {
		return nil, ErrClosed
	}
	defer e.leave(place)
	if e.borrowed {
		return nil, readOnly
	}
	s := newScratch()
	defer s.done()
	statuses := records[C.enum_sellable_status](s, count)
	c := records[C.struct_sellable_answer](s, count)
	room := planRoomOfEach
	if answers == nil {
		room = 0
	}
	for i := range c {
		s.answerInto(&c[i], calls.order(at+i), room)
	}
	calls.call(s, at, statuses, &c[0])
	for i := range c {
		var answer *Answer
		if answers != nil {
			answer = &answers[at+i]
		}
		refused := e.take(s, Status(statuses[i]), &c[i], calls.order(at+i), answer)
		if refused == nil {
			continue
		}
		refused.Index = at + i
		if answer != nil {
			answer.Err = refused
		}
		if first == nil {
			first = refused
		}
	}
	return first, nil
}
