// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"runtime"
	"sync"
	"unsafe"
)

// A scratch is memory of C in which the records of one call are laid out, with the keys and arrays
// that they lead to; so a call takes one crossing, allocates nothing, and shows C no pointer of
// Go's. Memory stays where it is until the call is over. Scratches are kept in a pool.
type scratch struct {
	first []byte   // stays with the scratch
	more  [][]byte // given back when the call is over
	free  []byte   // what is left of the newest
}

// Memory that no call has written to is address space alone: the system gives it when it is touched.
const (
	scratchBytes = 1 << 20 // at first
	scratchKept  = 4 << 20 // at the most, between calls
)

var scratches = sync.Pool{New: func() any {
	s := &scratch{first: blockOfC(scratchBytes)}
	s.restart()
	runtime.SetFinalizer(s, func(s *scratch) { freeOfC(s.first) })
	return s
}}

// blockOfC is memory of C, whatever stands in it. Like Go's own, it does not fail.
func blockOfC(size int) []byte {
	return unsafe.Slice((*byte)(C.malloc(C.size_t(size))), size)
}

func freeOfC(block []byte) { C.free(unsafe.Pointer(unsafe.SliceData(block))) }

// newScratch is an empty one; done gives it back.
func newScratch() *scratch {
	return scratches.Get().(*scratch)
}

// restart makes all of its memory free again: what was laid out is gone.
func (s *scratch) restart() {
	if len(s.more) > 0 {
		s.settle()
	}
	s.free = s.first
}

func (s *scratch) done() {
	s.restart()
	scratches.Put(s)
}

// settle gives back what was taken beyond the first block, and makes that one larger.
func (s *scratch) settle() {
	size := len(s.first)
	for _, block := range s.more {
		size += len(block)
		freeOfC(block)
	}
	clear(s.more)
	s.more = s.more[:0]
	if size <= scratchKept {
		freeOfC(s.first)
		s.first = blockOfC(size)
	}
}

// bytes is room for so many, aligned to 8, as it was left by earlier calls.
func (s *scratch) bytes(size int) unsafe.Pointer {
	size = (size + 7) &^ 7
	if size > len(s.free) {
		s.free = blockOfC(max(size, scratchBytes))
		s.more = append(s.more, s.free)
	}
	room := unsafe.Pointer(unsafe.SliceData(s.free))
	s.free = s.free[size:]
	return room
}

// records is room for an array of records of C, all 0.
func records[T any](s *scratch, count int) []T {
	if count == 0 {
		return nil
	}
	var one T
	room := unsafe.Slice((*T)(s.bytes(count*int(unsafe.Sizeof(one)))), count)
	clear(room)
	return room
}

// record is room for one.
func record[T any](s *scratch) *T { return &records[T](s, 1)[0] }

// key lays out a key; "" is "not given". One byte too many is enough for a key to be none.
func (s *scratch) key(text string) C.struct_sellable_key {
	if text == "" {
		return C.struct_sellable_key{}
	}
	size := min(len(text), KeyMax+1)
	room := s.bytes(size)
	copy(unsafe.Slice((*byte)(room), size), text)
	return C.struct_sellable_key{bytes: (*C.char)(room), size: C.uint64_t(size)}
}

// text lays out one that ends with a 0, and has none in it.
func (s *scratch) text(text string) *C.char {
	room := unsafe.Slice((*byte)(s.bytes(len(text)+1)), len(text)+1)
	copy(room, text)
	room[len(text)] = 0
	return (*C.char)(unsafe.Pointer(&room[0]))
}

// keyOf is the text of a key of C's.
func keyOf(key C.struct_sellable_key) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(key.bytes)), key.size))
}

// flag is C's 0 or 1.
func flag(set bool) C.uint32_t {
	if set {
		return 1
	}
	return 0
}

// slice is an array of C's, for as long as that is there. A record that was kept may say how many
// there were of what its kind has none of.
func slice[T any, N ~uint32 | ~uint64](array *T, count N) []T {
	if array == nil {
		return nil
	}
	return unsafe.Slice(array, int(count))
}
