// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"strings"
	"time"
)

// StoreOptions of a durable engine; every zero value is the default.
type StoreOptions struct {
	Options
	Answering Answering     // when a changing call answers: AnswerDurable, or AnswerDecided
	Linger    time.Duration // that a commit waits for more to share it: whole microseconds, at most a second
	Batch     uint64        // bytes at which it waits no longer; 0: 1 MiB; at most 1 GiB
	Queue     uint64        // bytes that may be decided and not yet written; 0: 64 MiB
}

// A Recovery says what was found when a durable engine was opened.
type Recovery struct {
	Position   uint64 // the last change that is there; 0: none
	Checkpoint uint64 // the position that the checkpoint stands for; 0: none was used
	Replayed   uint64 // changes applied from the journal
}

// OpenStore opens an engine on a directory, which is made if it is not there: the engine is what the
// directory holds. It writes every change into a log before it answers for it, so that a call that
// was answered is there after a crash of the process or the machine; one that was not may be there
// or not, but whole. Goroutines that wait at the same time share their commits. One process at a
// time: the directory is locked.
//
//   - ErrInvalid: an option; or directory, journal, checkpoint: in use, none of ours, damaged, of a
//     newer format (Reason says which; nothing was changed in it), or the library was built without
//     LMDB
//   - ErrNotDurable: the disk failed
//   - ErrNoMemory
func OpenStore(directory string, options StoreOptions) (*Engine, error) {
	if err := linked(); err != nil {
		return nil, err
	}
	if refused := options.fault(); refused != nil {
		return nil, refused
	}
	if strings.IndexByte(directory, 0) >= 0 {
		return nil, invalid("directory", "it has a 0 in it")
	}
	s := newScratch()
	defer s.done()
	durability := record[C.struct_sellable_durability](s)
	durability.answering = C.uint32_t(options.Answering)
	durability.linger = C.int64_t(whole(options.Linger, time.Microsecond))
	durability.batch = C.uint64_t(options.Batch)
	durability.queue = C.uint64_t(options.Queue)
	recovery := record[C.struct_sellable_recovery](s)
	var c *C.struct_sellable
	status := Status(C.sellable_store_open(s.text(directory), s.options(&options.Options), durability, &c, recovery))
	if status != StatusOK {
		return nil, recoveryError(status, recovery)
	}
	e := newEngine(c)
	e.recovery = Recovery{uint64(recovery.position), uint64(recovery.checkpoint), uint64(recovery.replayed)}
	return e, nil
}

func recoveryError(status Status, c *C.struct_sellable_recovery) *Error {
	return refuse(status, C.GoString(c.field), C.GoString(c.reason))
}

// Recovery tells what was found when the engine was opened; of one in memory nothing.
func (e *Engine) Recovery() Recovery {
	if e == nil {
		return Recovery{}
	}
	return e.recovery
}

// Position is the last position in the log that was given; 0: none, or no log. What was decided
// before the call has one at or below it.
func (e *Engine) Position() uint64 {
	place := e.enter()
	if place == nil {
		return 0
	}
	defer e.leave(place)
	return uint64(C.sellable_position(e.c))
}

// Durable is the last position that survives a crash.
func (e *Engine) Durable() uint64 {
	place := e.enter()
	if place == nil {
		return 0
	}
	defer e.leave(place)
	return uint64(C.sellable_durable(e.c))
}

// WaitDurable waits until a position is durable, and commits, if nobody else does. A position that
// was not given yet, or is 0, counts as the last one given.
//
//   - ErrNotDurable: the log failed before it was
func (e *Engine) WaitDurable(position uint64) error {
	return e.ask(func(*scratch) C.enum_sellable_status {
		return C.sellable_durable_wait(e.c, C.uint64_t(position))
	})
}

// noLog is no field's fault.
var noLog = because{"", "the engine has no log"}

// StartCommitter starts a thread that commits, for callers with AnswerDecided that never wait.
//
//   - ErrInvalid: the engine has no log
//   - ErrWrongState: it runs
//   - ErrNoMemory
func (e *Engine) StartCommitter() error {
	return e.ask(func(*scratch) C.enum_sellable_status { return C.sellable_committer_start(e.c) }, noLog)
}

// StopCommitter stops it; Close does, too.
//
//   - ErrInvalid: the engine has no log
//   - ErrWrongState: it does not run
func (e *Engine) StopCommitter() error {
	return e.ask(func(*scratch) C.enum_sellable_status { return C.sellable_committer_stop(e.c) }, noLog)
}

// Checkpoint writes down this instant, so that recovery begins there, while everybody goes on; then
// it forgets older ones, and, unless keepJournal, the journal before it, and with it the trail of
// that time. Cost: all that is kept is read and written.
//
//   - ErrInvalid: the engine has no log for checkpoints
//   - ErrWrongState: another one is being written
//   - ErrNotDurable: a log failed, or has no room
//   - ErrNoMemory
func (e *Engine) Checkpoint(keepJournal bool) error {
	return e.ask(func(*scratch) C.enum_sellable_status {
		return C.sellable_checkpoint(e.c, nil, flag(keepJournal))
	}, noLog)
}
