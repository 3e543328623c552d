// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sellable.example/sellable"
)

// What is kept of an item at a location, and why a figure is what it is.

type scheduled struct {
	Reference string `json:"reference"`
	Due       int64  `json:"due"`
	Quantity  int64  `json:"quantity"`
}

type dated struct {
	Order    string `json:"order"`
	Due      int64  `json:"due"`
	Quantity int64  `json:"quantity"`
}

func (s *Session) held(cell *sellable.Cell) map[string]int64 {
	held := map[string]int64{}
	for reason, quantity := range cell.Held {
		if quantity != 0 {
			held[s.engine.HoldKey(sellable.Hold(reason))] = quantity
		}
	}
	return held
}

// fences are those of a cell, of which that of `channel` (if it is given) has `left`.
func (s *Session) fences(cell *sellable.Cell, channel sellable.Channel,
	left int64) map[string]int64 {
	fences := map[string]int64{}
	for _, fence := range cell.Fences {
		if fence.Channel == channel {
			fence.Quantity = left
		}
		if fence.Quantity != 0 {
			fences[s.engine.ChannelKey(fence.Channel)] = fence.Quantity
		}
	}
	return fences
}

func scheduleOf(cell *sellable.Cell) []scheduled {
	schedule := []scheduled{}
	for _, entry := range cell.Schedule {
		schedule = append(schedule,
			scheduled{entry.Reference, entry.Due.UnixMilli(), entry.Quantity})
	}
	return schedule
}

// promised are the dated promises at a cell, with their orders, but for those of the order
// `except`.
func (s *Session) promised(item sellable.Item, location sellable.Location, cell *sellable.Cell,
	except string) ([]dated, error) {
	promised := []dated{}
	if len(cell.Promised) == 0 {
		return promised, nil
	}
	for order, err := range s.engine.Orders(sellable.Selection{Item: item, Location: location}) {
		if err != nil {
			return nil, err
		}
		entry := dated{Order: order.Key, Due: order.Date.UnixMilli()}
		for _, line := range order.Lines {
			if line.Item == item && line.Location == location {
				entry.Quantity += line.Dated
			}
		}
		if entry.Quantity != 0 && order.Key != except {
			promised = append(promised, entry)
		}
	}
	slices.SortFunc(promised, func(a, b dated) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Order, b.Order))
	})
	return promised, nil
}

type cell struct {
	head
	OnHand      int64            `json:"on_hand"`
	Held        map[string]int64 `json:"held"`
	Allocated   int64            `json:"allocated"`
	Reserved    int64            `json:"reserved"`
	Backordered int64            `json:"backordered"`
	SafetyStock int64            `json:"safety_stock"`
	RingFence   map[string]int64 `json:"ring_fence"`
	Net         int64            `json:"net"`
	Free        int64            `json:"free"`
	Shared      int64            `json:"shared"`
	Short       int64            `json:"short"`
	Schedule    []scheduled      `json:"schedule"`
	Promised    []dated          `json:"promised"`
}

func (s *Session) cell(f *fields) any {
	itemKey, locationKey := required(f, "item", asKey), required(f, "location", asKey)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	item, err := s.engine.FindItem(itemKey)
	if err != nil {
		return s.unanswered(err)
	}
	location, err := s.engine.FindLocation(locationKey)
	if err != nil {
		return s.unanswered(err)
	}
	c, err := s.engine.Cell(item, location)
	if err != nil {
		return s.unanswered(err)
	}
	promised, err := s.promised(item, location, &c, "")
	if err != nil {
		return s.failed(err)
	}
	return cell{s.ok(), c.OnHand, s.held(&c), c.Allocated, c.Reserved, c.Backordered,
		c.SafetyStock, s.fences(&c, 0, 0), c.Net, c.Free, c.Shared, c.Short, scheduleOf(&c), promised}
}

