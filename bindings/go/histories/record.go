// SPDX-License-Identifier: Apache-2.0

package histories

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

// engine is what a program runs on. It is used by many goroutines.
type engine interface {
	// do makes the calls of a step, and answers each.
	do(s step) ([]answer, error)
}

// asked is a call as it was made: those of one goroutine in a group take effect in the order of
// their turns, also within a batch. They count from 1; 0: whenever it was.
type asked struct {
	call
	thread, turn int
}

// run lets all goroutines of a program loose, and records what they asked and were answered.
func run(p program, e engine) ([]porcupine.Operation, error) {
	var clock atomic.Int64
	var ready, done sync.WaitGroup
	histories := make([][]porcupine.Operation, len(p.threads))
	errs := make([]error, len(p.threads))
	ready.Add(len(p.threads))
	for thread, steps := range p.threads {
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			ready.Wait()
			var turns [groups]int
			for _, s := range steps {
				began := clock.Add(1)
				answers, err := e.do(s)
				ended := clock.Add(1)
				if err != nil {
					errs[thread] = fmt.Errorf("%v: %w", s, err)
					return
				}
				for i, c := range s {
					turns[c.group]++
					histories[thread] = append(histories[thread], porcupine.Operation{
						ClientId: thread, Input: asked{c, thread, turns[c.group]}, Output: answers[i],
						Call: began, Return: ended})
				}
				runtime.Gosched()
			}
		}()
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(histories...), nil
}

// model is the specification as Porcupine wants it. Groups never meet, so each is a history of its
// own.
func model(p program) porcupine.Model {
	type state struct {
		group int
		shop  shop
		turns [threads]int // the last of each goroutine that took effect
	}
	// A partition's state is that of its group, which its first call tells.
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			parts := make([][]porcupine.Operation, groups)
			for _, operation := range history {
				g := operation.Input.(asked).group
				parts[g] = append(parts[g], operation)
			}
			return parts
		},
		Init: func() any { return state{group: -1} },
		Step: func(before, input, output any) (bool, any) {
			s, c, got := before.(state), input.(asked), output.(answer)
			if s.group < 0 {
				s = state{group: c.group, shop: p.initial[c.group]}
			}
			if c.turn != 0 {
				s.turns[c.thread]++
				if s.turns[c.thread] != c.turn {
					return false, before
				}
			}
			expected := s.shop.step(&p.settings, c.call)
			return expected.status == got.status && slices.Equal(expected.figures, got.figures), s
		},
		DescribeOperation: func(input, output any) string {
			return fmt.Sprintf("%v -> %v", input, output)
		},
	}
}

// patience is how long Porcupine may think about one history. It needs milliseconds.
const patience = 20 * time.Second

// check decides a history: Ok, Illegal, or Unknown, which is a failure, too.
func check(p program, history []porcupine.Operation) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(model(p), history, patience)
}

// describe writes a history down for people, by the tick of each call's start.
func describe(p program, history []porcupine.Operation) string {
	var text strings.Builder
	fmt.Fprintf(&text, "settings %+v\n", p.settings)
	for g, s := range p.initial {
		fmt.Fprintf(&text, "group %d at first %+v\n", g, s.cells)
	}
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	for _, o := range history {
		fmt.Fprintf(&text, "%4d-%-4d goroutine %d: %v -> %v\n",
			o.Call, o.Return, o.ClientId, o.Input, o.Output)
	}
	return text.String()
}
