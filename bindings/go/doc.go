// SPDX-License-Identifier: Apache-2.0

// Package sellable answers what a channel can sell right now, and takes the promise in the same
// breath; it never oversells.
//
// An [Engine] keeps, for each item at each location (a cell), what is physically there, what of it is
// held, allocated and kept back, and what has been promised. For a channel (a web store, a
// marketplace, inside sales) it answers how much may still be promised ([Engine.Available]), and
// takes an order exactly when every line of it fits ([Engine.Reserve]): all lines at one instant, or
// none. Nothing is ever oversold, and nothing that fits is refused.
//
//	engine, err := sellable.Open(sellable.Options{})
//	...
//	defer engine.Close()
//	bottle, err := engine.PutItem("WB-H098")
//	east, err := engine.PutLocation("east")
//	web, err := engine.PutChannel("web", sellable.Buffer(2))
//	_, err = engine.Apply(&sellable.Event{
//		Type: sellable.EventOnHandSet, Item: bottle, Location: east, Quantity: 10})
//	answer, err := engine.Reserve(&sellable.Order{
//		Key: "O-1", Channel: web, Lines: []sellable.Line{{Item: bottle, Quantity: 4}}})
//
// It is the C library of the same name, called through cgo: README.md beside this file says how it
// is built in.
//
// # Keys and handles
//
// Everything has a key: 1 to 128 bytes of valid UTF-8. Items, locations, channels and sources also
// have a handle, which the engine gives ([Engine.PutItem], [Engine.FindItem]), and which saves the
// look-up of the key. Records take either: ItemKey is read where Item is 0. An empty key is "not
// given", as all zero values are: a field that has to be there is then refused, and one that may be left
// out is left out.
//
// # Quantities and time
//
// Quantities are whole numbers of an item's smallest unit (an item kept in kg to three decimals
// counts grams), or of a unit that the record names; within ±10^15. Instants are [time.Time],
// durations [time.Duration]; the engine counts whole milliseconds within ±2^53 of the Unix epoch, so
// what is finer in an instant is cut off, and a duration that is not whole milliseconds is refused. The
// engine reads no clock: [Engine.Advance] tells it what time it is, and lets take effect what has
// fallen due. It answers in UTC.
//
// # Errors
//
// What is refused changes nothing, and returns an [*Error]: its status, the field that is wrong and
// why, and of an order what does not fit and what could be had.
//
//	answer, err := engine.Reserve(order)
//	var refused *sellable.Error
//	switch {
//	case err == nil: // accepted; answer.Status is StatusDuplicate if it was before
//	case errors.Is(err, sellable.ErrInsufficient) && errors.As(err, &refused):
//		offer(refused.Misfits)
//	case errors.Is(err, sellable.ErrConflict): // another order has the key
//	...
//
// The same order again, under its key, is no error: it gets the first answer again. So a call whose
// answer was lost is simply made once more. Nothing in the package panics on bad input: a record that
// is nil is ErrInvalid and named; an engine, view or trail that is nil or never was opened is
// [ErrClosed]. Where memory for a call's records cannot be had at all, the program ends, as Go's own.
//
// An order's plan is that of the instant at which it was accepted. Of a plan of more than 32,768
// placements, or in a batch more than 500, the order itself is read when it is answered, so that
// what others do to it at once, or did before a retry, may show.
//
// # Goroutines
//
// All methods may be called by any number of goroutines at any time. They are linearizable: each
// takes effect, or looks at the whole state, at one instant between its start and its return; a
// batch is a sequence of such calls. They are lock-free: a goroutine (or its thread) that is stopped
// inside a call keeps nobody waiting. What C calls a worker, a call claims for itself out of the pool
// that the library keeps, as cheaply as if it held one. Only durable calls wait, for the disk, and
// hold a thread of the system meanwhile, of which Go has 10,000 at the most: where very many may wait
// at a time, [AnswerDecided] is for them. View.Orders and Trail let in one goroutine at a time.
//
// [Engine.Close] waits for the calls that run, and those that come later return [ErrClosed]. An
// engine, view or trail that is forgotten is closed some time after the last reference to it is
// gone; that is a safety net, not a plan.
//
// # Loops
//
// What there is many of comes as an iterator: [Engine.Orders], [Engine.Shortages] and the like are
// all of one instant, that at which the loop begins; its body may call anything, and leave at any
// time. The error, if there is one, comes alone:
//
//	for order, err := range engine.Orders(sellable.Selection{Item: bottle}) {
//		if err != nil {
//			return err
//		}
//		...
//
// A [View] shows everything at one instant in columns, while others write.
//
// # Cost
//
// A call through cgo costs some 40 ns on a machine of today before it does anything, and a call of
// this package some 10 to 20 ns more, for counting itself in and out; beside that Available itself
// is about the cost of a cache miss. So what comes in numbers is better asked in batches:
// [Engine.AvailableBatch], [Engine.AskBatch], [Engine.ReserveBatch], [Engine.ApplyBatch] cross over
// once for many. go test -bench . measures it, with the empty call beside it.
//
// Nothing is allocated by Available, Ask, the batches into arrays that are there, ReserveInto and
// ApplyInto, as long as they are not refused: an [*Error] is allocated. Records are laid out in memory
// of C that is kept in a pool.
//
// # Durability
//
// [OpenStore] keeps an engine in a directory: what was answered is there after a crash. Each changing
// call returns when it is durable; calls of goroutines that wait at the same time share a write to
// the disk. With [AnswerDecided] it returns at once, and [Engine.WaitDurable] waits, for many calls
// at a time. [OpenTrail] reads what was done, by whom, and what it changed.
//
// # Limits
//
// 65,535 locations; 4,096 channels; 65,535 sources; 256 lines an order, 1,024 items in it once kits
// are taken apart; 64 components a kit; 32 units an item; 16 reasons for holds; 16 substitutes a
// line; 1,024 entries of a cell's schedule; horizon 3,660 days; 4,096 calls that change something at
// the same time. Items, orders and events: memory. 64-bit platforms. Logs and allocators of one's
// own (sellable_recover, struct sellable_allocator) are for C.
package sellable