// term is one location in an explanation: the terms in the order in which they are used. Where the
// question is asked for an order, they are without what that order has.
type term struct {
	Location     string           `json:"location"`
	OnHand       int64            `json:"on_hand"`
	Held         map[string]int64 `json:"held"`
	Unrestricted int64            `json:"unrestricted"`
	Allocated    int64            `json:"allocated"`
	Reserved     int64            `json:"reserved"`
	Backordered  int64            `json:"backordered"`
	SafetyStock  int64            `json:"safety_stock"`
	RingFence    map[string]int64 `json:"ring_fence"`
	Schedule     []scheduled      `json:"schedule"`
	Promised     []dated          `json:"promised"`
	Net          int64            `json:"net"`
	Projected    int64            `json:"projected"`
	Low          int64            `json:"low"`
	Free         int64            `json:"free"`
	Fenced       int64            `json:"fenced"`
	Shared       int64            `json:"shared"`
	Own          int64            `json:"own"`
	Short        int64            `json:"short"`
	Seen         int64            `json:"seen"`
}

type component struct {
	Item       string `json:"item"`
	Number     int64  `json:"number"`
	Promisable int64  `json:"promisable"`
}

type explanation struct {
	head
	Item       string      `json:"item"`
	Channel    string      `json:"channel"`
	Date       int64       `json:"date"`
	Cells      []term      `json:"cells"`
	Components []component `json:"components,omitempty"` // of a kit
	Pool       int64       `json:"pool"`
	Buffer     int64       `json:"buffer"`
	Room       int64       `json:"room"`
	Unit       int64       `json:"unit"`
	Promisable int64       `json:"promisable"`
	Minimum    int64       `json:"minimum"`
	Cap        *int64      `json:"cap"`
	Published  int64       `json:"published"`
	Level      string      `json:"level"`
	Because    string      `json:"because"`
}

func (s *Session) term(why *sellable.Explanation, t *sellable.Term, order string) (term, error) {
	c, err := s.engine.Cell(why.Item, t.Location)
	if err != nil {
		return term{}, err
	}
	promised, err := s.promised(why.Item, t.Location, &c, order)
	return term{s.engine.LocationKey(t.Location), t.OnHand, s.held(&c), t.OnHand - t.Held,
		t.Allocated, t.Reserved, t.Backordered, t.SafetyStock,
		s.fences(&c, why.Channel, t.Fence), scheduleOf(&c), promised, t.Net, t.Projected, t.Low,
		t.Free, t.Fenced, t.Shared, t.Own, c.Short, t.Seen}, err
}

// components tells what each component of a kit gives, if the item is one.
func (s *Session) components(why *sellable.Explanation, order string) ([]component, error) {
	kit, err := s.engine.LookItem(why.Item)
	if err != nil {
		return nil, err
	}
	var components []component
	for _, c := range kit.Components {
		// A horizon may end where no date can be named any more; nothing falls due there.
		a, err := s.engine.Ask(&sellable.Question{Item: c.Item, Channel: why.Channel, Order: order,
			Date: earliest(why.Date, time.UnixMilli(sellable.TimeMax))})
		if err != nil {
			return nil, err
		}
		components = append(components, component{s.engine.ItemKey(c.Item), c.Number, a.Promisable})
	}
	return components, nil
}

func (s *Session) explain(f *fields) any {
	question := readQuestion(f)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	why, err := s.engine.Explain(question)
	if err != nil {
		return s.unanswered(err)
	}
	cells := []term{}
	for i := range why.Terms {
		t, err := s.term(&why, &why.Terms[i], question.Order)
		if err != nil {
			return s.failed(err)
		}
		cells = append(cells, t)
	}
	components, err := s.components(&why, question.Order)
	if err != nil {
		return s.failed(err)
	}
	answer := explanation{s.ok(), s.engine.ItemKey(why.Item), s.engine.ChannelKey(why.Channel),
		why.Date.UnixMilli(), cells, components, why.Pool, why.Buffer, why.Room, why.Unit,
		why.Promisable, why.Minimum, nil, why.Published, why.Level.String(), why.Because}
	if why.Cap < sellable.QuantityMax {
		answer.Cap = &why.Cap
	}
	return answer
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
