// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"iter"
	"strings"
	"time"
	"unsafe"
)

// An Event is what comes in, whatever system sends it: a type, the fields of that type, and who says
// so. Fields of other types are not looked at. Every change there is can be sent as an event; the
// engine's other methods are the same changes without an origin.
type Event struct {
	Type EventType

	// Supply: of one cell, or of two. What each type does to it stands with its constant.
	Item        Item // also of EventItem, EventPolicy, EventResource
	ItemKey     string
	Location    Location // also of EventLocation; of EventTransferShip, EventResource: from where
	LocationKey string
	Reason      string   // EventHold...: a reason for holds; EventOnHandAdjust, EventRelease: any words
	Quantity    int64    // in Unit; also of EventResource
	Unit        string   // "": the smallest
	Expected    Optional // of a set or an adjust: apply only if the quantity is this now, in the smallest unit
	Channel     Channel  // EventRingFenceSet; also of EventChannel, EventPolicy
	ChannelKey  string
	Outcome     Outcome   // EventReturnDisposition
	Until       time.Time // EventRingFenceSet: later than now; zero: it has no end
	Reference   string    // EventScheduleSet: names the entry; EventReceipt: the entry that falls; EventTransfer...: the transfer
	Due         time.Time // EventScheduleSet, EventTransferShip: to be given
	To          Location  // EventTransferShip, EventResource: to where
	ToKey       string
	AsOf        time.Time // EventOnHandSet: the instant of the balance; zero: At, else now
	Held        string    // EventReceipt: the hold it goes into, if any

	// Orders.
	OrderKey  string    // EventConfirm to EventResource: the order; EventReturnReceive: the order it was part of, if any
	Order     *Order    // EventReserve, EventAmend
	Parts     []Part    // EventRelease, EventAllocate, EventDeallocate, EventShip
	ExpiresAt time.Time // EventExtend

	// Masters.
	ItemSettings     []ItemSetting     // EventItem
	LocationSettings []LocationSetting // EventLocation
	Settings         []ChannelSetting  // EventChannel, EventPolicy
	Ownership        *Ownership        // EventOwner
	Declares         string            // EventSource: the source that is declared
	SourceSettings   []SourceSetting   // EventSource

	// Who says so, and when. All may be left out.
	Source      Source
	SourceKey   string
	Seq         Optional  // rises within the source
	At          time.Time // when it happened
	ID          string    // idempotency key within its source
	Correlation string    // carried to the exception that it becomes
	Content     []byte    // what the sender wants to have kept if it is refused; beyond 65,536 bytes cut off
}

func (s *scratch) event(event *Event) *C.struct_sellable_event {
	c := record[C.struct_sellable_event](s)
	s.eventInto(c, event)
	return c
}

func (s *scratch) eventInto(c *C.struct_sellable_event, event *Event) {
	c._type = C.uint32_t(event.Type)
	s.supply(c, event)
	s.ordered(c, event)
	s.masters(c, event)
	c.source_key, c.source.id = s.key(event.SourceKey), C.uint32_t(event.Source)
	c.has_seq, c.seq = flag(event.Seq.Given), C.int64_t(event.Seq.Value)
	if !event.At.IsZero() {
		c.has_at, c.at = 1, C.int64_t(millis(event.At))
	}
	c.id, c.correlation = s.key(event.ID), s.key(event.Correlation)
	if event.Content != nil {
		size := min(len(event.Content), ContentMax+1)
		c.content, c.content_size = s.bytes(max(size, 1)), C.uint64_t(size)
		copy(unsafe.Slice((*byte)(c.content), size), event.Content)
	}
}

func (s *scratch) supply(c *C.struct_sellable_event, event *Event) {
	c.has_expected, c.expected = flag(event.Expected.Given), C.int64_t(event.Expected.Value)
	c.item_key, c.item.id = s.key(event.ItemKey), C.uint32_t(event.Item)
	c.location_key, c.location.id = s.key(event.LocationKey), C.uint32_t(event.Location)
	c.reason = s.key(event.Reason)
	c.quantity, c.unit = C.int64_t(event.Quantity), s.key(event.Unit)
	c.channel_key, c.channel.id = s.key(event.ChannelKey), C.uint32_t(event.Channel)
	c.outcome = C.uint32_t(event.Outcome)
	c.until = C.int64_t(deadline(event.Until))
	c.reference, c.held = s.key(event.Reference), s.key(event.Held)
	c.to_key, c.to.id = s.key(event.ToKey), C.uint32_t(event.To)
	if !event.Due.IsZero() || needsDue(event) {
		c.due = C.int64_t(required(event.Due))
	}
	if !event.AsOf.IsZero() {
		c.has_as_of, c.as_of = 1, C.int64_t(millis(event.AsOf))
	}
}

