// SPDX-License-Identifier: Apache-2.0

package sellable

/*
#include "bridge.h"
*/
import "C"

import (
	"iter"
	"time"
	"unsafe"
)

// ---- items ----

// A Unit is one that an item is also counted in: one of it is Numerator / Denominator of the
// item's smallest.
type Unit struct {
	Key         string
	Numerator   int64 // 1 to 10^15
	Denominator int64 // 1 to 10^15
}

// A Component is what a kit is made of: Number of an item that is no kit.
type Component struct {
	Item    Item
	ItemKey string
	Number  int64 // 1 to 10^15
}

// An ItemSetting is a change of one setting of an item; the others stay. Of the same setting twice
// the last counts.
type ItemSetting struct {
	bit        C.uint32_t
	given      bool // else it goes back to its default
	text       string
	units      []Unit
	components []Component
	number     C.uint32_t
}

// BaseUnit names an item's smallest unit; "" takes the name back.
func BaseUnit(name string) ItemSetting {
	return ItemSetting{bit: C.SELLABLE_ITEM_UNIT, given: name != "", text: name}
}

// Units are the further units of an item, all of them, at most 32; none takes them back.
func Units(units ...Unit) ItemSetting {
	return ItemSetting{bit: C.SELLABLE_ITEM_UNITS, given: units != nil, units: units}
}

// Tracked says whether stock of an item is kept, which is the default; of a service it is not, and
// can always be promised.
func Tracked(tracked bool) ItemSetting {
	return ItemSetting{bit: C.SELLABLE_ITEM_TRACKED, given: true, number: flag(tracked)}
}

// Kit makes an item a kit of 1 to 64 components, no item twice; Kit() makes it a plain item again.
func Kit(components ...Component) ItemSetting {
	return ItemSetting{bit: C.SELLABLE_ITEM_COMPONENTS, given: components != nil, components: components}
}

func (s *scratch) itemSettings(settings []ItemSetting) *C.struct_sellable_item_settings {
	c := record[C.struct_sellable_item_settings](s)
	for i := range settings {
		setting := &settings[i]
		put(&c.set, &c.unset, setting.bit, setting.given)
		switch setting.bit {
		case C.SELLABLE_ITEM_UNIT:
			c.unit = s.key(setting.text)
		case C.SELLABLE_ITEM_TRACKED:
			c.tracked = setting.number
		case C.SELLABLE_ITEM_UNITS:
			units := records[C.struct_sellable_unit](s, min(len(setting.units), UnitsMax+1))
			for i := range units {
				unit := &setting.units[i]
				units[i] = C.struct_sellable_unit{s.key(unit.Key), C.int64_t(unit.Numerator), C.int64_t(unit.Denominator)}
			}
			c.units, c.unit_count = unsafe.SliceData(units), C.uint32_t(len(units))
		case C.SELLABLE_ITEM_COMPONENTS:
			components := records[C.struct_sellable_component](s, min(len(setting.components), ComponentsMax+1))
			for i := range components {
				component := &setting.components[i]
				components[i].item_key = s.key(component.ItemKey)
				components[i].item.id = C.uint32_t(component.Item)
				components[i].number = C.int64_t(component.Number)
			}
			c.components, c.component_count = unsafe.SliceData(components), C.uint32_t(len(components))
		}
	}
	return c
}

// put moves a bit into the set it belongs to.
func put(set, unset *C.uint32_t, bit C.uint32_t, given bool) {
	*set &^= bit
	*unset &^= bit
	if given {
		*set |= bit
	} else {
		*unset |= bit
	}
}

// PutItem makes an item, or finds it, and changes its settings, all at one instant.
//
//   - ErrInvalid: key: empty, longer than 128 bytes or not UTF-8; unit, units.key, units.numerator,
//     units.denominator, components, components.number: out of range, or the same twice; tracked:
//     false of a kit; components.item: a kit, or the item itself; or it is a component of another
//   - ErrUnknownItem: components.item (Line)
//   - ErrWrongState: becoming or ceasing to be a kit or tracked, while something is kept for it or
//     an open order holds it
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutItem(key string, settings ...ItemSetting) (Item, error) {
	var item C.struct_sellable_item
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		made := record[C.struct_sellable_item](s)
		status := C.sellable_item_put(e.c, nil, s.key(key), s.itemSettings(settings), made, c)
		item = *made
		return status
	})
	return Item(item.id), err
}

// An ItemView is what is known of an item.
type ItemView struct {
	Unit       string // the name of the smallest; ""
	Units      []Unit
	Components []Component // of a kit; with handles and keys
	Tracked    bool
}

