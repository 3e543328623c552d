// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

// A ChannelSetting is a change of one setting of a channel, or of an item in it; the others stay. Of
// the same setting twice the last counts.
type ChannelSetting struct {
	settings  Setting // one, if given; else those that go back to what they would be without it
	given     bool
	number    int64
	text      string
	locations []Location
}

func numbered(setting Setting, number int64) ChannelSetting {
	return ChannelSetting{settings: setting, given: true, number: number}
}

func flagged(setting Setting, set bool) ChannelSetting {
	return numbered(setting, int64(flag(set)))
}

// Locations is where a channel ships from, in order of preference: locations and regions, none
// twice. Locations() is nowhere. Default: everywhere, in key order.
func Locations(locations ...Location) ChannelSetting {
	return ChannelSetting{settings: SettingLocations, given: true, locations: locations}
}

// FillBy is how an order is filled: SourcingSplit, the default, over several locations in their
// order; SourcingMost, the same, but those first where most is seen; SourcingSingle, one location
// takes all of an item.
func FillBy(sourcing Sourcing) ChannelSetting { return numbered(SettingSourcing, int64(sourcing)) }

// Share is the part of the shared stock of each cell that the channel sees, in 1/10,000: 0 to
// 10,000, the default.
func Share(share int64) ChannelSetting { return numbered(SettingShare, share) }

// Buffer is kept back from the channel, over all its locations: 0, the default, to 10^15.
func Buffer(quantity int64) ChannelSetting { return numbered(SettingBuffer, quantity) }

// Precedence says who is served first when stock falls short, higher first: within +-10^6; default
// 0.
func Precedence(precedence int64) ChannelSetting { return numbered(SettingPrecedence, precedence) }

// Closed says that nothing may be promised; the channel shows 0.
func Closed(closed bool) ChannelSetting { return flagged(SettingClosed, closed) }

// Backorder is how far the channel may promise beyond stock: 0, the default, to 10^15.
func Backorder(quantity int64) ChannelSetting { return numbered(SettingBackorder, quantity) }

// Horizon is how many days of 24 hours ahead it may promise scheduled stock: 0, the default, to
// 3,660.
func Horizon(days int64) ChannelSetting { return numbered(SettingHorizon, days) }

// SellIn is the unit that the channel sells in: what it may promise is rounded down to whole ones.
// An item without that unit is sold in its smallest, which is the default.
func SellIn(unit string) ChannelSetting {
	return ChannelSetting{settings: SettingUnit, given: true, text: unit}
}

// Cap is the most that the channel shows: 0 to 10^15, the default.
func Cap(quantity int64) ChannelSetting { return numbered(SettingCap, quantity) }

// Minimum is what it shows 0 below: 0, the default, to 10^15.
func Minimum(quantity int64) ChannelSetting { return numbered(SettingMinimum, quantity) }

// Low is at or below what it shows LevelLow: 0, the default, to 10^15.
func Low(quantity int64) ChannelSetting { return numbered(SettingLow, quantity) }

// Paused says that the channel takes no new order with the item, and is told no changes; questions
// and open orders go on.
func Paused(paused bool) ChannelSetting { return flagged(SettingPaused, paused) }

// Interval is how long after an item was told it is told again, at the soonest: whole milliseconds;
// default 0.
func Interval(interval time.Duration) ChannelSetting {
	return numbered(SettingInterval, whole(interval, time.Millisecond))
}

// Step is the least difference that is told: 0 to 10^15; default 1.
func Step(quantity int64) ChannelSetting { return numbered(SettingStep, quantity) }

// Default takes settings back to what they would be without: Default(SettingCap | SettingLow).
func Default(settings Setting) ChannelSetting { return ChannelSetting{settings: settings} }

func (s *scratch) policy(settings []ChannelSetting) *C.struct_sellable_policy {
	c := record[C.struct_sellable_policy](s)
	for i := range settings {
		setting := &settings[i]
		put(&c.set, &c.unset, C.uint32_t(setting.settings), setting.given)
		if setting.given {
			s.setting(c, setting)
		}
	}
	return c
}

