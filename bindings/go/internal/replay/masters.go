// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/json"
	"math"
	"strings"

	"sellable.example/sellable"
)

// Events of masters: items, locations, channels, settings, reasons for holds, sources and what they
// own. What a line does not name stays, null takes a setting back.

const (
	locationsRead  = sellable.LocationsMax + 1
	componentsRead = sellable.ComponentsMax + 1
	unitsRead      = sellable.UnitsMax + 1
	ownersRead     = 65_535 + 1
)

// setting reads one setting into a list, if it is named: to set it, or (null) to take it back.
func setting[T, S any](list *[]S, f *fields, name string, as kind[T], set func(T) S, back S) {
	value, given := f.values[name]
	switch {
	case !given:
	case value == nil:
		*list = append(*list, back)
	default:
		*list = append(*list, set(as(f, name, value)))
	}
}

// Items.

// whole is a whole number of 64 bits, if a value is one.
func whole(value any) (number int64, is bool) {
	digits, _ := value.(json.Number)
	number, err := digits.Int64()
	return number, err == nil
}

// asNamed is an object whose names are keys, as a list in its order; of it at most `most` are read.
// `what` is what a name is called, `wrong` what a value is if `one` makes nothing of it.
func asNamed[T any](most int, what, wrong string,
	one func(key string, value any) (T, bool)) kind[[]T] {
	return func(f *fields, name string, value any) []T {
		list := []T{}
		named := asObject(f, name, value)
		if named == nil {
			return list
		}
		for _, key := range named.names[:min(len(named.names), most)] {
			element, is := one(key, named.values[key])
			switch {
			case key == "" || len(key) > sellable.KeyMax:
				f.blame(name, what+" does not have 1 to 128 bytes")
			case !is:
				f.blame(name, wrong)
			}
			list = append(list, element)
		}
		return list
	}
}

var asUnits = asNamed(unitsRead, "a name", "a factor is no array of two whole numbers",
	func(key string, value any) (sellable.Unit, bool) {
		factor, _ := value.([]any)
		if len(factor) != 2 {
			return sellable.Unit{}, false
		}
		numerator, is := whole(factor[0])
		denominator, isToo := whole(factor[1])
		return sellable.Unit{Key: key, Numerator: numerator, Denominator: denominator}, is && isToo
	})

var asComponents = asNamed(componentsRead, "a key", "a number is no whole number",
	func(key string, value any) (sellable.Component, bool) {
		number, is := whole(value)
		return sellable.Component{ItemKey: key, Number: number}, is
	})

func readItem(_ *Session, f *fields, e *sellable.Event) {
	e.ItemKey = required(f, "item", asKey)
	units := func(list []sellable.Unit) sellable.ItemSetting { return sellable.Units(list...) }
	kit := func(list []sellable.Component) sellable.ItemSetting { return sellable.Kit(list...) }
	setting(&e.ItemSettings, f, "unit", asKey, sellable.BaseUnit, sellable.BaseUnit(""))
	setting(&e.ItemSettings, f, "units", asUnits, units, sellable.Units())
	setting(&e.ItemSettings, f, "tracked", asFlag, sellable.Tracked, sellable.Tracked(true))
	setting(&e.ItemSettings, f, "components", asComponents, kit, sellable.Kit())
}

// nameInItem is the path of what the library counts among the units or components of an item: in
// JSON they have names.
func nameInItem(f *fields, refusal *sellable.Error) string {
	array, member, _ := strings.Cut(refusal.Field, ".")
	named, is := f.values[array].(*object)
	if !is || member == "" || refusal.Line >= len(named.names) {
		return refusal.Field
	}
	index := map[string]string{"numerator": "[0]", "denominator": "[1]"}[member]
	return array + "." + named.names[refusal.Line] + index
}

// Locations and reasons.

func readLocation(_ *Session, f *fields, e *sellable.Event) {
	e.LocationKey = required(f, "location", asKey)
	setting(&e.LocationSettings, f, "region", asKey, sellable.Region, sellable.Region(""))
	setting(&e.LocationSettings, f, "active", asFlag, sellable.Active, sellable.Active(true))
}

// Channels and policies.

