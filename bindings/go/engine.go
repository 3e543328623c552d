// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// Handles. An engine gives them, counting from 1, and keeps them until it is closed; 0 is "not
// given". A handle saves the look-up of its key: wherever a record has both, a handle that is given
// counts and the key is not looked at. In a fork and in the engine that it came from they are the
// same.
type (
	Item     uint32 // of a SKU, a kit or a service
	Location uint32 // of a place with stock; in a policy also of a region (FindRegion)
	Channel  uint32 // of a place that sells
	Source   uint32 // of a system that sends events
)

// Options of an engine; every zero value is the default.
type Options struct {
	Items      uint64        // make room for so many at once (no limit, no need); at most 2^31
	Orders     uint64        // the same, for orders remembered at a time
	Seed       uint64        // of the hash tables; 0: one is drawn at random. No answer depends on it
	Retention  time.Duration // how long closed orders, ids and movements are remembered; 0: 7 days
	EventIDs   uint64        // the most that are remembered at a time; 0: as memory allows
	Exceptions uint64        // the most refused events that are kept; 0: 4,096
	Ahead      time.Duration // how far in the future an event may claim to be; 0: a day
}

// An Engine keeps what is there and what is promised, and answers for it. Open, OpenStore and Fork
// make one. All its methods may be called by any number of goroutines at any time, also Close.
type Engine struct {
	gate     gate
	c        *C.struct_sellable
	borrowed bool        // a trail's: for questions
	trail    *trailState // which it keeps alive
	recovery Recovery

	viewsLock sync.Mutex
	views     map[*viewState]struct{} // open ones: they hold memory of the engine's
}

// linked is the fault of a library of another version than the header's, found once.
var linked = sync.OnceValue(func() error {
	if Version() != HeaderVersion || C.SELLABLE_VERSION != HeaderVersion {
		return fmt.Errorf("sellable: the package is made for version %s, the header says %s, the library %s",
			HeaderVersion, C.SELLABLE_VERSION, Version())
	}
	return nil
})

// Version is that of the library that is linked.
func Version() string { return C.GoString(C.sellable_version()) }

// Open makes an empty engine that is kept in memory alone.
//
//   - ErrInvalid: Items, Orders, EventIDs or Exceptions beyond 2^31; Retention or Ahead negative,
//     or not whole milliseconds
//   - ErrNoMemory
//
// Close it; one that is forgotten is closed some time after the last reference to it is gone.
func Open(options Options) (*Engine, error) {
	if err := linked(); err != nil {
		return nil, err
	}
	if refused := options.fault(); refused != nil {
		return nil, refused
	}
	s := newScratch()
	defer s.done()
	var c *C.struct_sellable
	if status := Status(C.sellable_open(s.options(&options), &c)); status != StatusOK {
		return nil, statusRefusal(status)
	}
	return newEngine(c), nil
}

// fault names the first option that is out of range.
func (o *Options) fault() *Error {
	const most = 1 << 31
	for _, number := range []struct {
		field string
		value uint64
	}{{"items", o.Items}, {"orders", o.Orders}, {"event_ids", o.EventIDs}, {"exceptions", o.Exceptions}} {
		if number.value > most {
			return invalid(number.field, "0 to 2^31")
		}
	}
	for _, span := range []struct {
		field string
		value time.Duration
	}{{"retention", o.Retention}, {"ahead", o.Ahead}} {
		if span.value < 0 || span.value%time.Millisecond != 0 {
			return invalid(span.field, "0, or whole milliseconds")
		}
	}
	return nil
}

func (s *scratch) options(options *Options) *C.struct_sellable_options {
	c := record[C.struct_sellable_options](s)
	c.items = C.uint64_t(options.Items)
	c.orders = C.uint64_t(options.Orders)
	c.seed = C.uint64_t(options.Seed)
	if options.Seed == 0 {
		c.seed = C.uint64_t(rand.Uint64())
	}
	c.retention = C.int64_t(whole(options.Retention, time.Millisecond))
	c.event_ids = C.uint64_t(options.EventIDs)
	c.exceptions = C.uint64_t(options.Exceptions)
	c.ahead = C.int64_t(whole(options.Ahead, time.Millisecond))
	return c
}

