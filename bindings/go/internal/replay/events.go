// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"fmt"
	"strings"

	"sellable.example/sellable"
)

// form is how a type of events is read, and what its answers call things that the library calls
// otherwise: `key` is the key of the call, `renamed` other fields.
type form struct {
	key     string
	read    []reader
	renamed map[string]string
}

var (
	balance  = []reader{readCell, readQuantity, readExpected}
	held     = []reader{readCell, readReason, readQuantity}
	parts    = []reader{readOrderKey, readParts}
	transfer = map[string]string{"reference": "transfer", "location": "from"}
)

// forms has every type of events; readers run in the order in which faults are named.
var forms = map[sellable.EventType]form{
	sellable.EventOnHandSet:        {"item", append(balance[:3:3], readAsOf), nil},
	sellable.EventOnHandAdjust:     {"item", append(balance[:3:3], readWords), nil},
	sellable.EventHoldPlace:        {"item", held, nil},
	sellable.EventHoldRelease:      {"item", held, nil},
	sellable.EventHoldScrap:        {"item", held, nil},
	sellable.EventAllocationSet:    {"item", balance, nil},
	sellable.EventAllocationAdjust: {"item", balance, nil},
	sellable.EventSafetyStockSet:   {"item", balance, nil},
	sellable.EventRingFenceSet:     {"item", append(balance[:3:3], readFence), nil},
	sellable.EventScheduleSet:      {"item", append(balance[:3:3], readEntry), nil},
	sellable.EventReceipt:          {"item", []reader{readCell, readQuantity, readReceipt}, nil},
	sellable.EventTransferShip: {"transfer",
		[]reader{readTransfer, readRoute, readQuantity, readDue}, transfer},
	sellable.EventTransferReceive: {"transfer", []reader{readTransfer, readQuantity}, transfer},
	sellable.EventReturnReceive:   {"item", []reader{readCell, readQuantity, readReturned}, nil},
	sellable.EventReturnDisposition: {"item",
		[]reader{readCell, readQuantity, readOutcome}, nil},
	sellable.EventReserve:    {"order", []reader{readOrderKey, readReserve}, nil},
	sellable.EventAmend:      {"order", []reader{readOrderKey, readAmend}, nil},
	sellable.EventConfirm:    {"order", []reader{readOrderKey}, nil},
	sellable.EventExtend:     {"order", []reader{readOrderKey, readExpiry}, nil},
	sellable.EventRelease:    {"order", []reader{readOrderKey, readParts, readWords}, nil},
	sellable.EventAllocate:   {"order", parts, nil},
	sellable.EventDeallocate: {"order", parts, nil},
	sellable.EventShip:       {"order", parts, nil},
	sellable.EventResource: {"order", []reader{readOrderKey, readRoute, readMove},
		map[string]string{"location": "from"}},
	sellable.EventItem:     {"item", []reader{readItem}, nil},
	sellable.EventLocation: {"location", []reader{readLocation}, nil},
	sellable.EventChannel:  {"channel", []reader{readChannel, readSettings}, nil},
	sellable.EventPolicy:   {"item", []reader{readScope, readSettings}, nil},
	sellable.EventHold:     {"reason", []reader{readReason}, nil},
	sellable.EventOwner: {"quantity", []reader{readOwner},
		map[string]string{"owned": "quantity", "type": "quantity"}},
	sellable.EventSource: {"source", []reader{readSource}, map[string]string{"declares": "source"}},
}

// readOrigin reads who says so, and when. Where `source` is what an event speaks of, it does not
// say who sends it.
func readOrigin(f *fields, e *sellable.Event) {
	if e.Type != sellable.EventOwner && e.Type != sellable.EventSource {
		e.SourceKey = either(f, "source", asKey)
	}
	e.ID = either(f, "id", asKey)
	e.Correlation = either(f, "correlation", asKey)
	e.Seq = maybe(f, "seq", asNumber)
	e.At = either(f, "at", asTime)
}

func (s *Session) readEvent(f *fields, t sellable.EventType) *sellable.Event {
	e := &sellable.Event{Type: t}
	for _, read := range forms[t].read {
		read(s, f, e)
	}
	readOrigin(f, e)
	return e
}