// LookItem tells what is known of an item.
//
//   - ErrUnknownItem
func (e *Engine) LookItem(item Item) (ItemView, error) {
	var view ItemView
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_item_view](s)
		units := records[C.struct_sellable_unit](s, UnitsMax)
		components := records[C.struct_sellable_component](s, ComponentsMax)
		c.units, c.unit_capacity = &units[0], UnitsMax
		c.components, c.component_capacity = &components[0], ComponentsMax
		status := C.sellable_item_look(e.c, C.struct_sellable_item{C.uint32_t(item)}, c)
		if status != C.SELLABLE_OK {
			return status
		}
		view = ItemView{Unit: keyOf(c.unit), Tracked: c.tracked != 0}
		view.Units = unitsOf(units[:c.unit_count])
		view.Components = componentsOf(components[:c.component_count])
		return status
	})
	return view, err
}

func unitsOf(c []C.struct_sellable_unit) []Unit {
	return mapped(c, func(unit *C.struct_sellable_unit) Unit {
		return Unit{keyOf(unit.key), int64(unit.numerator), int64(unit.denominator)}
	})
}

func componentsOf(c []C.struct_sellable_component) []Component {
	return mapped(c, func(component *C.struct_sellable_component) Component {
		return Component{Item(component.item.id), keyOf(component.item_key), int64(component.number)}
	})
}

// mapped is an array of C's in Go; nil, if there is nothing in it.
func mapped[C, Go any](array []C, one func(*C) Go) []Go {
	if len(array) == 0 {
		return nil
	}
	list := make([]Go, len(array))
	for i := range array {
		list[i] = one(&array[i])
	}
	return list
}

// ---- locations ----

// A LocationSetting is a change of one setting of a location; the others stay.
type LocationSetting struct {
	bit    C.uint32_t
	given  bool
	text   string
	number C.uint32_t
}

// Region puts a location into a region; "" takes it out.
func Region(key string) LocationSetting {
	return LocationSetting{bit: C.SELLABLE_LOCATION_REGION, given: key != "", text: key}
}

// Active says whether a location gives anything to channels, which is the default; it keeps its
// figures.
func Active(active bool) LocationSetting {
	return LocationSetting{bit: C.SELLABLE_LOCATION_ACTIVE, given: true, number: flag(active)}
}

func (s *scratch) locationSettings(settings []LocationSetting) *C.struct_sellable_location_settings {
	c := record[C.struct_sellable_location_settings](s)
	for i := range settings {
		setting := &settings[i]
		put(&c.set, &c.unset, setting.bit, setting.given)
		switch setting.bit {
		case C.SELLABLE_LOCATION_REGION:
			c.region = s.key(setting.text)
		case C.SELLABLE_LOCATION_ACTIVE:
			c.active = setting.number
		}
	}
	return c
}

// PutLocation makes a location, or finds it, and changes its settings, all at one instant.
//
//   - ErrInvalid: key: as PutItem, or there are 65,535 already; region: no key
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutLocation(key string, settings ...LocationSetting) (Location, error) {
	var location C.struct_sellable_location
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		made := record[C.struct_sellable_location](s)
		status := C.sellable_location_put(e.c, nil, s.key(key), s.locationSettings(settings), made, c)
		location = *made
		return status
	})
	return Location(location.id), err
}

// A LocationView is what is known of a location.
type LocationView struct {
	Region string // "": none
	Active bool
}

// LookLocation tells what is known of a location.
//
//   - ErrUnknownLocation
func (e *Engine) LookLocation(location Location) (LocationView, error) {
	var view LocationView
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_location_view](s)
		status := C.sellable_location_look(e.c, C.struct_sellable_location{C.uint32_t(location)}, c)
		view = LocationView{keyOf(c.region), c.active != 0}
		return status
	})
	return view, err
}

// ---- holds ----

// PutHold declares a reason for holds, or finds it: 16 in all, four of them known from the start
// (HoldQuality, HoldDamage, HoldInspection, HoldBlocked).
//
//   - ErrInvalid: key: as PutItem, or there are 16 already
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutHold(reason string) (Hold, error) {
	var hold C.uint32_t
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		made := record[C.uint32_t](s)
		status := C.sellable_hold_put(e.c, nil, s.key(reason), made, c)
		hold = *made
		return status
	})
	return Hold(hold), err
}

// HoldKey is the key of a reason for holds; "" if there are not so many.
func (e *Engine) HoldKey(hold Hold) string {
	return e.keyed(func() C.struct_sellable_key { return C.sellable_hold_key(e.c, C.uint32_t(hold)) })
}

// ---- sources ----

// A SourceSetting is a change of a setting of a source.
type SourceSetting struct {
	lag   time.Duration
	given bool
}

// MaxLag is the silence of a source after which operations want to know (Stats).
func MaxLag(lag time.Duration) SourceSetting { return SourceSetting{lag, true} }

