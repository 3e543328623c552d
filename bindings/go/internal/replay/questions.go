// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"slices"
	"strings"

	"sellable.example/sellable"
)

// Time, what can be promised, orders, what has changed, what is short, and the audit.

// named is the refusal of a call that has but one field, by the field's name in the line.
func (s *Session) named(err error, field string) any {
	var refusal *sellable.Error
	if !errors.As(err, &refusal) || refusal.Field == "" {
		return s.failed(err)
	}
	return s.refusal(refusal.Status, field, refusal.Reason)
}

func (s *Session) advance(f *fields) any {
	at := required(f, "at", asTime)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	if err := s.engine.Advance(at); err != nil {
		return s.named(err, "at")
	}
	return s.ok()
}

func readQuestion(f *fields) *sellable.Question {
	return &sellable.Question{
		ItemKey:    required(f, "item", asKey),
		ChannelKey: required(f, "channel", asKey),
		Date:       either(f, "date", asTime),
		Order:      either(f, "order", asKey),
	}
}

type availability struct {
	head
	Promisable int64  `json:"promisable"`
	Published  int64  `json:"published"`
	Level      string `json:"level"`
}

func (s *Session) available(f *fields) any {
	question := readQuestion(f)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	a, err := s.engine.Ask(question)
	if err != nil {
		return s.unanswered(err)
	}
	return availability{s.ok(), a.Promisable, a.Published, a.Level.String()}
}

type orderLine struct {
	Item      string `json:"item"`
	Location  string `json:"location"`
	Reserved  int64  `json:"reserved"`
	Allocated int64  `json:"allocated"`
	Shipped   int64  `json:"shipped"`
	Released  int64  `json:"released"`
}

type order struct {
	Order     string      `json:"order"`
	State     string      `json:"state"`
	Channel   string      `json:"channel"`
	ExpiresAt *int64      `json:"expires_at"`
	Date      int64       `json:"date"`
	Lines     []orderLine `json:"lines"`
}

func (s *Session) tell(view sellable.OrderView) order {
	told := order{view.Key, view.State.String(), s.engine.ChannelKey(view.Channel), nil,
		view.Date.UnixMilli(), []orderLine{}}
	if !view.ExpiresAt.IsZero() {
		at := view.ExpiresAt.UnixMilli()
		told.ExpiresAt = &at
	}
	for _, line := range view.Lines {
		told.Lines = append(told.Lines, orderLine{s.engine.ItemKey(line.Item),
			s.engine.LocationKey(line.Location), line.Reserved, line.Allocated, line.Shipped,
			line.Released})
	}
	return told
}

func (s *Session) order(f *fields) any {
	key := required(f, "order", asKey)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	view, err := s.engine.Order(key)
	if err != nil {
		return s.unanswered(err)
	}
	return struct {
		head
		order
	}{s.ok(), s.tell(view)}
}

func readSelection(f *fields) sellable.Selection {
	return sellable.Selection{
		ItemKey:     required(f, "item", asKey),
		LocationKey: either(f, "location", asKey),
	}
}

func (s *Session) orders(f *fields) any {
	selection := readSelection(f)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	orders := []order{}
	for view, err := range s.engine.Orders(selection) {
		if err != nil {
			return s.unanswered(err)
		}
		orders = append(orders, s.tell(view))
	}
	return struct {
		head
		Orders []order `json:"orders"`
	}{s.ok(), orders}
}

type waiting struct {
	Order    string `json:"order"`
	Item     string `json:"item"`
	Location string `json:"location"`
	Quantity int64  `json:"quantity"`
}

func (s *Session) waiting(f *fields) any {
	selection := readSelection(f)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	list := []waiting{}
	for one, err := range s.engine.Waiting(selection) {
		if err != nil {
			return s.unanswered(err)
		}
		list = append(list, waiting{one.Order, s.engine.ItemKey(one.Item),
			s.engine.LocationKey(one.Location), one.Quantity})
	}
	return struct {
		head
		Waiting []waiting `json:"waiting"`
	}{s.ok(), list}
}

type change struct {
	Item       string `json:"item"`
	Published  int64  `json:"published"`
	Promisable int64  `json:"promisable"`
	Level      string `json:"level"`
}

type changes struct {
	head
	Changes  []change `json:"changes"`
	Position uint64   `json:"position"`
	More     bool     `json:"more,omitempty"`
}

// count reads a number that is not below 0.
func count(f *fields, name string) (int64, bool) {
	number, given := optional(f, name, asNumber)
	if number < 0 {
		f.blame(name, "it is less than 0")
	}
	return number, given
}

func (s *Session) changes(f *fields) any {
	key := required(f, "channel", asKey)
	after, resumes := count(f, "after")
	limit, limited := count(f, "limit")
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	channel, err := s.engine.FindChannel(key)
	if err != nil {
		return s.unanswered(err)
	}
	memory, err := s.engine.Memory()
	if err != nil {
		return s.failed(err)
	}
	// No item is told twice in one answer.
	if items := int64(memory.Items); !limited || limit > items {
		limit = items
	}
	into := make([]sellable.Change, limit)
	var told sellable.Told
	if resumes {
		told, err = s.engine.ChangesAfter(channel, uint64(after), into)
	} else {
		told, err = s.engine.Changes(channel, into)
	}
	if err != nil {
		return s.unanswered(err)
	}
	answer := changes{s.ok(), []change{}, told.Position, told.More}
	for _, c := range told.Changes {
		answer.Changes = append(answer.Changes,
			change{s.engine.ItemKey(c.Item), c.Published, c.Promisable, c.Level.String()})
	}
	return answer
}

type shortage struct {
	Item     string   `json:"item"`
	Location string   `json:"location"`
	Short    int64    `json:"short"`
	Orders   []string `json:"orders"`
}

func (s *Session) shortages(*fields) any {
	list := []shortage{}
	for short, err := range s.engine.Shortages() {
		if err != nil {
			return s.failed(err)
		}
		one := shortage{s.engine.ItemKey(short.Item), s.engine.LocationKey(short.Location),
			short.Short, []string{}}
		for _, order := range short.Orders {
			one.Orders = append(one.Orders, order.Order)
		}
		list = append(list, one)
	}
	return struct {
		head
		Shortages []shortage `json:"shortages"`
	}{s.ok(), list}
}

type audit struct {
	head
	Consistent bool   `json:"consistent"`
	Item       string `json:"item,omitempty"`
	Location   string `json:"location,omitempty"`
	Hash       string `json:"hash"`
	Full       string `json:"full"`
	Items      uint64 `json:"items"`
	Orders     uint64 `json:"orders"`
}

func (s *Session) audit(*fields) any {
	found, err := s.engine.Audit()
	if err != nil {
		return s.failed(err)
	}
	return audit{s.ok(), found.Consistent, s.engine.ItemKey(found.Item),
		s.engine.LocationKey(found.Location), found.Hash.String(), found.Full.String(),
		found.Items, found.Orders}
}

// byKey puts what has a key in its order.
func byKey[T any](list []T, key func(*T) string) {
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(key(&a), key(&b)) })
}