// needsDue tells that an instant is missing if there is none; an entry that is taken away is due no
// more.
func needsDue(event *Event) bool {
	return event.Type == EventTransferShip || (event.Type == EventScheduleSet && event.Quantity != 0)
}

func (s *scratch) ordered(c *C.struct_sellable_event, event *Event) {
	c.order_key = s.key(event.OrderKey)
	if event.Order != nil {
		c.order = s.order(event.Order)
	}
	if event.Parts != nil {
		c.parts, c.part_count = s.parts(event.Parts)
	}
	if event.Type == EventExtend {
		c.expires_at = C.int64_t(required(event.ExpiresAt))
	}
}

func (s *scratch) masters(c *C.struct_sellable_event, event *Event) {
	if event.ItemSettings != nil {
		c.item_settings = s.itemSettings(event.ItemSettings)
	}
	if event.LocationSettings != nil {
		c.location_settings = s.locationSettings(event.LocationSettings)
	}
	if event.Settings != nil {
		c.policy = s.policy(event.Settings)
	}
	if event.Ownership != nil {
		c.ownership = s.ownership(event.Ownership)
	}
	c.declares = s.key(event.Declares)
	if lag := s.maxLag(event.SourceSettings); lag != nil {
		c.max_lag_given, c.max_lag = 1, *lag
	}
}

// Apply applies one event, entirely and at one instant, or refuses it. Counts always apply: nothing
// is refused because it falls below what is promised; the cell is then short (Shortages).
//
// An ID that was applied before, from the same source, is StatusDuplicate, with other content
// ErrConflict. A Seq at or below the last applied of its source is ErrStale. A movement with an At
// at or before the cell's last AsOf is in that balance already: on_hand stays.
//
//   - ErrConflict: the id, with other content; expected: Actual has the quantity that is there;
//     transfer: it is known; or as Reserve
//   - ErrUnknownSource, ErrUnknownItem, ErrUnknownLocation, ErrUnknownChannel
//   - ErrStale: seq; as_of: older than the cell's last, or than the retention
//   - ErrNotOwner: the source, or none, may not write this
//   - ErrInvalid: a field is out of its range, which Field names, as it is named in JSON; item: a
//     kit, which has no stock of its own, or not tracked
//   - ErrWrongState: a hold or allocated would fall below 0; no such transfer, or all has come
//   - ErrOverflow: a quantity, a sum over a cell would go beyond 10^15
//   - ErrNoMemory, ErrNotDurable; and what the method says that is the same change
//
// A refused event is kept among the Exceptions, under the number in Exception; but not one without
// a type, nor for ErrInsufficient, ErrPaused, ErrNoMemory, ErrNotDurable.
func (e *Engine) Apply(event *Event) (Answer, error) {
	var answer Answer
	err := e.ApplyInto(event, &answer)
	return answer, err
}

// ApplyInto is Apply into an answer that is there already; nil: it is not wanted.
func (e *Engine) ApplyInto(event *Event, answer *Answer) error {
	if event == nil {
		return missing("event")
	}
	return e.promise(answer, event.planned(), func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_apply(e.c, nil, s.event(event), c)
	})
}

// planned is the order that the event plans; nil: it plans none.
func (event *Event) planned() *Order {
	if event != nil && (event.Type == EventReserve || event.Type == EventAmend) {
		return event.Order
	}
	return nil
}

// ApplyBatch applies events in their order, each at its own instant, while the memory of later ones
// is fetched. answers[i] answers events[i]; there are as many, or none (nil). The error is that of
// the first that was refused (Index says which); the others are applied all the same. A batch that
// is closed half way, and answers that are too few, are as in ReserveBatch.
func (e *Engine) ApplyBatch(events []Event, answers []Answer) error {
	return e.batch(len(events), answers, batch{
		call: func(s *scratch, at int, statuses []C.enum_sellable_status, c *C.struct_sellable_answer) {
			array := records[C.struct_sellable_event](s, len(statuses))
			for i := range array {
				s.eventInto(&array[i], &events[at+i])
			}
			C.sellable_apply_batch(e.c, nil, &array[0], C.size_t(len(array)), &statuses[0], c)
		},
		order: func(i int) *Order { return events[i].planned() },
	})
}

// ---- exceptions ----