// NoMaxLag takes it back.
func NoMaxLag() SourceSetting { return SourceSetting{} }

// maxLag lays out the last of the settings; nil: there is none.
func (s *scratch) maxLag(settings []SourceSetting) *C.int64_t {
	if len(settings) == 0 {
		return nil
	}
	setting := settings[len(settings)-1]
	c := record[C.int64_t](s)
	*c = -1
	if setting.given {
		*c = C.int64_t(whole(setting.lag, time.Millisecond))
		if *c < 0 {
			*c = -1 << 63 // -1 would be "none"
		}
	}
	return c
}

// PutSource declares a system that sends events, or finds it, and changes its setting.
//
//   - ErrInvalid: key: as PutItem, or there are 65,535 already; max_lag: negative, or not whole
//     milliseconds
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutSource(key string, settings ...SourceSetting) (Source, error) {
	var source C.struct_sellable_source
	err := e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		made, lag := record[C.struct_sellable_source](s), s.maxLag(settings)
		status := C.sellable_source_put(e.c, nil, s.key(key), lag, made, c)
		source = *made
		return status
	})
	return Source(source.id), err
}

// A SourceView is what is known of a source.
type SourceView struct {
	MaxLag Optional // ms; not given: none
	Seq    Optional // the last that was applied
	Gaps   uint64   // how often one was applied that was more than one above the last
}

// LookSource tells what is known of a source.
//
//   - ErrUnknownSource
func (e *Engine) LookSource(source Source) (SourceView, error) {
	var view SourceView
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_source_view](s)
		status := C.sellable_source_look(e.c, C.struct_sellable_source{C.uint32_t(source)}, c)
		if status == C.SELLABLE_OK {
			view = SourceView{
				MaxLag: optional(int64(c.max_lag), c.max_lag >= 0),
				Seq:    optional(int64(c.seq), c.has_seq != 0),
				Gaps:   uint64(c.gaps),
			}
		}
		return status
	})
	return view, err
}

// optional is a number that counts if it is given.
func optional(value int64, given bool) Optional {
	if !given {
		return Optional{}
	}
	return Given(value)
}

// ---- owners ----

// An Ownership says which sources may write a quantity, or send a type of events; everywhere, or at
// one location. Exactly one of Owned and Type is given.
type Ownership struct {
	Owned       Owned
	Type        EventType
	Location    Location
	LocationKey string
	Owners      []Source // with OwnerKeys 65,535 at the most; none: nobody may
	OwnerKeys   []string // these come after Owners, where an Error's Line counts them
	Unset       bool     // take the rule back, whatever the owners
}

func (s *scratch) ownership(ownership *Ownership) *C.struct_sellable_ownership {
	c := record[C.struct_sellable_ownership](s)
	const most = LocationsMax + 1 // of sources there are as many
	handles := ownership.Owners[:min(len(ownership.Owners), most)]
	keys := ownership.OwnerKeys[:min(len(ownership.OwnerKeys), most)]
	owners := records[C.struct_sellable_owner](s, len(handles)+len(keys))
	for i, source := range handles {
		owners[i].source.id = C.uint32_t(source)
	}
	for i, key := range keys {
		owners[len(handles)+i].source_key = s.key(key)
	}
	c.owned = C.uint32_t(ownership.Owned)
	c._type = C.uint32_t(ownership.Type)
	c.location_key = s.key(ownership.LocationKey)
	c.location.id = C.uint32_t(ownership.Location)
	c.owners, c.owner_count = unsafe.SliceData(owners), C.uint32_t(len(owners))
	c.unset = flag(ownership.Unset)
	return c
}

// PutOwner sets such a rule. Of the rules that speak of an event the first counts: its type at the
// location, its type everywhere, the quantity that it writes at the location, that everywhere;
// without any, everybody may. Only events have owners (Apply).
//
//   - ErrInvalid: owned, type: neither, both, or none such; location: given with a type that is not
//     of supply; owners: too many
//   - ErrUnknownSource: owners (Line); ErrUnknownLocation
//   - ErrNoMemory, ErrNotDurable
func (e *Engine) PutOwner(ownership *Ownership) error {
	if ownership == nil {
		return missing("ownership")
	}
	return e.change(func(s *scratch, c *C.struct_sellable_answer) C.enum_sellable_status {
		return C.sellable_owner_put(e.c, nil, s.ownership(ownership), c)
	})
}

// ---- keys and handles ----

// find looks a key up; handles of all kinds, H in C, are records of one number.
func find[T ~uint32, H any](e *Engine, key string, call func(C.struct_sellable_key, *H) C.enum_sellable_status) (T, error) {
	var found T
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		into := record[H](s)
		status := call(s.key(key), into)
		found = *(*T)(unsafe.Pointer(into))
		return status
	})
	return found, err
}

