// SPDX-License-Identifier: Apache-2.0

package histories

import (
	"errors"
	"fmt"

	"sellable.example/sellable"
)

// shopFloor is the engine that is examined, with the handles of all that a program names.
type shopFloor struct {
	*sellable.Engine
	items     [groups][items + 1]sellable.Item
	locations [locations]sellable.Location
	channels  [channels]sellable.Channel
	numbers   map[sellable.Item]int64
}

// open sets an engine up as a program wants it. Keys have the order of the numbers.
func open(p program) (*shopFloor, error) {
	engine, err := sellable.Open(sellable.Options{})
	if err != nil {
		return nil, err
	}
	e := &shopFloor{Engine: engine, numbers: map[sellable.Item]int64{}}
	if err := e.setUp(p); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return e, nil
}

func (e *shopFloor) setUp(p program) (err error) {
	for l := range locations {
		if e.locations[l], err = e.PutLocation(fmt.Sprintf("location %d", l)); err != nil {
			return err
		}
	}
	set := p.settings
	for c := range channels {
		e.channels[c], err = e.PutChannel(fmt.Sprintf("channel %d", c),
			sellable.Share(set.share[c]), sellable.Buffer(set.buffer[c]),
			sellable.Backorder(set.backorder[c]), sellable.Precedence(set.precedence[c]))
		if err != nil {
			return err
		}
	}
	for g := range groups {
		if err := e.stock(g, set, &p.initial[g]); err != nil {
			return err
		}
	}
	return nil
}

