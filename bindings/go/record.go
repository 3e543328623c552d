// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"unsafe"
)

// eventOf is an event of the library's, of an exception or a trail, in Go: what events.go lays out,
// the other way round.
func eventOf(c *C.struct_sellable_event) *Event {
	event := &Event{
		Type:        EventType(c._type),
		Item:        Item(c.item.id),
		ItemKey:     keyOf(c.item_key),
		Location:    Location(c.location.id),
		LocationKey: keyOf(c.location_key),
		Reason:      keyOf(c.reason),
		Quantity:    int64(c.quantity),
		Unit:        keyOf(c.unit),
		Expected:    optional(int64(c.expected), c.has_expected != 0),
		Channel:     Channel(c.channel.id),
		ChannelKey:  keyOf(c.channel_key),
		Outcome:     Outcome(c.outcome),
		Until:       ending(int64(c.until)),
		Reference:   keyOf(c.reference),
		To:          Location(c.to.id),
		ToKey:       keyOf(c.to_key),
		Held:        keyOf(c.held),
		OrderKey:    keyOf(c.order_key),
		Declares:    keyOf(c.declares),
		Source:      Source(c.source.id),
		SourceKey:   keyOf(c.source_key),
		Seq:         optional(int64(c.seq), c.has_seq != 0),
		ID:          keyOf(c.id),
		Correlation: keyOf(c.correlation),
	}
	eventTimes(event, c)
	eventOrders(event, c)
	eventMasters(event, c)
	if c.content != nil {
		event.Content = C.GoBytes(c.content, C.int(c.content_size))
	}
	return event
}

func eventTimes(event *Event, c *C.struct_sellable_event) {
	if needsDue(event) || (event.Type == EventScheduleSet && c.due != 0) {
		event.Due = demanded(int64(c.due))
	}
	if c.has_as_of != 0 {
		event.AsOf = instant(int64(c.as_of))
	}
	if event.Type == EventExtend {
		event.ExpiresAt = demanded(int64(c.expires_at))
	}
	if c.has_at != 0 {
		event.At = instant(int64(c.at))
	}
}

func eventOrders(event *Event, c *C.struct_sellable_event) {
	if c.order != nil {
		event.Order = orderRecordOf(c.order)
	}
	event.Parts = mapped(slice(c.parts, c.part_count), func(c *C.struct_sellable_part) Part {
		return Part{
			Item: Item(c.item.id), ItemKey: keyOf(c.item_key),
			Location: Location(c.location.id), LocationKey: keyOf(c.location_key),
			Unit: keyOf(c.unit), Quantity: int64(c.quantity),
		}
	})
}

func orderRecordOf(c *C.struct_sellable_order) *Order {
	order := &Order{
		Key:        keyOf(c.key),
		Channel:    Channel(c.channel.id),
		ChannelKey: keyOf(c.channel_key),
		Lines:      mapped(slice(c.lines, c.line_count), lineOf),
		Mode:       Mode(c.mode),
		ExpiresAt:  ending(int64(c.expires_at)),
		Precedence: optional(int64(c.precedence), c.has_precedence != 0),
	}
	if c.has_date != 0 {
		order.Date = instant(int64(c.date))
	}
	return order
}

func lineOf(c *C.struct_sellable_line) Line {
	return Line{
		Item: Item(c.item.id), ItemKey: keyOf(c.item_key),
		Location: Location(c.location.id), LocationKey: keyOf(c.location_key),
		Quantity: int64(c.quantity), Unit: keyOf(c.unit), AtLeast: int64(c.at_least),
		Substitutes: mapped(slice(c.substitutes, c.substitute_count), func(c *C.struct_sellable_substitute) Substitute {
			return Substitute{Item(c.item.id), keyOf(c.item_key)}
		}),
	}
}

func eventMasters(event *Event, c *C.struct_sellable_event) {
	if c.item_settings != nil {
		event.ItemSettings = itemSettingsOf(c.item_settings)
	}
	if c.location_settings != nil {
		event.LocationSettings = locationSettingsOf(c.location_settings)
	}
	if c.policy != nil {
		event.Settings = settingsOf(c.policy)
	}
	if c.ownership != nil {
		event.Ownership = ownershipOf(c.ownership)
	}
	if c.max_lag_given != 0 {
		lag := NoMaxLag()
		if c.max_lag != -1 {
			lag = MaxLag(duration(int64(c.max_lag)))
		}
		event.SourceSettings = []SourceSetting{lag}
	}
}