// FindItem is the handle of a key.
//
//   - ErrUnknownItem; and so the other three
func (e *Engine) FindItem(key string) (Item, error) {
	return find[Item](e, key, func(key C.struct_sellable_key, into *C.struct_sellable_item) C.enum_sellable_status {
		return C.sellable_item_find(e.c, key, into)
	})
}

// FindLocation is the handle of a key.
func (e *Engine) FindLocation(key string) (Location, error) {
	return find[Location](e, key, func(key C.struct_sellable_key, into *C.struct_sellable_location) C.enum_sellable_status {
		return C.sellable_location_find(e.c, key, into)
	})
}

// FindRegion is a handle that stands for all locations of a region, wherever a policy lists
// locations, and nowhere else. A region is known once a location was put into it.
//
//   - ErrUnknownLocation
func (e *Engine) FindRegion(key string) (Location, error) {
	return find[Location](e, key, func(key C.struct_sellable_key, into *C.struct_sellable_location) C.enum_sellable_status {
		return C.sellable_region_find(e.c, key, into)
	})
}

// FindChannel is the handle of a key.
func (e *Engine) FindChannel(key string) (Channel, error) {
	return find[Channel](e, key, func(key C.struct_sellable_key, into *C.struct_sellable_channel) C.enum_sellable_status {
		return C.sellable_channel_find(e.c, key, into)
	})
}

// FindSource is the handle of a key.
func (e *Engine) FindSource(key string) (Source, error) {
	return find[Source](e, key, func(key C.struct_sellable_key, into *C.struct_sellable_source) C.enum_sellable_status {
		return C.sellable_source_find(e.c, key, into)
	})
}

// keyed is the text of a key that the engine has.
func (e *Engine) keyed(call func() C.struct_sellable_key) string {
	place := e.enter()
	if place == nil {
		return ""
	}
	defer e.leave(place)
	return keyOf(call())
}

// ItemKey is the key of a handle; "" for one that the engine did not give. So the other three.
func (e *Engine) ItemKey(item Item) string {
	return e.keyed(func() C.struct_sellable_key {
		return C.sellable_item_key(e.c, C.struct_sellable_item{C.uint32_t(item)})
	})
}

// LocationKey is the key of a handle, also of a region's.
func (e *Engine) LocationKey(location Location) string {
	return e.keyed(func() C.struct_sellable_key {
		return C.sellable_location_key(e.c, C.struct_sellable_location{C.uint32_t(location)})
	})
}

// ChannelKey is the key of a handle.
func (e *Engine) ChannelKey(channel Channel) string {
	return e.keyed(func() C.struct_sellable_key {
		return C.sellable_channel_key(e.c, C.struct_sellable_channel{C.uint32_t(channel)})
	})
}

// SourceKey is the key of a handle.
func (e *Engine) SourceKey(source Source) string {
	return e.keyed(func() C.struct_sellable_key {
		return C.sellable_source_key(e.c, C.struct_sellable_source{C.uint32_t(source)})
	})
}

// each yields handles one after another, as `next` gives them. The engine may be closed meanwhile:
// then that was the last.
func each[T ~uint32](e *Engine, next func(after C.uint32_t) C.uint32_t) iter.Seq[T] {
	step := func(after T) T {
		place := e.enter()
		if place == nil {
			return 0
		}
		defer e.leave(place)
		return T(next(C.uint32_t(after)))
	}
	return func(yield func(T) bool) {
		for handle := step(0); handle != 0; handle = step(handle) {
			if !yield(handle) {
				return
			}
		}
	}
}

// Items yields all items, in the order in which they were made, or nearly so; what is made
// meanwhile comes last. So the other three.
func (e *Engine) Items() iter.Seq[Item] {
	return each[Item](e, func(after C.uint32_t) C.uint32_t {
		return C.sellable_item_next(e.c, C.struct_sellable_item{after}).id
	})
}

// Locations yields all locations; regions are none.
func (e *Engine) Locations() iter.Seq[Location] {
	return each[Location](e, func(after C.uint32_t) C.uint32_t {
		return C.sellable_location_next(e.c, C.struct_sellable_location{after}).id
	})
}

// Channels yields all channels.
func (e *Engine) Channels() iter.Seq[Channel] {
	return each[Channel](e, func(after C.uint32_t) C.uint32_t {
		return C.sellable_channel_next(e.c, C.struct_sellable_channel{after}).id
	})
}

// Sources yields all sources.
func (e *Engine) Sources() iter.Seq[Source] {
	return each[Source](e, func(after C.uint32_t) C.uint32_t {
		return C.sellable_source_next(e.c, C.struct_sellable_source{after}).id
	})
}
