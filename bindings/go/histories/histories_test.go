// SPDX-License-Identifier: Apache-2.0

package histories

import (
	"flag"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
)

var (
	histories = flag.Int("histories", 1500, "how many histories are recorded and checked")
	firstSeed = flag.Uint64("seed", 1, "of the first history; the others follow")
)

// record sets an engine up, perhaps one that is wrong, and runs a program on it.
func record(t *testing.T, p program, wrong func(program, *shopFloor) engine) []porcupine.Operation {
	t.Helper()
	e, err := open(p)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	var on engine = e
	if wrong != nil {
		on = wrong(p, e)
	}
	history, err := run(p, on)
	if err != nil {
		t.Fatal(err)
	}
	return history
}

// decide fails the test unless the history is linearizable, and decided.
func decide(t *testing.T, seed uint64, p program, history []porcupine.Operation) {
	t.Helper()
	if result := check(p, history); result != porcupine.Ok {
		t.Fatalf("seed %d is %s\n%s", seed, result, describe(p, history))
	}
}

// overlapping counts calls that began before another, made by another goroutine, had ended.
func overlapping(history []porcupine.Operation) (count int) {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	latest := int64(0)
	for _, o := range history {
		if o.Call < latest {
			count++
		}
		latest = max(latest, o.Return)
	}
	return count
}

func TestEveryHistoryOfManyGoroutinesHasAnOrderOfInstants(t *testing.T) {
	operations, overlaps := 0, 0
	statuses := map[string]int{}
	for i := range *histories {
		seed := *firstSeed + uint64(i)
		p := draw(seed)
		history := record(t, p, nil)
		decide(t, seed, p, history)
		operations += len(history)
		overlaps += overlapping(history)
		for _, o := range history {
			statuses[o.Input.(asked).kind.String()+" "+o.Output.(answer).status]++
		}
	}
	t.Logf("%d histories of %d calls, %d of which overlapped", *histories, operations, overlaps)
	t.Logf("%v", statuses)
	if *histories < 100 {
		return // too few to show all that can happen
	}
	if overlaps == 0 {
		t.Error("no two calls ever overlapped: nothing was shown")
	}
	for _, each := range []string{"reserve ok", "reserve insufficient", "reserve duplicate",
		"reserve conflict", "amend ok", "amend insufficient", "release ok", "release wrong_state",
		"adjust ok", "ring_fence.set ok", "available ok", "cell ok", "order ok", "view ok"} {
		if statuses[each] == 0 {
			t.Errorf("nothing was ever answered with %s", each)
		}
	}
}

func TestOneGoroutineAloneGetsTheAnswersOfTheSpecification(t *testing.T) {
	for i := range max(100, *histories/10) {
		seed := *firstSeed + uint64(i)
		p := draw(seed)
		p.threads = [][]step{slices.Concat(p.threads...)}
		decide(t, seed, p, record(t, p, nil))
	}
}

// A history made by hand: one of item 0 at location 0, and these calls for it.
func byHand(calls ...porcupine.Operation) porcupine.CheckResult {
	p := program{settings: settings{components: [items]int64{1, 1},
		share: [channels]int64{10_000, 10_000}}}
	p.initial[0].cells[0][0].onHand = 1
	return check(p, calls)
}

func between(began, ended int64, c call, a answer) porcupine.Operation {
	return porcupine.Operation{ClientId: int(began), Input: asked{call: c}, Output: a, Call: began, Return: ended}
}

func takeOne(key int64) call {
	return call{kind: reserve, key: key, lines: [mostLines]line{{0, 1}}}
}

var (
	taken    = answered(0, 0, 1, 0)
	refused  = answer{insufficient, []int64{0, 1, 0}}
	question = call{kind: available}
)

func expect(t *testing.T, expected, got porcupine.CheckResult) {
	t.Helper()
	if got != expected {
		t.Errorf("it is %s, not %s", got, expected)
	}
}

func TestTheLastPieceGoesToOneOfTwo(t *testing.T) {
	expect(t, porcupine.Ok,
		byHand(between(1, 4, takeOne(0), taken), between(2, 3, takeOne(1), refused)))
	// Oversold.
	expect(t, porcupine.Illegal,
		byHand(between(1, 4, takeOne(0), taken), between(2, 3, takeOne(1), taken)))
	// Refused, and it fits.
	expect(t, porcupine.Illegal,
		byHand(between(1, 4, takeOne(0), refused), between(2, 3, takeOne(1), refused)))
}

func TestAnAnswerIsOfAnInstantBetweenStartAndReturn(t *testing.T) {
	reserved := between(1, 4, takeOne(0), taken)
	for _, during := range []int64{0, 1} {
		expect(t, porcupine.Ok, byHand(reserved, between(2, 3, question, answered(during))))
	}
	expect(t, porcupine.Ok, byHand(reserved, between(5, 6, question, answered(0))))
	expect(t, porcupine.Illegal, byHand(reserved, between(5, 6, question, answered(1))))
}

func TestAViewIsOfOneInstant(t *testing.T) {
	one := between(1, 4, call{kind: adjust, item: 0, quantity: 1}, answered(1))
	other := between(5, 8, call{kind: adjust, item: 1, quantity: 1}, answered(1))
	figures := func(first, second int64) answer {
		seen := make([]int64, cells*6)
		for place, onHand := range map[int]int64{0: first, locations * 6: second} {
			for _, term := range []int{0, 3, 4, 5} { // on_hand, net, free, shared
				seen[place+term] = onHand
			}
		}
		return answered(seen...)
	}
	look := func(first, second int64) porcupine.CheckResult {
		return byHand(one, other, between(2, 7, call{kind: view}, figures(first, second)))
	}
	for _, seen := range [][2]int64{{1, 0}, {2, 0}, {2, 1}} {
		expect(t, porcupine.Ok, look(seen[0], seen[1]))
	}
	expect(t, porcupine.Illegal, look(1, 1)) // the second without the first
}