func itemSettingsOf(c *C.struct_sellable_item_settings) []ItemSetting {
	list := []ItemSetting{}
	for bit := C.uint32_t(1); bit < C.SELLABLE_ITEM_SETTINGS_ALL; bit <<= 1 {
		switch setting := (ItemSetting{bit: bit, given: c.set&bit != 0}); {
		case (c.set|c.unset)&bit == 0:
		case bit == C.SELLABLE_ITEM_UNIT:
			setting.text = keyOf(c.unit)
			list = append(list, setting)
		case bit == C.SELLABLE_ITEM_UNITS:
			setting.units = unitsOf(slice(c.units, c.unit_count))
			list = append(list, setting)
		case bit == C.SELLABLE_ITEM_TRACKED:
			setting.number = c.tracked
			list = append(list, setting)
		case bit == C.SELLABLE_ITEM_COMPONENTS:
			setting.components = componentsOf(slice(c.components, c.component_count))
			list = append(list, setting)
		}
	}
	return list
}

func locationSettingsOf(c *C.struct_sellable_location_settings) []LocationSetting {
	list := []LocationSetting{}
	both := c.set | c.unset
	if both&C.SELLABLE_LOCATION_REGION != 0 {
		list = append(list, Region(keyOf(c.region)))
	}
	if both&C.SELLABLE_LOCATION_ACTIVE != 0 {
		list = append(list, Active(c.active != 0 || c.unset&C.SELLABLE_LOCATION_ACTIVE != 0))
	}
	return list
}

func settingsOf(c *C.struct_sellable_policy) []ChannelSetting {
	policy := policyOf(c)
	values := map[Setting]ChannelSetting{
		SettingLocations:  Locations(policy.Locations...),
		SettingSourcing:   FillBy(policy.Sourcing),
		SettingShare:      Share(policy.Share),
		SettingBuffer:     Buffer(policy.Buffer),
		SettingPrecedence: Precedence(policy.Precedence),
		SettingClosed:     numbered(SettingClosed, int64(c.closed)),
		SettingBackorder:  Backorder(policy.Backorder),
		SettingHorizon:    Horizon(policy.Horizon),
		SettingUnit:       SellIn(policy.Unit),
		SettingCap:        Cap(policy.Cap),
		SettingMinimum:    Minimum(policy.Minimum),
		SettingLow:        Low(policy.Low),
		SettingPaused:     numbered(SettingPaused, int64(c.paused)),
		SettingInterval:   numbered(SettingInterval, int64(c.interval)),
		SettingStep:       Step(policy.Step),
	}
	list := []ChannelSetting{}
	for bit := Setting(1); bit < C.SELLABLE_SETTINGS_ALL; bit <<= 1 {
		if policy.Set&bit != 0 {
			list = append(list, values[bit])
		}
	}
	if c.unset != 0 {
		list = append(list, Default(Setting(c.unset)))
	}
	return list
}

func ownershipOf(c *C.struct_sellable_ownership) *Ownership {
	ownership := &Ownership{
		Owned: Owned(c.owned), Type: EventType(c._type),
		Location: Location(c.location.id), LocationKey: keyOf(c.location_key), Unset: c.unset != 0,
	}
	for _, owner := range slice(c.owners, c.owner_count) {
		if owner.source.id != 0 {
			ownership.Owners = append(ownership.Owners, Source(owner.source.id))
		} else {
			ownership.OwnerKeys = append(ownership.OwnerKeys, keyOf(owner.source_key))
		}
	}
	return ownership
}

// What Go reads as its own records is laid out as C's are.
var (
	_ [unsafe.Sizeof(Placement{})]byte    = [C.sizeof_struct_sellable_placement]byte{}
	_ [unsafe.Sizeof(Misfit{})]byte       = [C.sizeof_struct_sellable_misfit]byte{}
	_ [unsafe.Sizeof(Availability{})]byte = [C.sizeof_struct_sellable_availability]byte{}
	_ [unsafe.Sizeof(Term{})]byte         = [C.sizeof_struct_sellable_term]byte{}
	_ [unsafe.Sizeof(OrderLine{})]byte    = [C.sizeof_struct_sellable_order_line]byte{}
	_ [unsafe.Sizeof(Change{})]byte       = [C.sizeof_struct_sellable_change]byte{}
	_ [unsafe.Sizeof(Memory{})]byte       = [C.sizeof_struct_sellable_memory]byte{}
	_ [unsafe.Sizeof(TrailCell{})]byte    = [C.sizeof_struct_sellable_trail_cell]byte{}
	_ [unsafe.Sizeof(Item(0))]byte        = [C.sizeof_struct_sellable_item]byte{}
)
