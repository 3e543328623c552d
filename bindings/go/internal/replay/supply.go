// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"time"

	"sellable.example/sellable"
)

// Events of supply: balances, holds, fences, schedules, receipts, transfers, returns.

// reader reads some fields of a line into an event.
type reader func(s *Session, f *fields, e *sellable.Event)

func readCell(_ *Session, f *fields, e *sellable.Event) {
	e.ItemKey = required(f, "item", asKey)
	e.LocationKey = required(f, "location", asKey)
}

func readQuantity(_ *Session, f *fields, e *sellable.Event) {
	e.Quantity = required(f, "quantity", asNumber)
	e.Unit = either(f, "unit", asKey)
}

func readExpected(_ *Session, f *fields, e *sellable.Event) {
	e.Expected = maybe(f, "expected", asNumber)
}

func readAsOf(_ *Session, f *fields, e *sellable.Event) {
	e.AsOf = either(f, "as_of", asTime)
}

// readWords reads a reason of any words, readReason one for holds.
func readWords(_ *Session, f *fields, e *sellable.Event) {
	e.Reason = either(f, "reason", asWords)
}

func readReason(_ *Session, f *fields, e *sellable.Event) {
	e.Reason = required(f, "reason", asKey)
}

func readFence(_ *Session, f *fields, e *sellable.Event) {
	e.ChannelKey = required(f, "channel", asKey)
	e.Until = either(f, "until", asTime)
}

// readEntry reads an entry of a schedule. One that is taken away is due no more.
func readEntry(_ *Session, f *fields, e *sellable.Event) {
	e.Reference = required(f, "reference", asKey)
	e.Due = time.UnixMilli(0)
	if e.Quantity != 0 || f.values["due"] != nil {
		e.Due = required(f, "due", asTime)
	}
}

func readReceipt(_ *Session, f *fields, e *sellable.Event) {
	e.Reference = either(f, "reference", asKey)
	e.Held = either(f, "held", asKey)
}

func readTransfer(_ *Session, f *fields, e *sellable.Event) {
	e.Reference = required(f, "transfer", asKey)
}

func readRoute(_ *Session, f *fields, e *sellable.Event) {
	e.ItemKey = required(f, "item", asKey)
	e.LocationKey = required(f, "from", asKey)
	e.ToKey = required(f, "to", asKey)
}

func readDue(_ *Session, f *fields, e *sellable.Event) {
	e.Due = required(f, "due", asTime)
}

func readReturned(_ *Session, f *fields, e *sellable.Event) {
	e.OrderKey = either(f, "order", asKey)
}

func readOutcome(_ *Session, f *fields, e *sellable.Event) {
	place := required(f, "outcome", asChoice("restock", "scrap", "damage"))
	e.Outcome = sellable.OutcomeRestock + sellable.Outcome(place)
}
