// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// A Trail is what the journal of a durable engine says, change by change, in the order of the log:
// what was said, by whom, and what it did.
type Trail struct {
	state    *trailState
	recovery Recovery
	engine   *Engine
}

// trailState is what the engine of a trail rests on, too: it is there as long as one of them is.
type trailState struct {
	lock sync.Mutex // a trail is read, or closed, by one at a time
	c    *C.struct_sellable_trail
	logs []C.struct_sellable_log // of Go's: C copies them
}

// TrailFigures are those of a cell.
type TrailFigures struct {
	OnHand      int64
	Held        int64 // over all reasons
	Allocated   int64
	Reserved    int64
	Backordered int64
	SafetyStock int64
	Promised    int64 // for later dates
	Net         int64
}

// A TrailCell is a cell that a change touched.
type TrailCell struct {
	Item     Item
	Location Location
	Before   TrailFigures
	After    TrailFigures
}

// A TrailEntry is one change.
type TrailEntry struct {
	Position uint64
	Now      time.Time   // the engine's, at its decision or a little before
	Event    *Event      // what was said; nil: then Did
	Did      Did         // what a change is that no event says
	Channel  Channel     // DidTell: to whom
	Order    string      // DidDue: the order that expired, was moved to now, or left; or ""
	Cells    []TrailCell // by item, then in the row's order
	Reason   string      // DidLost: why, in words
	Lost     uint64      // DidLost: the last position that is not there; 0: unknown
}

// OpenTrail begins to read the journal of a directory that no engine has open. With salvage, damage
// is passed over, and what can be read behind it is read; Before and After then count only up to
// the first damage.
//
//   - ErrInvalid: directory: there is no journal in it; journal, checkpoint: in use, damaged, none
//     of ours (Reason says which)
//   - ErrNotDurable: the disk failed
//   - ErrNoMemory
//
// Cost: the logs are read once here, and once more by and by; the memory of two engines.
func OpenTrail(directory string, salvage bool) (*Trail, error) {
	if err := linked(); err != nil {
		return nil, err
	}
	state := &trailState{}
	for _, log := range []struct{ field, file string }{{"journal", "journal"}, {"checkpoint", "checkpoints"}} {
		if err := state.openLog(log.field, filepath.Join(directory, log.file)); err != nil {
			state.closeLogs()
			return nil, err
		}
	}
	s := newScratch()
	defer s.done()
	logs := records[C.struct_sellable_log](s, len(state.logs))
	copy(logs, state.logs)
	recovery := record[C.struct_sellable_recovery](s)
	status := Status(C.sellable_trail_open(&logs[0], &logs[1], flag(salvage), &state.c, recovery))
	if status != StatusOK {
		state.closeLogs()
		return nil, recoveryError(status, recovery)
	}
	t := &Trail{state: state}
	t.recovery = Recovery{uint64(recovery.position), uint64(recovery.checkpoint), uint64(recovery.replayed)}
	if c := C.sellable_trail_engine(state.c); c != nil {
		t.engine = &Engine{
			c:        (*C.struct_sellable)(unsafe.Pointer(c)),
			borrowed: true,
			trail:    state,
			views:    map[*viewState]struct{}{},
		}
		t.engine.gate.unlock()
	}
	runtime.SetFinalizer(state, func(state *trailState) { go state.close() })
	return t, nil
}

// openLog opens a file that is there: the library would make it.
func (t *trailState) openLog(field, path string) error {
	if _, err := os.Stat(path); err != nil {
		return invalid("directory", err.Error())
	}
	s := newScratch()
	defer s.done()
	log, reason := record[C.struct_sellable_log](s), record[*C.char](s)
	status := Status(C.sellable_lmdb_open(s.text(path), 0, log, reason))
	if status != StatusOK {
		return refuse(status, field, C.GoString(*reason))
	}
	t.logs = append(t.logs, *log)
	return nil
}

func (t *trailState) closeLogs() {
	for _, log := range t.logs {
		C.go_log_close(log.close, log.context)
	}
	t.logs = nil
}

// Recovery tells what was found when the trail was opened.
func (t *Trail) Recovery() Recovery {
	if t == nil {
		return Recovery{}
	}
	return t.recovery
}

// Engine is one of what the journal ends with, for keys and questions: its handles are those of the
// events. What would change it is ErrWrongState. It is closed with the trail; as long as it is used,
// a trail that is forgotten stays open. nil, if it could not be made (salvage).
func (t *Trail) Engine() *Engine {
	if t == nil {
		return nil
	}
	return t.engine
}

// Close ends the trail, and its engine. Closed once more, it returns ErrClosed.
func (t *Trail) Close() error {
	if t == nil || t.state == nil {
		return ErrClosed
	}
	if t.engine != nil {
		_ = t.engine.Close() // or somebody has closed it already
	}
	return t.state.close()
}

func (t *trailState) close() error {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.c == nil {
		return ErrClosed
	}
	runtime.SetFinalizer(t, nil)
	C.sellable_trail_close(t.c)
	t.c = nil
	t.closeLogs()
	return nil
}

// Entries yields the changes from where the last loop over them ended. An error comes alone.
//
//   - ErrNoMemory, ErrNotDurable, ErrClosed
func (t *Trail) Entries() iter.Seq2[*TrailEntry, error] {
	state := &trailState{}
	if t != nil && t.state != nil {
		state = t.state
	}
	return func(yield func(*TrailEntry, error) bool) {
		for {
			entry, err := state.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if entry == nil || !yield(entry, nil) {
				return
			}
		}
	}
}

// next is the next entry; nil: there is none.
func (t *trailState) next() (*TrailEntry, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.c == nil {
		return nil, ErrClosed
	}
	s := newScratch()
	defer s.done()
	c := record[C.struct_sellable_trail_entry](s)
	if err := statusError(Status(C.sellable_trail_next(t.c, c))); err != nil || c.position == 0 {
		return nil, err
	}
	return entryOf(c), nil
}

func entryOf(c *C.struct_sellable_trail_entry) *TrailEntry {
	entry := &TrailEntry{
		Position: uint64(c.position),
		Now:      instant(int64(c.now)),
		Did:      Did(c.did),
		Channel:  Channel(c.channel.id),
		Order:    keyOf(c.order),
		Cells:    append([]TrailCell(nil), slice((*TrailCell)(unsafe.Pointer(c.cells)), c.cell_count)...),
		Lost:     uint64(c.lost),
	}
	if c.event != nil {
		entry.Event = eventOf(c.event)
	}
	if c.reason != nil {
		entry.Reason = C.GoString(c.reason)
	}
	return entry
}