// An Exception is a refused event that is kept until it is mended and replayed, or discarded.
type Exception struct {
	Number      uint64
	Status      Status
	Type        EventType // 0: it was none
	Field       string
	Reason      string
	Source      string // as it was given, known or not
	ID          string
	Correlation string
	Content     []byte    // what the sender gave; or nil: then
	Event       *Event    // the event itself; nil, if it was too large to be kept
	KeptAt      time.Time // the engine's now
	Orders      uint64    // open orders that it concerns; 0 unless selected ByImpact
}

// An ExceptionSelection says which exceptions are meant, and in what order.
type ExceptionSelection struct {
	Number   uint64 // this one alone; 0: all
	ByImpact bool   // those with more open orders first, then by number; else by number
}

// Exceptions yields the exceptions, all as they are at one instant. An error comes alone.
//
//   - ErrInvalid: number: there is none
//   - ErrNoMemory
func (e *Engine) Exceptions(selection ExceptionSelection) iter.Seq2[Exception, error] {
	return visited(e, func(s *scratch, context C.uintptr_t) C.int {
		c := record[C.struct_sellable_exception_selection](s)
		c.number, c.by_impact = C.uint64_t(selection.Number), flag(selection.ByImpact)
		return C.go_exceptions(e.c, c, context)
	}, exceptionOf, because{"number", "there is none of it"})
}

func exceptionOf(c *C.struct_sellable_exception) Exception {
	exception := Exception{
		Number:      uint64(c.number),
		Status:      Status(c.status),
		Type:        EventType(c._type),
		Field:       C.GoString(c.field),
		Reason:      C.GoString(c.reason),
		Source:      keyOf(c.source),
		ID:          keyOf(c.id),
		Correlation: keyOf(c.correlation),
		KeptAt:      instant(int64(c.kept_at)),
		Orders:      uint64(c.orders),
	}
	if c.content != nil {
		exception.Content = C.GoBytes(c.content, C.int(c.content_size))
	}
	if c.event != nil {
		exception.Event = eventOf(c.event)
	}
	return exception
}

// PutException keeps what could not even be made an event: of event are read Type, source, ID,
// Correlation, Content, and what says which cells it is about. It returns its number.
//
// Of field and reason 128 bytes are kept.
//
//   - ErrInvalid: status: none that is kept; field, reason: with a 0 in it; event: nil
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutException(event *Event, status Status, field, reason string) (uint64, error) {
	if event == nil {
		return 0, missing("event")
	}
	for name, text := range map[string]*string{"field": &field, "reason": &reason} {
		if strings.IndexByte(*text, 0) >= 0 {
			return 0, invalid(name, "it has a 0 in it")
		}
		*text = (*text)[:min(len(*text), KeyMax)]
	}
	var number uint64
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		kept := C.sellable_exception_put(e.c, nil, s.event(event), C.enum_sellable_status(status), s.text(field), s.text(reason), c)
		number = uint64(c.exception)
		return kept
	})
	return number, err
}

// ReplayException applies the event of an exception, mended; nil: the event that was kept. Its Seq
// is not looked at. If it is applied, or turns out to be a duplicate, the exception leaves at the
// same instant; refused again it stays.
//
//   - ErrInvalid: exception: there is none of that number; event: nil, and none was kept; or as Apply
func (e *Engine) ReplayException(number uint64, event *Event) (Answer, error) {
	order := event.planned()
	if event == nil {
		order = e.kept(number).planned()
	}
	var answer Answer
	err := e.promise(&answer, order, func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		var mended *C.struct_sellable_event
		if event != nil {
			mended = s.event(event)
		}
		return C.sellable_exception_replay(e.c, nil, C.uint64_t(number), mended, c)
	})
	return answer, err
}

// kept is the event of an exception; nil: there is none.
func (e *Engine) kept(number uint64) *Event {
	for exception, err := range e.Exceptions(ExceptionSelection{Number: max(number, 1)}) { // 0 would be all
		if err == nil {
			return exception.Event
		}
	}
	return nil
}

// DiscardException forgets an exception.
//
//   - ErrInvalid: exception: there is none of that number
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) DiscardException(number uint64) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_exception_discard(e.c, nil, C.uint64_t(number), c)
	})
}

// ExceptionCounts says how many exceptions there are.
type ExceptionCounts struct {
	Kept uint64 // now
	Last uint64 // the last number given: how many were kept in all
	Lost uint64 // left because there were too many
}

// ExceptionCounts tells how many exceptions there are, at one instant.
func (e *Engine) ExceptionCounts() (ExceptionCounts, error) {
	var counts ExceptionCounts
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_exception_counts](s)
		C.sellable_exception_counts(e.c, c)
		counts = ExceptionCounts{uint64(c.kept), uint64(c.last), uint64(c.lost)}
		return C.SELLABLE_OK
	})
	return counts, err
}
