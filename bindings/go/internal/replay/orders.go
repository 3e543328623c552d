// SPDX-License-Identifier: Apache-2.0

package replay

import "sellable.example/sellable"

// Events of orders: promised, replaced, moved, and what becomes of them.

// Of what has a limit, one more is handed on: then the library refuses it, in its own words.
const (
	linesRead       = sellable.LinesMax + 1
	substitutesRead = sellable.SubstitutesMax + 1
)

func readOrderKey(_ *Session, f *fields, e *sellable.Event) {
	e.OrderKey = required(f, "order", asKey)
}

func readLine(f *fields) sellable.Line {
	line := sellable.Line{
		ItemKey:     required(f, "item", asKey),
		Quantity:    required(f, "quantity", asNumber),
		Unit:        either(f, "unit", asKey),
		LocationKey: either(f, "location", asKey),
	}
	for _, key := range either(f, "substitutes", asKeys(substitutesRead)) {
		line.Substitutes = append(line.Substitutes, sellable.Substitute{ItemKey: key})
	}
	return line
}

func readReserve(_ *Session, f *fields, e *sellable.Event) {
	order := &sellable.Order{Key: e.OrderKey, ChannelKey: required(f, "channel", asKey)}
	for _, line := range f.elements("lines", required(f, "lines", asArray), linesRead) {
		order.Lines = append(order.Lines, readLine(line))
		order.Lines[len(order.Lines)-1].AtLeast = either(line, "at_least", asNumber)
	}
	order.Mode = sellable.Mode(either(f, "mode", asChoice("all", "partial")))
	order.ExpiresAt = either(f, "expires_at", asTime)
	order.Date = either(f, "date", asTime)
	order.Precedence = maybe(f, "precedence", asInt32)
	e.Order = order
}

func readAmend(_ *Session, f *fields, e *sellable.Event) {
	order := &sellable.Order{Key: e.OrderKey}
	for _, line := range f.elements("lines", required(f, "lines", asArray), linesRead) {
		order.Lines = append(order.Lines, readLine(line))
	}
	order.Date = either(f, "date", asTime)
	e.Order = order
}

func readMove(_ *Session, f *fields, e *sellable.Event) {
	quantity, given := optional(f, "quantity", asNumber)
	if given && quantity == 0 {
		quantity = -1 // as wrong: the library takes 0 for all that is there
	}
	e.Quantity = quantity
}

func readExpiry(_ *Session, f *fields, e *sellable.Event) {
	e.ExpiresAt = required(f, "expires_at", asTime)
}

// readParts reads parts of an order. None at all, of those that are named, is nothing: the library
// would take it for all.
func readParts(_ *Session, f *fields, e *sellable.Event) {
	parts, given := optional(f, "lines", asArray)
	if given && len(parts) == 0 {
		f.blame("lines", "it names no line")
	}
	for _, part := range f.elements("lines", parts, linesRead) {
		e.Parts = append(e.Parts, sellable.Part{
			ItemKey:     required(part, "item", asKey),
			Quantity:    required(part, "quantity", asNumber),
			Unit:        either(part, "unit", asKey),
			LocationKey: either(part, "location", asKey),
		})
	}
}