// newEngine is the engine of one of C's, which is its own from now on.
func newEngine(c *C.struct_sellable) *Engine {
	e := &Engine{c: c, views: map[*viewState]struct{}{}}
	e.gate.unlock()
	runtime.SetFinalizer(e, func(e *Engine) { go e.Close() })
	return e
}

// enter begins a call: nil, if the engine is closed, or never was one. leave ends it.
func (e *Engine) enter() *gatePlace {
	if e == nil {
		return nil
	}
	return e.gate.enter()
}

func (e *Engine) leave(place *gatePlace) { e.gate.leave(place) }

// Close gives back all that the engine has taken. It waits for the calls that run; those that come
// later, and a second Close, return ErrClosed. Views that are open are closed; keys and handles that
// were read stay what they are. Of a durable engine it commits what is still to be written, and
// returns ErrNotDurable if the log failed.
func (e *Engine) Close() error {
	if e == nil {
		return ErrClosed
	}
	if e.borrowed { // its trail, closed meanwhile, waits, too
		e.trail.lock.Lock()
		defer e.trail.lock.Unlock()
	}
	if !e.gate.lock() {
		return ErrClosed
	}
	runtime.SetFinalizer(e, nil)
	for view := range e.views {
		view.close()
	}
	if e.borrowed {
		return nil
	}
	status := Status(C.sellable_durable_wait(e.c, 0))
	C.sellable_close(e.c)
	return statusError(status)
}

// Fork opens another engine that is what this one is at one instant: masters, cells, orders, ids,
// exceptions, time. From then on neither knows of the other; nobody is stopped. The fork is kept in
// memory alone. Cost: all of the memory is read and written once.
//
//   - ErrNoMemory
func (e *Engine) Fork() (*Engine, error) {
	place := e.enter()
	if place == nil {
		return nil, ErrClosed
	}
	defer e.leave(place)
	var c *C.struct_sellable
	if status := Status(C.sellable_fork(e.c, nil, nil, &c)); status != StatusOK {
		return nil, statusRefusal(status)
	}
	return newEngine(c), nil
}

// Advance tells the engine what time it is; an earlier time than its own does nothing. Whatever has
// fallen due takes effect before it returns: orders expire, dated promises become reserved, fences
// end, what is past its retention is forgotten.
//
//   - ErrInvalid: now: beyond 2^53 ms of the epoch
//   - ErrNoMemory: the time has moved; some of what is due is left for the next call
func (e *Engine) Advance(now time.Time) error {
	return e.change(func(s *scratch, answer *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_advance(e.c, nil, C.int64_t(required(now)), answer)
	})
}

// Now is the latest time given to Advance: the epoch before the first.
func (e *Engine) Now() time.Time {
	place := e.enter()
	if place == nil {
		return time.Time{}
	}
	defer e.leave(place)
	return instant(int64(C.sellable_now(e.c)))
}

// Memory is what an engine has taken.
type Memory struct {
	SlabBytes  uint64 // taken from the system, touched or not
	RowBytes   uint64 // first lines of items
	BlockBytes uint64 // keys, rows beyond the first line, orders
	Items      uint64
	Orders     uint64 // remembered, open or closed
	EventIDs   uint64 // remembered
	Transfers  uint64 // the same
}

// Memory tells what the engine has taken.
func (e *Engine) Memory() (Memory, error) {
	var memory Memory
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_memory](s)
		C.sellable_memory(e.c, c)
		memory = *(*Memory)(unsafe.Pointer(c))
		return C.SELLABLE_OK
	})
	return memory, err
}
