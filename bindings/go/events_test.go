// SPDX-License-Identifier: Apache-2.0

package sellable_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"sellable.example/sellable"
)

// everything is an event of each kind of fields, with all of them.
func everything() map[string]*sellable.Event {
	at := time.UnixMilli(1767225600000).UTC()
	said := func(event sellable.Event) *sellable.Event {
		event.SourceKey, event.Seq, event.At = "nobody", sellable.Given(7), at
		event.ID, event.Correlation = "e-1", "c-1"
		return &event
	}
	order := &sellable.Order{
		Key: "O-1", ChannelKey: "web", Mode: sellable.ModePartial, ExpiresAt: at.Add(time.Hour), Date: at,
		Precedence: sellable.Given(-3),
		Lines: []sellable.Line{
			{ItemKey: "A", LocationKey: "east", Quantity: 3, Unit: "case", AtLeast: 1,
				Substitutes: []sellable.Substitute{{ItemKey: "B"}, {Item: 9}}},
			{Item: 4, Location: 2, Quantity: 1},
		},
	}
	parts := []sellable.Part{{ItemKey: "A", LocationKey: "east", Unit: "case", Quantity: 2}, {Item: 3, Location: 1, Quantity: 1}}
	return map[string]*sellable.Event{
		"supply": said(sellable.Event{Type: sellable.EventOnHandSet, ItemKey: "A", LocationKey: "east",
			Quantity: -5, Unit: "case", Expected: sellable.Given(-1), AsOf: at}),
		"fence": said(sellable.Event{Type: sellable.EventRingFenceSet, Item: 3, Location: 4, ChannelKey: "web",
			Quantity: 5, Until: at}),
		"transfer": said(sellable.Event{Type: sellable.EventTransferShip, ItemKey: "A", LocationKey: "east",
			ToKey: "west", Reference: "T-1", Due: at, Quantity: 5}),
		"receipt": said(sellable.Event{Type: sellable.EventReceipt, ItemKey: "A", LocationKey: "east",
			Reference: "PO-1", Held: "quality", Quantity: 5}),
		"return": said(sellable.Event{Type: sellable.EventReturnDisposition, ItemKey: "A", LocationKey: "east",
			Outcome: sellable.OutcomeScrap, Quantity: 5}),
		"order":    said(sellable.Event{Type: sellable.EventReserve, Order: order}),
		"parts":    said(sellable.Event{Type: sellable.EventRelease, OrderKey: "O-1", Parts: parts, Reason: "credit"}),
		"extend":   said(sellable.Event{Type: sellable.EventExtend, OrderKey: "O-1", ExpiresAt: at}),
		"resource": said(sellable.Event{Type: sellable.EventResource, OrderKey: "O-1", ItemKey: "A", LocationKey: "east", To: 3, Quantity: 1}),
		"item": said(sellable.Event{Type: sellable.EventItem, ItemKey: "A", ItemSettings: []sellable.ItemSetting{
			sellable.BaseUnit("each"), sellable.Units(sellable.Unit{Key: "case", Numerator: 12, Denominator: 1}),
			sellable.Tracked(true), sellable.Kit(sellable.Component{ItemKey: "B", Number: 2})}}),
		"location": said(sellable.Event{Type: sellable.EventLocation, LocationKey: "east",
			LocationSettings: []sellable.LocationSetting{sellable.Region("us"), sellable.Active(false)}}),
		"policy": said(sellable.Event{Type: sellable.EventPolicy, ItemKey: "A", ChannelKey: "web",
			Settings: []sellable.ChannelSetting{sellable.Locations(1, 2), sellable.FillBy(sellable.SourcingMost),
				sellable.Share(6000), sellable.Buffer(2), sellable.Precedence(-4), sellable.Closed(true),
				sellable.Backorder(5), sellable.Horizon(6), sellable.SellIn("case"), sellable.Cap(7),
				sellable.Minimum(8), sellable.Low(9), sellable.Interval(10 * time.Second), sellable.Step(11),
				sellable.Default(sellable.SettingPaused)}}),
	}
}

func TestARefusedEventIsKeptAsItWasSent(t *testing.T) {
	for name, event := range everything() {
		engine := must(sellable.Open(sellable.Options{}))
		refused := refusal(t, fault(engine.Apply(event)), sellable.ErrUnknownSource, "source")
		count := 0
		for kept, err := range engine.Exceptions(sellable.ExceptionSelection{Number: refused.Exception}) {
			succeed(t, err)
			count++
			if kept.Status != sellable.StatusUnknownSource || kept.Source != "nobody" || kept.ID != "e-1" ||
				kept.Correlation != "c-1" || kept.Field != "source" || kept.Reason == "" {
				t.Errorf("%s: %+v", name, kept)
			}
			if !reflect.DeepEqual(kept.Event, event) {
				t.Errorf("%s: it was\n%+v\nand is\n%+v", name, event, kept.Event)
			}
		}
		if count != 1 {
			t.Errorf("%s: %d exceptions", name, count)
		}
		succeed(t, engine.Close())
	}
}

