// SPDX-License-Identifier: Apache-2.0

// Package histories asks whether package sellable is linearizable: is there, for every history of
// calls that many goroutines made at once, one order of instants that explains every answer?
//
// A random program (program.go) runs on a small engine: few items, two locations, two channels,
// fences, kits, orders of several lines (engine.go). Every call is recorded with two ticks of one
// counter, before and after it, and those of a batch with their order (record.go). Porcupine then
// looks for the order, against a specification that does one call after another and is written from
// the inventory model alone, with arithmetic of its own (shop.go, figures.go, orders.go), each of
// two groups of items by itself: that a view shows both of one instant is not looked at here. A
// history that Porcupine cannot decide in its time counts as a failure.
//
// That the check can fail at all is shown by engines that are wrong on purpose (wrong_test.go): one
// that checks and acts in two steps, one that loses updates, one that answers from the past, one that
// turns batches round.
//
// It is a module of its own, so that package sellable depends on nothing.
package histories