// stock makes the items of a group, and puts there what is there at first.
func (e *shopFloor) stock(group int, set settings, s *shop) (err error) {
	var components []sellable.Component
	for i := range items + 1 {
		var kitSettings []sellable.ItemSetting
		if i == kit {
			kitSettings = append(kitSettings, sellable.Kit(components...))
		}
		item, err := e.PutItem(fmt.Sprintf("group %d item %d", group, i), kitSettings...)
		if err != nil {
			return err
		}
		e.items[group][i], e.numbers[item] = item, int64(i)
		if i < items && set.components[i] > 0 {
			components = append(components, sellable.Component{Item: item, Number: set.components[i]})
		}
	}
	for i := range items {
		for l := range locations {
			kept := s.cells[i][l]
			changes := []call{{kind: adjust, quantity: kept.onHand}}
			for c, f := range kept.fences {
				changes = append(changes, call{kind: setFence, channel: int64(c), quantity: f.left})
			}
			for _, c := range changes {
				c.group, c.item, c.location = group, int64(i), int64(l)
				if _, err := e.Apply(e.event(c)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// event is a call as an event of supply.
func (e *shopFloor) event(c call) *sellable.Event {
	event := &sellable.Event{Type: sellable.EventOnHandAdjust, Item: e.items[c.group][c.item],
		Location: e.locations[c.location], Quantity: c.quantity}
	if c.kind == setFence {
		event.Type, event.Channel = sellable.EventRingFenceSet, e.channels[c.channel]
	}
	return event
}

func (e *shopFloor) order(c call) *sellable.Order {
	order := &sellable.Order{Key: orderKey(c)}
	if c.kind == reserve {
		order.Channel = e.channels[c.channel]
	}
	for _, l := range c.lines {
		if l.quantity > 0 {
			order.Lines = append(order.Lines,
				sellable.Line{Item: e.items[c.group][l.item], Quantity: l.quantity})
		}
	}
	return order
}

func orderKey(c call) string { return fmt.Sprintf("group %d order %d", c.group, c.key) }

// do makes a step: one call, a batch in one crossing, or a view.
func (e *shopFloor) do(s step) ([]answer, error) {
	switch {
	case s[0].kind == view:
		return e.view()
	case len(s) == 1:
		a, err := e.single(s[0])
		return []answer{a}, err
	case s[0].kind == reserve:
		orders, answers := make([]sellable.Order, len(s)), make([]sellable.Answer, len(s))
		for i, c := range s {
			orders[i] = *e.order(c)
		}
		_ = e.ReserveBatch(orders, answers) // each answer has its own refusal
		return e.answers(s, answers)
	case s[0].kind == available:
		return e.ask(s)
	default:
		events, answers := make([]sellable.Event, len(s)), make([]sellable.Answer, len(s))
		for i, c := range s {
			events[i] = *e.event(c)
		}
		_ = e.ApplyBatch(events, answers)
		return e.answers(s, answers)
	}
}

func (e *shopFloor) single(c call) (answer, error) {
	switch c.kind {
	case reserve:
		a, err := e.Reserve(e.order(c))
		return e.answer(c, a, err)
	case amend:
		a, err := e.Amend(e.order(c))
		return e.answer(c, a, err)
	case release:
		var parts []sellable.Part
		if c.quantity > 0 {
			parts = []sellable.Part{{Item: e.items[c.group][c.item], Quantity: c.quantity}}
		}
		return e.answer(c, sellable.Answer{}, e.Release(orderKey(c), parts...))
	case available:
		a, err := e.Available(e.items[c.group][c.item], e.channels[c.channel])
		return answered(a.Promisable), err
	case askCell:
		cell, err := e.Cell(e.items[c.group][c.item], e.locations[c.location])
		return e.cell(cell), err
	case askOrder:
		o, err := e.Order(orderKey(c))
		if errors.Is(err, sellable.ErrUnknownOrder) {
			return answer{status: unknownOrder}, nil
		}
		return e.orderAnswer(o), err
	default:
		a, err := e.Apply(e.event(c))
		return e.answer(c, a, err)
	}
}

// answer is what a change answered: a plan, a variance, or what does not fit.
func (e *shopFloor) answer(c call, a sellable.Answer, err error) (answer, error) {
	var refusal *sellable.Error
	switch {
	case errors.As(err, &refusal):
		got := answer{status: refusal.Status.String()}
		for _, m := range refusal.Misfits {
			got.figures = append(got.figures, e.numbers[m.Item], m.Asked, m.Promisable)
		}
		return got, nil
	case err != nil:
		return answer{}, err
	case c.kind == adjust:
		return answered(a.Variance), nil
	}
	got := answer{status: a.Status.String()}
	for _, p := range a.Plan {
		got.figures = append(got.figures, e.numbers[p.Item], e.numberOf(p.Location), p.Quantity,
			p.Backordered)
	}
	return got, nil
}

// answers are those of a batch.
func (e *shopFloor) answers(s step, batch []sellable.Answer) ([]answer, error) {
	got := make([]answer, len(s))
	for i, a := range batch {
		var err error
		if got[i], err = e.answer(s[i], a, a.Err); err != nil {
			return nil, err
		}
	}
	return got, nil
}

func (e *shopFloor) ask(s step) ([]answer, error) {
	questions := make([]sellable.Question, len(s))
	for i, c := range s {
		questions[i] = sellable.Question{Item: e.items[c.group][c.item],
			Channel: e.channels[c.channel]}
	}
	figures := make([]sellable.Availability, len(s))
	if err := e.AskBatch(questions, figures, nil); err != nil {
		return nil, err
	}
	got := make([]answer, len(s))
	for i, f := range figures {
		got[i] = answered(f.Promisable)
	}
	return got, nil
}

func (e *shopFloor) cell(c sellable.Cell) answer {
	got := answered(c.OnHand, c.Reserved, c.Backordered, c.Net, c.Free, c.Shared)
	fences := make([]int64, channels)
	for _, f := range c.Fences {
		for number, channel := range e.channels {
			if f.Channel == channel {
				fences[number] = f.Quantity
			}
		}
	}
	got.figures = append(got.figures, fences...)
	return got
}

func (e *shopFloor) orderAnswer(o sellable.OrderView) answer {
	got := answered(0)
	if o.State == sellable.OrderReserved {
		got.figures[0] = 1
	}
	for _, l := range o.Lines {
		got.figures = append(got.figures, e.numbers[l.Item], e.numberOf(l.Location), l.Reserved,
			l.Released, l.Backordered)
	}
	return got
}

func (e *shopFloor) numberOf(location sellable.Location) int64 {
	for number, l := range e.locations {
		if l == location {
			return int64(number)
		}
	}
	return -1
}

// view answers for each group with the cells of one instant.
func (e *shopFloor) view() (got []answer, err error) {
	v, err := e.View()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	const figures = 6 // of a cell
	got = make([]answer, groups)
	for g := range got {
		got[g] = answered(make([]int64, items*locations*figures)...)
	}
	for part, err := range v.Cells() {
		if err != nil {
			return nil, err
		}
		for i, item := range part.Item {
			place := e.numbers[item]*locations + e.numberOf(part.Location[i])
			copy(got[e.groupOf(item)].figures[place*figures:], []int64{part.OnHand[i],
				part.Reserved[i], part.Backordered[i], part.Net[i], part.Free[i], part.Shared[i]})
		}
	}
	return got, nil
}

func (e *shopFloor) groupOf(item sellable.Item) int {
	for g := range groups {
		if e.items[g][e.numbers[item]] == item {
			return g
		}
	}
	return -1
}
