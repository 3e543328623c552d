// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand"
	"syscall"
	"time"

	"sellable.example/sellable"
)

const (
	batch     = 1024
	drawn     = 1 << 16
	stock     = 1_000_000_000
	retention = time.Second
)

// A call makes count elements, and says how many of them went wrong.
type call struct {
	run         func(count int) (wrong int, err error)
	takesOrders bool // each element opens one, of library.orderKeys
}

// library is what the calls work on: an engine of their own, and what is drawn before a clock runs.
type library struct {
	engine    *sellable.Engine
	channel   sellable.Channel
	locations []sellable.Location
	items     []sellable.Item // by row
	keys      []string        // by row
	drawn     []int           // rows; gone through again and again
	drawnItem []sellable.Item
	drawnAt   []sellable.Location
	orderKeys []string // of one call
	orders    int      // ever

	availabilities []sellable.Availability
	batchOrders    []sellable.Order
	batchLines     []sellable.Line
	batchEvents    []sellable.Event
}

func openLibrary(items int) (*library, error) {
	engine, err := sellable.Open(sellable.Options{Items: uint64(items), Retention: retention})
	if err != nil {
		return nil, err
	}
	l := &library{
		engine:         engine,
		availabilities: make([]sellable.Availability, batch),
		batchOrders:    make([]sellable.Order, batch),
		batchLines:     make([]sellable.Line, batch),
		batchEvents:    make([]sellable.Event, batch),
	}
	if l.channel, err = engine.PutChannel("web"); err != nil {
		return nil, err
	}
	for _, key := range []string{"east", "north", "south", "west"} {
		location, err := engine.PutLocation(key)
		if err != nil {
			return nil, err
		}
		l.locations = append(l.locations, location)
	}
	for row := range items {
		if err := l.putItem(fmt.Sprintf("item-%011x", row)); err != nil {
			return nil, err
		}
	}
	random := rand.New(rand.NewSource(1))
	for range drawn {
		row := random.Intn(items)
		l.drawn = append(l.drawn, row)
		l.drawnItem = append(l.drawnItem, l.items[row])
		l.drawnAt = append(l.drawnAt, l.locations[random.Intn(len(l.locations))])
	}
	return l, nil
}

func (l *library) putItem(key string) error {
	item, err := l.engine.PutItem(key)
	if err != nil {
		return err
	}
	for _, location := range l.locations {
		event := sellable.Event{Type: sellable.EventOnHandSet, Item: item, Location: location,
			Quantity: stock}
		if _, err := l.engine.Apply(&event); err != nil {
			return err
		}
	}
	l.keys = append(l.keys, key)
	l.items = append(l.items, item)
	return nil
}

// ---- calls ----

func (l *library) availableByKey(count int) (wrong int, err error) {
	for i := range count {
		question := sellable.Question{ItemKey: l.keys[l.drawn[i%drawn]], ChannelKey: "web"}
		if _, err := l.engine.Ask(&question); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) availableByHandle(count int) (wrong int, err error) {
	for i := range count {
		if _, err := l.engine.Available(l.drawnItem[i%drawn], l.channel); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) availableBatch(count int) (wrong int, err error) {
	for first := 0; first < count; first += batch {
		at := first % drawn
		if err := l.engine.AvailableBatch(l.drawnItem[at:at+batch], l.channel,
			l.availabilities); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) reserve(count int) (wrong int, err error) {
	var order sellable.Order
	var lines [1]sellable.Line
	for i := range count {
		lines[0] = sellable.Line{Item: l.drawnItem[i%drawn], Quantity: 1}
		order = sellable.Order{Key: l.orderKeys[i], Channel: l.channel, Lines: lines[:]}
		if err := l.engine.ReserveInto(&order, nil); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) reserveBatch(count int) (wrong int, err error) {
	for first := 0; first < count; first += batch {
		for i := range batch {
			l.batchLines[i] = sellable.Line{Item: l.drawnItem[(first+i)%drawn], Quantity: 1}
			l.batchOrders[i] = sellable.Order{Key: l.orderKeys[first+i], Channel: l.channel,
				Lines: l.batchLines[i : i+1]}
		}
		if err := l.engine.ReserveBatch(l.batchOrders, nil); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) adjustment(i int) sellable.Event {
	return sellable.Event{Type: sellable.EventOnHandAdjust, Item: l.drawnItem[i%drawn],
		Location: l.drawnAt[i%drawn], Quantity: 1}
}

func (l *library) adjust(count int) (wrong int, err error) {
	var event sellable.Event
	for i := range count {
		event = l.adjustment(i)
		if err := l.engine.ApplyInto(&event, nil); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (l *library) adjustBatch(count int) (wrong int, err error) {
	for first := 0; first < count; first += batch {
		for i := range batch {
			l.batchEvents[i] = l.adjustment(first + i)
		}
		if err := l.engine.ApplyBatch(l.batchEvents, nil); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// ---- between the calls ----

// measure runs a call, and then closes its orders and lets the time pass for which what is closed,
// and what has moved, is remembered.
func (l *library) measure(asked call, count int) (answer string, err error) {
	if asked.takesOrders {
		l.orderKeys = l.orderKeys[:0]
		for range count {
			l.orderKeys = append(l.orderKeys, fmt.Sprintf("order-%010x", l.orders))
			l.orders++
		}
	}
	start := processorTime()
	wrong, err := asked.run(count)
	ns := processorTime() - start
	if err == nil && asked.takesOrders {
		var missing int
		missing, err = l.closeOrders()
		wrong += missing
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprint(ns.Nanoseconds(), " ", wrong), l.engine.Advance(l.engine.Now().Add(2 * retention))
}

// closeOrders closes those of the last call, and says how many were missing.
func (l *library) closeOrders() (missing int, err error) {
	stats, err := l.engine.Stats()
	if err != nil {
		return 0, err
	}
	for _, key := range l.orderKeys {
		if err := l.engine.Release(key); err != nil {
			return 0, err
		}
	}
	return len(l.orderKeys) - int(stats.OrdersOpen), nil
}

func (l *library) sums() (answer string, err error) {
	var onHand, reserved int64
	for _, item := range l.items {
		for _, location := range l.locations {
			cell, err := l.engine.Cell(item, location)
			if err != nil {
				return "", err
			}
			onHand += cell.OnHand
			reserved += cell.Reserved
		}
	}
	audit, err := l.engine.Audit()
	consistent := 0
	if audit.Consistent {
		consistent = 1
	}
	return fmt.Sprint(onHand, " ", reserved, " ", consistent), err
}

// processorTime is that of the whole process: what the collector takes is in it.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
