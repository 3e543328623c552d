// SPDX-License-Identifier: Apache-2.0

package histories

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"sellable.example/sellable"
)

// Engines that are wrong on purpose: each is the real one, with one kind of call done as it should
// not be.

// pause lets others come between two steps.
func pause() {
	time.Sleep(20 * time.Microsecond)
	runtime.Gosched()
}

// twoSteps looks whether an order fits, and takes it later on the strength of what it saw.
type twoSteps struct {
	*shopFloor
	set settings
	act sync.RWMutex // held while an order is taken: that alone is one step
}

func (e *twoSteps) do(s step) ([]answer, error) {
	e.act.RLock()
	got, err := e.check(s)
	e.act.RUnlock()
	if got != nil || err != nil {
		return got, err
	}
	pause()
	e.act.Lock()
	defer e.act.Unlock()
	got, err = e.shopFloor.do(s)
	if err != nil || got[0].status != insufficient {
		return got, err
	}
	// Somebody was faster. It is taken all the same, from stock that is there for a moment only.
	lines := needs(&e.set, s[0].lines)
	if err := e.add(s[0].group, lines, 1); err != nil {
		return nil, err
	}
	got, err = e.shopFloor.do(s)
	return got, errors.Join(err, e.add(s[0].group, lines, -1))
}

// check answers all but one order that fits.
func (e *twoSteps) check(s step) ([]answer, error) {
	c := s[0]
	if c.kind != reserve || len(s) > 1 {
		return e.shopFloor.do(s)
	}
	for _, n := range needs(&e.set, c.lines) {
		a, err := e.Available(e.items[c.group][n.item], e.channels[c.channel])
		if err != nil || a.Promisable < n.quantity {
			return e.shopFloor.do(s)
		}
	}
	return nil, nil
}

func (e *twoSteps) add(group int, lines []line, sign int64) error {
	for _, l := range lines {
		_, err := e.Apply(e.event(call{kind: adjust, group: group, item: l.item,
			quantity: sign * l.quantity}))
		if err != nil {
			return err
		}
	}
	return nil
}

// lostUpdate reads what is on hand, and writes later what it should be.
type lostUpdate struct{ *shopFloor }

func (e *lostUpdate) do(s step) ([]answer, error) {
	if s[0].kind != adjust || len(s) > 1 {
		return e.shopFloor.do(s)
	}
	c := s[0]
	event := e.event(c)
	cell, err := e.Cell(event.Item, event.Location)
	if err != nil {
		return nil, err
	}
	pause()
	event.Type, event.Quantity = sellable.EventOnHandSet, cell.OnHand+c.quantity
	_, err = e.Apply(event)
	return []answer{answered(c.quantity)}, err
}

// staleRead answers every second question for a figure with what it was the last time.
type staleRead struct {
	*shopFloor
	mutex sync.Mutex
	known map[call]answer
}

func (e *staleRead) do(s step) ([]answer, error) {
	got, err := e.shopFloor.do(s)
	if s[0].kind != available || len(s) > 1 || err != nil {
		return got, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if known, is := e.known[s[0]]; is {
		delete(e.known, s[0])
		return []answer{known}, nil
	}
	e.known[s[0]] = got[0]
	return got, nil
}

// backwards makes the calls of a batch in the wrong order.
type backwards struct{ *shopFloor }

func (e *backwards) do(s step) ([]answer, error) {
	if s[0].kind == view {
		return e.shopFloor.do(s)
	}
	s = slices.Clone(s)
	slices.Reverse(s)
	got, err := e.shopFloor.do(s)
	slices.Reverse(got)
	return got, err
}

// caught runs programs on wrong engines until a history has no explanation.
func caught(t *testing.T, wrong func(program, *shopFloor) engine) {
	t.Helper()
	const tries = 200
	for seed := range uint64(tries) {
		p := draw(seed)
		history := record(t, p, wrong)
		switch check(p, history) {
		case porcupine.Illegal:
			t.Logf("caught by history %d", seed+1)
			return
		case porcupine.Unknown:
			t.Fatalf("history %d was not decided", seed)
		}
	}
	t.Fatalf("not caught by %d histories", tries)
}

func TestAnEngineThatChecksAndActsInTwoStepsIsCaught(t *testing.T) {
	caught(t, func(p program, e *shopFloor) engine { return &twoSteps{shopFloor: e, set: p.settings} })
}

func TestAnEngineThatLosesUpdatesIsCaught(t *testing.T) {
	caught(t, func(_ program, e *shopFloor) engine { return &lostUpdate{e} })
}

func TestAnEngineThatAnswersFromThePastIsCaught(t *testing.T) {
	caught(t, func(_ program, e *shopFloor) engine {
		return &staleRead{shopFloor: e, known: map[call]answer{}}
	})
}

func TestAnEngineThatTurnsBatchesRoundIsCaught(t *testing.T) {
	caught(t, func(_ program, e *shopFloor) engine { return &backwards{e} })
}