func TestARefusedEventIsKeptAsItsSenderWantsIt(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	content := []byte(`{"as":"sent"}`)
	refused := refusal(t, fault(m.Apply(&sellable.Event{
		Type: sellable.EventOnHandSet, ItemKey: "gone", Content: content})), sellable.ErrUnknownItem, "item")
	for kept, err := range m.Exceptions(sellable.ExceptionSelection{Number: refused.Exception}) {
		succeed(t, err)
		if string(kept.Content) != string(content) || kept.Event != nil {
			t.Errorf("%+v", kept)
		}
	}
}

func TestAKeptEventHasNothingWhereNothingWasGiven(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	for field, event := range map[string]*sellable.Event{
		"due":        {Type: sellable.EventScheduleSet, Item: m.items[0], Location: m.location, Reference: "PO-1", Quantity: 1},
		"item":       {Type: sellable.EventScheduleSet, ItemKey: "gone", Location: m.location, Reference: "PO-1"},
		"expires_at": {Type: sellable.EventExtend, OrderKey: "O-1"},
	} {
		refused := fault(m.Apply(event)).(*sellable.Error)
		for kept, err := range m.Exceptions(sellable.ExceptionSelection{Number: refused.Exception}) {
			succeed(t, err)
			if kept.Field != field || !reflect.DeepEqual(kept.Event, event) {
				t.Errorf("%s: it was\n%+v\nand is\n%+v", kept.Field, event, kept.Event)
			}
		}
	}
}

func TestAKeptEventStaysAsWrongAsItWas(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	event := &sellable.Event{Type: sellable.EventSource, Declares: "erp",
		SourceSettings: []sellable.SourceSetting{sellable.MaxLag(-time.Second)}}
	refused := refusal(t, fault(m.Apply(event)), sellable.ErrInvalid, "max_lag")
	for kept, err := range m.Exceptions(sellable.ExceptionSelection{Number: refused.Exception}) {
		succeed(t, err)
		refusal(t, fault(m.ReplayException(kept.Number, kept.Event)), sellable.ErrInvalid, "max_lag")
	}
}

func TestWhatAKindOfEventsHasNoneOfIsNotKept(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	for field, event := range map[string]*sellable.Event{
		"item": {Type: sellable.EventOnHandSet, ItemKey: "gone", Parts: make([]sellable.Part, 3)},
		"channel": {Type: sellable.EventPolicy, ChannelKey: "gone", Settings: []sellable.ChannelSetting{
			sellable.Locations(m.location), sellable.Default(sellable.SettingLocations)}},
	} {
		refused := fault(m.Apply(event)).(*sellable.Error)
		for kept, err := range m.Exceptions(sellable.ExceptionSelection{Number: refused.Exception}) {
			succeed(t, err)
			if kept.Field != field || kept.Event.Parts != nil {
				t.Errorf("%+v", kept)
			}
		}
	}
}

func TestAnExceptionIsMendedOrDiscarded(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	event := &sellable.Event{Type: sellable.EventOnHandAdjust, ItemKey: "gone", Location: m.location, Quantity: 3}
	for range 2 {
		refusal(t, fault(m.Apply(event)), sellable.ErrUnknownItem, "item")
	}
	number := must(m.PutException(&sellable.Event{ItemKey: "\xff"}, sellable.StatusInvalid, "item", "no text"))
	mended := *event
	mended.ItemKey = "item 0"
	if answer := must(m.ReplayException(1, &mended)); answer.Variance != 3 {
		t.Error(answer)
	}
	refusal(t, fault(m.ReplayException(2, nil)), sellable.ErrUnknownItem, "item")
	succeed(t, m.DiscardException(2))
	refusal(t, m.DiscardException(2), sellable.ErrInvalid, "exception")
	if counts := must(m.ExceptionCounts()); counts != (sellable.ExceptionCounts{Kept: 1, Last: number}) {
		t.Errorf("%+v", counts)
	}
	for _, err := range m.Exceptions(sellable.ExceptionSelection{Number: 2}) {
		refusal(t, err, sellable.ErrInvalid, "number")
	}
}