// answerEvent applies the event that the line is. One that does not even make a record is kept
// among the exceptions all the same.
func (s *Session) answerEvent(f *fields, t sellable.EventType) any {
	e := s.readEvent(f, t)
	// The line's text goes with it. One that is too long is not cut, but left out: a part of it
	// would be no JSON.
	if e.Content = compact(s.input); len(e.Content) > sellable.ContentMax {
		e.Content = []byte{}
	}
	if f.fault.reason == "" {
		answer, err := s.engine.Apply(e)
		return s.applied(f, e, answer, err)
	}
	_, err := s.engine.PutException(e, sellable.StatusInvalid, f.fault.field, f.fault.reason)
	if err != nil {
		return s.failed(err)
	}
	return s.faulty(f.fault)
}

// answerMended applies an event in place of an exception.
func (s *Session) answerMended(f *fields, exception uint64) any {
	t := sellable.EventTypeOf(required(f, "type", asKey))
	if t == 0 {
		f.blame("type", "there is no such type of events")
		return s.faulty(f.fault)
	}
	e := s.readEvent(f, t)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	answer, err := s.engine.ReplayException(exception, e)
	return s.applied(f, e, answer, err)
}

func tellsVariance(t sellable.EventType) bool {
	return t == sellable.EventOnHandSet || t == sellable.EventOnHandAdjust ||
		t == sellable.EventHoldScrap
}

type placement struct {
	Item        string `json:"item"`
	Location    string `json:"location"`
	Quantity    int64  `json:"quantity"`
	Backordered int64  `json:"backordered"`
}

type planned struct {
	head
	Plan []placement `json:"plan"`
	Date int64       `json:"date"`
}

type misfit struct {
	Item       string `json:"item"`
	Location   string `json:"location,omitempty"`
	Asked      int64  `json:"asked"`
	Promisable int64  `json:"promisable"`
}

type misfits struct {
	head
	Lines []misfit `json:"lines"`
}

type variance struct {
	head
	Variance int64 `json:"variance"`
}

type actual struct {
	head
	Actual int64 `json:"actual"`
}

type paused struct {
	head
	Item string `json:"item"`
}

// applied says what came of an event. A duplicate of an order's key gets the first plan again; one
// of an id has none.
func (s *Session) applied(f *fields, e *sellable.Event, answer sellable.Answer, err error) any {
	s.position = answer.Position
	var refusal *sellable.Error
	if errors.As(err, &refusal) {
		s.position = refusal.Position
		return s.refused(f, e, refusal)
	}
	switch {
	case err != nil:
		return s.failed(err)
	case len(answer.Plan) > 0:
		plan := planned{s.head(answer.Status), nil, answer.Date.UnixMilli()}
		for _, p := range answer.Plan {
			plan.Plan = append(plan.Plan, placement{s.engine.ItemKey(p.Item),
				s.engine.LocationKey(p.Location), p.Quantity, p.Backordered})
		}
		return plan
	case answer.Status == sellable.StatusOK && tellsVariance(e.Type):
		return variance{s.ok(), answer.Variance}
	default:
		return s.head(answer.Status)
	}
}

func (s *Session) refused(f *fields, e *sellable.Event, refusal *sellable.Error) any {
	head := s.head(refusal.Status)
	switch {
	case refusal.Status == sellable.StatusInsufficient:
		lines := []misfit{}
		for _, m := range refusal.Misfits {
			lines = append(lines, misfit{s.engine.ItemKey(m.Item),
				s.engine.LocationKey(m.Location), m.Asked, m.Promisable})
		}
		return misfits{head, lines}
	case refusal.Status == sellable.StatusPaused:
		return paused{head, e.Order.Lines[refusal.Line].ItemKey}
	case refusal.Status == sellable.StatusConflict && refusal.Field == "expected":
		return actual{head, refusal.Actual}
	default:
		return s.refusal(refusal.Status, nameField(f, e, refusal), refusal.Reason)
	}
}

// nameField is the path in the line of a field that the library named.
func nameField(f *fields, e *sellable.Event, refusal *sellable.Error) string {
	form := forms[e.Type]
	if name, renamed := form.renamed[refusal.Field]; renamed {
		return name
	}
	array, member, within := strings.Cut(refusal.Field, ".")
	switch {
	case e.Type == sellable.EventItem && within:
		return nameInItem(f, refusal)
	case refusal.Field == "key":
		return form.key
	case array == "parts" && !within:
		return "lines"
	case within && (array == "lines" || array == "parts"):
		return fmt.Sprintf("lines[%d].%s", refusal.Line, member)
	case array == "locations", array == "owners" && isArray(f.values["source"]):
		name := map[string]string{"locations": "locations", "owners": "source"}[array]
		return fmt.Sprintf("%s[%d]", name, refusal.Line)
	case array == "owners":
		return "source"
	default:
		return refusal.Field
	}
}