func (s *scratch) setting(c *C.struct_sellable_policy, setting *ChannelSetting) {
	number := C.int64_t(setting.number)
	switch setting.settings {
	case SettingLocations:
		locations := records[C.struct_sellable_location](s, min(len(setting.locations), LocationsMax+1))
		for i := range locations {
			locations[i].id = C.uint32_t(setting.locations[i])
		}
		c.locations, c.location_count = unsafe.SliceData(locations), C.uint32_t(len(locations))
	case SettingSourcing:
		c.sourcing = C.uint32_t(number)
	case SettingShare:
		c.share = narrow(setting.number)
	case SettingBuffer:
		c.buffer = number
	case SettingPrecedence:
		c.precedence = narrow(setting.number)
	case SettingClosed:
		c.closed = C.uint32_t(number)
	case SettingBackorder:
		c.backorder = number
	case SettingHorizon:
		c.horizon = number
	case SettingUnit:
		c.unit = s.key(setting.text)
	case SettingCap:
		c.cap = number
	case SettingMinimum:
		c.minimum = number
	case SettingLow:
		c.low = number
	case SettingPaused:
		c.paused = C.uint32_t(number)
	case SettingInterval:
		c.interval = number
	case SettingStep:
		c.step = number
	}
}

// PutChannel makes a channel, or finds it, and changes its settings, all at one instant: each order
// is decided on the settings in force at its own instant.
//
//   - ErrInvalid: key: as PutItem, or there are 4,096 already; locations (Line): the same twice; any
//     other setting by its name: out of range
//   - ErrUnknownLocation: locations (Line)
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutChannel(key string, settings ...ChannelSetting) (Channel, error) {
	var channel C.struct_sellable_channel
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		made, policy := record[C.struct_sellable_channel](s), s.policy(settings)
		status := C.sellable_channel_put(e.c, nil, s.key(key), policy, made, c)
		channel = *made
		return status
	})
	return Channel(channel.id), err
}

// A Scope says for what settings are meant: an item in a channel, an item in all channels, or a
// channel.
type Scope struct {
	Item       Item
	ItemKey    string
	Channel    Channel
	ChannelKey string
}

func (s *scratch) scope(scope Scope) *C.struct_sellable_scope {
	c := record[C.struct_sellable_scope](s)
	c.item_key, c.item.id = s.key(scope.ItemKey), C.uint32_t(scope.Item)
	c.channel_key, c.channel.id = s.key(scope.ChannelKey), C.uint32_t(scope.Channel)
	return c
}

// PutPolicy changes settings of an item in one channel, of an item in all channels, or of a channel.
// What is set for an item in a channel goes before what is set for the item in all, that before the
// channel's own, that before the default; setting by setting.
//
//   - ErrInvalid: item: neither item nor channel is given; else as PutChannel
//   - ErrUnknownItem, ErrUnknownChannel, ErrUnknownLocation
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutPolicy(scope Scope, settings ...ChannelSetting) error {
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		where, policy := s.scope(scope), s.policy(settings)
		return C.sellable_policy_put(e.c, nil, where, policy, c)
	})
}

// A Policy has the settings in force; those that nobody set have their default, of Cap 10^15.
type Policy struct {
	Set        Setting // those that were set somewhere
	Locations  []Location
	Sourcing   Sourcing
	Share      int64
	Buffer     int64
	Precedence int64
	Closed     bool
	Backorder  int64
	Horizon    int64 // days
	Unit       string
	Cap        int64
	Minimum    int64
	Low        int64
	Paused     bool
	Interval   time.Duration // the longest one, if it is longer
	Step       int64
}

// Policy tells the settings in force, for an item in a channel or, without an item, the channel's.
//
//   - ErrUnknownItem, ErrUnknownChannel
func (e *Engine) Policy(scope Scope) (Policy, error) {
	var policy Policy
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		where, c := s.scope(scope), record[C.struct_sellable_policy](s)
		locations := records[C.struct_sellable_location](s, roomAtFirst)
		status := C.sellable_policy_find(e.c, where, c, &locations[0], C.uint32_t(len(locations)))
		for status == C.SELLABLE_OK && int(c.location_count) > len(locations) {
			locations = records[C.struct_sellable_location](s, int(c.location_count))
			status = C.sellable_policy_find(e.c, where, c, &locations[0], C.uint32_t(len(locations)))
		}
		if status == C.SELLABLE_OK {
			c.locations = &locations[0]
			policy = policyOf(c)
		}
		return status
	})
	return policy, err
}

func policyOf(c *C.struct_sellable_policy) Policy {
	return Policy{
		Set: Setting(c.set),
		Locations: mapped(slice(c.locations, c.location_count), func(location *C.struct_sellable_location) Location {
			return Location(location.id)
		}),
		Sourcing:   Sourcing(c.sourcing),
		Share:      int64(c.share),
		Buffer:     int64(c.buffer),
		Precedence: int64(c.precedence),
		Closed:     c.closed != 0,
		Backorder:  int64(c.backorder),
		Horizon:    int64(c.horizon),
		Unit:       keyOf(c.unit),
		Cap:        int64(c.cap),
		Minimum:    int64(c.minimum),
		Low:        int64(c.low),
		Paused:     c.paused != 0,
		Interval:   duration(int64(c.interval)),
		Step:       int64(c.step),
	}
}
