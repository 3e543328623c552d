// SPDX-License-Identifier: Apache-2.0

package sellable_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"sellable.example/sellable"
)

// must is for examples: what cannot fail there.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// shop is an engine with ten bottles in the east, and a web store.
func shop() (engine *sellable.Engine, bottle sellable.Item, east sellable.Location, web sellable.Channel) {
	engine = must(sellable.Open(sellable.Options{}))
	bottle = must(engine.PutItem("WB-H098"))
	east = must(engine.PutLocation("east"))
	web = must(engine.PutChannel("web"))
	must(engine.Apply(&sellable.Event{
		Type: sellable.EventOnHandSet, Item: bottle, Location: east, Quantity: 10}))
	return engine, bottle, east, web
}

func Example() {
	engine, bottle, _, web := shop()
	defer engine.Close()

	answer, err := engine.Reserve(&sellable.Order{
		Key: "O-1", Channel: web, Lines: []sellable.Line{{Item: bottle, Quantity: 4}}})
	fmt.Println(answer.Status, err, answer.Plan[0].Quantity, "from", engine.LocationKey(answer.Plan[0].Location))

	left, err := engine.Available(bottle, web)
	fmt.Println(left.Promisable, left.Level, err)
	// Output:
	// ok <nil> 4 from east
	// 6 ok <nil>
}

func ExampleEngine_Reserve() {
	engine, bottle, _, web := shop()
	defer engine.Close()

	order := &sellable.Order{Key: "O-1", Channel: web, Lines: []sellable.Line{{Item: bottle, Quantity: 12}}}
	_, err := engine.Reserve(order)
	var refused *sellable.Error
	if errors.Is(err, sellable.ErrInsufficient) && errors.As(err, &refused) {
		for _, misfit := range refused.Misfits {
			fmt.Println(engine.ItemKey(misfit.Item), "asked", misfit.Asked, "of", misfit.Promisable)
		}
	}

	order.Mode = sellable.ModePartial // what can be had
	answer := must(engine.Reserve(order))
	fmt.Println(answer.Status, answer.Plan[0].Quantity)
	answer = must(engine.Reserve(order)) // once more: the first answer again
	fmt.Println(answer.Status, answer.Plan[0].Quantity)
	// Output:
	// WB-H098 asked 12 of 10
	// ok 10
	// duplicate 10
}

func ExampleEngine_Explain() {
	engine, bottle, _, web := shop()
	defer engine.Close()
	must(engine.PutChannel("web", sellable.Share(6000), sellable.Buffer(1)))

	why := must(engine.Explain(&sellable.Question{Item: bottle, Channel: web}))
	fmt.Println(why.Published, "of", why.Pool, "less", why.Buffer)
	fmt.Println(why.Because)
	// Output:
	// 5 of 6 less 1
	// 5: the buffer keeps it from being more. 10 on hand at the channel's locations, leaves 10 free; of what is shared the channel sees 6000 of 10000; so it sees 6; a buffer of 1 is kept back
}

func ExampleEngine_Apply() {
	engine, bottle, east, web := shop()
	defer engine.Close()
	today := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Println(engine.Advance(today))
	must(engine.PutChannel("web", sellable.Horizon(7)))

	must(engine.Apply(&sellable.Event{
		Type: sellable.EventScheduleSet, Item: bottle, Location: east, Reference: "PO-7",
		Due: today.AddDate(0, 0, 3), Quantity: 40}))
	now := must(engine.Ask(&sellable.Question{Item: bottle, Channel: web, Date: today}))
	then := must(engine.Ask(&sellable.Question{Item: bottle, Channel: web}))
	fmt.Println(now.Promisable, then.Promisable)

	_, err := engine.Apply(&sellable.Event{
		Type: sellable.EventOnHandSet, Item: bottle, Location: east, Quantity: 9,
		Expected: sellable.Given(11)})
	fmt.Println(err)
	// Output:
	// <nil>
	// 10 50
	// sellable: conflict: expected: it is another
}

func ExampleEngine_View() {
	engine, bottle, east, web := shop()
	defer engine.Close()
	view := must(engine.View())
	defer view.Close()

	must(engine.Apply(&sellable.Event{
		Type: sellable.EventOnHandAdjust, Item: bottle, Location: east, Quantity: -10}))
	for columns, err := range view.Availability(web) {
		if err != nil {
			log.Fatal(err)
		}
		for i, item := range columns.Item {
			fmt.Println(engine.ItemKey(item), columns.Promisable[0][i])
		}
	}
	// Output:
	// WB-H098 10
}

func ExampleEngine_Fork() {
	engine, bottle, east, web := shop()
	defer engine.Close()
	what := must(engine.Fork())
	defer what.Close()

	market := must(what.PutChannel("market"))
	must(what.Apply(&sellable.Event{
		Type: sellable.EventRingFenceSet, Item: bottle, Location: east, Channel: market, Quantity: 3}))
	fmt.Println(must(what.Available(bottle, web)).Promisable, must(engine.Available(bottle, web)).Promisable)
	// Output:
	// 7 10
}

func ExampleEngine_Changes() {
	engine, bottle, east, web := shop()
	defer engine.Close()

	room := make([]sellable.Change, 100)
	for _, counted := range []int64{10, 0} {
		must(engine.Apply(&sellable.Event{
			Type: sellable.EventOnHandSet, Item: bottle, Location: east, Quantity: counted}))
		told := must(engine.Changes(web, room))
		for _, change := range told.Changes {
			fmt.Println(told.Position, engine.ItemKey(change.Item), change.Published, change.Level)
		}
	}
	// Output:
	// 1 WB-H098 10 ok
	// 2 WB-H098 0 none
}

func ExampleOpenStore() {
	folder := must(os.MkdirTemp("", "sellable"))
	defer os.RemoveAll(folder)

	engine := must(sellable.OpenStore(folder, sellable.StoreOptions{}))
	must(engine.PutItem("WB-H098"))
	engine.Close()

	engine = must(sellable.OpenStore(folder, sellable.StoreOptions{}))
	defer engine.Close()
	_, err := engine.FindItem("WB-H098")
	fmt.Println(engine.Recovery().Replayed > 0, err)
	// Output:
	// true <nil>
}