func TestEventsOfABatchAreAnsweredEach(t *testing.T) {
	m := newMarket(t, 3, 0)
	defer m.Close()
	must(m.PutSource("erp"))
	events := make([]sellable.Event, 200)
	for i := range events {
		events[i] = sellable.Event{Type: sellable.EventOnHandAdjust, Item: m.items[i%3], Location: m.location,
			Quantity: int64(i), SourceKey: "erp", Seq: sellable.Given(int64(i))}
	}
	events[150].Item = 77
	events[151].Seq = sellable.Given(149)
	answers := make([]sellable.Answer, len(events))
	refused := refusal(t, m.ApplyBatch(events, answers), sellable.ErrUnknownItem, "item")
	if refused.Index != 150 || refused.Exception != 1 || answers[149].Variance != 149 {
		t.Errorf("%+v, %+v", refused, answers[149])
	}
	if !errors.As(answers[151].Err, &refused) || refused.Field != "seq" || answers[152].Variance != 152 {
		t.Errorf("%+v", answers[151])
	}
	if source := must(m.LookSource(must(m.FindSource("erp")))); source.Seq != sellable.Given(199) || source.Gaps != 1 {
		t.Errorf("%+v", source)
	}
}

func TestMastersAreReadAsTheyWerePut(t *testing.T) {
	e := must(sellable.Open(sellable.Options{}))
	defer e.Close()
	units := []sellable.Unit{{Key: "case", Numerator: 12, Denominator: 1}, {Key: "lb", Numerator: 45359237, Denominator: 100000}}
	a := must(e.PutItem("A", sellable.BaseUnit("each"), sellable.Units(units...)))
	if view := must(e.LookItem(a)); view.Unit != "each" || !reflect.DeepEqual(view.Units, units) || !view.Tracked {
		t.Errorf("%+v", view)
	}
	kit := must(e.PutItem("SET", sellable.Kit(sellable.Component{ItemKey: "A", Number: 2})))
	if view := must(e.LookItem(kit)); !reflect.DeepEqual(view.Components, []sellable.Component{{Item: a, ItemKey: "A", Number: 2}}) {
		t.Errorf("%+v", view)
	}
	must(e.PutItem("SET", sellable.Kit()))
	must(e.PutItem("A", sellable.BaseUnit(""), sellable.Units(), sellable.Tracked(false)))
	if view := must(e.LookItem(a)); !reflect.DeepEqual(view, sellable.ItemView{}) {
		t.Errorf("%+v", view)
	}
	east := must(e.PutLocation("east", sellable.Region("us"), sellable.Active(false)))
	if view := must(e.LookLocation(east)); view != (sellable.LocationView{Region: "us"}) {
		t.Errorf("%+v", view)
	}
	us := must(e.FindRegion("us"))
	web := must(e.PutChannel("web", sellable.Locations(us), sellable.Share(6000), sellable.Cap(9),
		sellable.Interval(time.Minute), sellable.Default(sellable.SettingCap)))
	policy := must(e.Policy(sellable.Scope{Channel: web}))
	if policy.Set != sellable.SettingLocations|sellable.SettingShare|sellable.SettingInterval ||
		policy.Share != 6000 || policy.Interval != time.Minute || policy.Cap != sellable.QuantityMax ||
		!reflect.DeepEqual(policy.Locations, []sellable.Location{us}) || e.LocationKey(us) != "us" {
		t.Errorf("%+v", policy)
	}
	erp := must(e.PutSource("erp", sellable.MaxLag(time.Minute)))
	if view := must(e.LookSource(erp)); view != (sellable.SourceView{MaxLag: sellable.Given(60000)}) {
		t.Errorf("%+v", view)
	}
	must(e.PutSource("erp", sellable.NoMaxLag()))
	if view := must(e.LookSource(erp)); view.MaxLag.Given {
		t.Errorf("%+v", view)
	}
	if customs := must(e.PutHold("customs")); e.HoldKey(customs) != "customs" || e.HoldKey(sellable.HoldDamage) != "damage" {
		t.Error(customs)
	}
	succeed(t, e.PutOwner(&sellable.Ownership{Owned: sellable.OwnedOnHand, OwnerKeys: []string{"erp"}}))
	event := &sellable.Event{Type: sellable.EventOnHandAdjust, ItemKey: "B", Location: east, Quantity: 1}
	must(e.PutItem("B"))
	refusal(t, fault(e.Apply(event)), sellable.ErrNotOwner, "")
	event.Source = erp
	must(e.Apply(event))
	var keys []string
	for item := range e.Items() {
		keys = append(keys, e.ItemKey(item))
	}
	if got := strings.Join(keys, " "); got != "A SET B" {
		t.Error(got)
	}
}
