// SPDX-License-Identifier: Apache-2.0

package sellable

import (
	"sync/atomic"
	"unsafe"
)

// A gate counts the calls that run, so that closing can wait for them. Goroutines that run at the
// same time rarely count in the same place: which one, their stacks say.
type gate struct {
	open   atomic.Bool
	left   chan struct{} // something may have left since the gate was shut
	places [gatePlaces]gatePlace
}

const (
	gatePlaces = 64
	gateShift  = 64 - 6
)

type gatePlace struct {
	running atomic.Int64
	_       [120]byte // a pair of cache lines for each
}

// enter begins a call: where it counts, or nil if the gate is shut. The caller hands that to leave.
func (g *gate) enter() *gatePlace {
	var here byte // never kept: only where it is matters
	hash := uint64(uintptr(unsafe.Pointer(&here))>>10) * 0x9E3779B97F4A7C15
	place := &g.places[hash>>gateShift]
	place.running.Add(1)
	if g.open.Load() {
		return place
	}
	g.leave(place)
	return nil
}

// leave ends a call.
func (g *gate) leave(place *gatePlace) {
	if place.running.Add(-1) == 0 && !g.open.Load() {
		select {
		case g.left <- struct{}{}:
		default: // somebody has said so already
		}
	}
}

// unlock opens the gate, once.
func (g *gate) unlock() {
	g.left = make(chan struct{}, 1)
	g.open.Store(true)
}

// lock shuts it, and waits until nobody is inside; false, if it is shut already.
func (g *gate) lock() bool {
	if !g.open.CompareAndSwap(true, false) {
		return false
	}
	for i := range g.places {
		for g.places[i].running.Load() != 0 {
			<-g.left
		}
	}
	return true
}