// find looks locations up by name, else regions. For a name that is neither stands a handle that
// the library never gave, another for each: so the library says whether it is the first fault.
func (s *Session) find(names []string) []sellable.Location {
	locations := []sellable.Location{}
	for i, name := range names {
		location, err := s.engine.FindLocation(name)
		if err != nil {
			location, err = s.engine.FindRegion(name)
		}
		if err != nil {
			location = sellable.Location(math.MaxInt32 - i)
		}
		locations = append(locations, location)
	}
	return locations
}

// readSettings reads the settings of a channel, in the order in which faults are named.
func readSettings(s *Session, f *fields, e *sellable.Event) {
	locations := func(names []string) sellable.ChannelSetting {
		return sellable.Locations(s.find(names)...)
	}
	sourcing := func(n int) sellable.ChannelSetting { return sellable.FillBy(sellable.Sourcing(n)) }
	words := asChoice("split", "most", "single")
	one(f, e, "locations", asKeys(locationsRead), locations, sellable.SettingLocations)
	one(f, e, "sourcing", words, sourcing, sellable.SettingSourcing)
	one(f, e, "share", asInt32, sellable.Share, sellable.SettingShare)
	one(f, e, "buffer", asNumber, sellable.Buffer, sellable.SettingBuffer)
	one(f, e, "backorder", asNumber, sellable.Backorder, sellable.SettingBackorder)
	one(f, e, "horizon", asNumber, sellable.Horizon, sellable.SettingHorizon)
	one(f, e, "unit", asKey, sellable.SellIn, sellable.SettingUnit)
	one(f, e, "cap", asNumber, sellable.Cap, sellable.SettingCap)
	one(f, e, "minimum", asNumber, sellable.Minimum, sellable.SettingMinimum)
	one(f, e, "low", asNumber, sellable.Low, sellable.SettingLow)
	one(f, e, "precedence", asInt32, sellable.Precedence, sellable.SettingPrecedence)
	one(f, e, "closed", asFlag, sellable.Closed, sellable.SettingClosed)
	one(f, e, "paused", asFlag, sellable.Paused, sellable.SettingPaused)
	one(f, e, "interval", asSpan, sellable.Interval, sellable.SettingInterval)
	one(f, e, "step", asNumber, sellable.Step, sellable.SettingStep)
}

func one[T any](f *fields, e *sellable.Event, name string, as kind[T],
	set func(T) sellable.ChannelSetting, bit sellable.Setting) {
	setting(&e.Settings, f, name, as, set, sellable.Default(bit))
}

func readChannel(_ *Session, f *fields, e *sellable.Event) {
	e.ChannelKey = required(f, "channel", asKey)
}

func readScope(_ *Session, f *fields, e *sellable.Event) {
	e.ChannelKey = either(f, "channel", asKey)
	e.ItemKey = either(f, "item", asKey)
}

// Sources and what they own.

func readSource(_ *Session, f *fields, e *sellable.Event) {
	e.Declares = required(f, "source", asKey)
	setting(&e.SourceSettings, f, "max_lag", asSpan, sellable.MaxLag, sellable.NoMaxLag())
}

// owned are the quantities that may have owners, by their names.
var owned = map[string]sellable.Owned{}

func init() {
	for o := sellable.OwnedOnHand; o <= sellable.OwnedSchedule; o++ {
		owned[o.String()] = o
	}
}

func readOwner(_ *Session, f *fields, e *sellable.Event) {
	rule := &sellable.Ownership{}
	name := required(f, "quantity", asKey)
	if rule.Owned = owned[name]; rule.Owned == 0 {
		rule.Type = sellable.EventTypeOf(name)
	}
	if rule.Owned == 0 && rule.Type == 0 {
		f.blame("quantity", "it is neither a quantity nor a type of events")
	}
	rule.LocationKey = either(f, "location", asKey)
	source, given := f.values["source"]
	switch {
	case !given:
		f.blame("source", "it is missing")
	case source == nil:
		rule.Unset = true
	case isArray(source):
		rule.OwnerKeys = asKeys(ownersRead)(f, "source", source)
	default:
		rule.OwnerKeys = []string{asKey(f, "source", source)}
	}
	e.Ownership = rule
}

func isArray(value any) bool {
	_, is := value.([]any)
	return is
}
