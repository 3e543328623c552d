// SPDX-License-Identifier: Apache-2.0

package sellable_test

import (
	"errors"
	"iter"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"sellable.example/sellable"
)

// fault is the error of a call that answers with something else, too.
func fault[T any](_ T, err error) error { return err }

// visit runs through all that a sequence has.
func visit[T any](sequence iter.Seq2[T, error]) error {
	for _, err := range sequence {
		if err != nil {
			return err
		}
	}
	return nil
}

// refusal is the *Error of an error; it fails if that has another status or field.
func refusal(t *testing.T, err error, target error, field string) *sellable.Error {
	t.Helper()
	var refused *sellable.Error
	if !errors.As(err, &refused) || !errors.Is(err, target) || refused.Field != field {
		t.Fatalf("%v, not %v of %q", err, target, field)
	}
	return refused
}

func TestAnErrorSaysWhichFieldIsWrongAndChangesNothing(t *testing.T) {
	m := newMarket(t, 2, 10)
	defer m.Close()
	before := must(m.Audit()).Hash
	succeed(t, m.Advance(time.UnixMilli(1000)))

	order := m.order("O-1", m.items...)
	order.Lines[1].Quantity = 0
	refused := refusal(t, fault(m.Reserve(order)), sellable.ErrInvalid, "lines.quantity")
	if refused.Line != 1 || !strings.Contains(refused.Error(), "invalid: lines[1].quantity: ") || refused.Index != -1 {
		t.Errorf("line %d: %v", refused.Line, refused)
	}
	order.Lines[1].Quantity = 11
	refused = refusal(t, fault(m.Reserve(order)), sellable.ErrInsufficient, "")
	if len(refused.Misfits) != 1 || refused.Misfits[0] != (sellable.Misfit{Item: m.items[1], Asked: 11, Promisable: 10}) {
		t.Errorf("misfits %v", refused.Misfits)
	}
	order.ExpiresAt = time.UnixMilli(0) // the epoch is given, and past
	refusal(t, fault(m.Reserve(order)), sellable.ErrInvalid, "expires_at")
	order.ExpiresAt, order.ChannelKey, order.Channel = time.Time{}, "nowhere", 0
	refusal(t, fault(m.Reserve(order)), sellable.ErrUnknownChannel, "channel")

	event := &sellable.Event{Type: sellable.EventOnHandAdjust, Item: m.items[0], Location: m.location,
		Quantity: 1, Expected: sellable.Given(11)}
	refused = refusal(t, fault(m.Apply(event)), sellable.ErrConflict, "expected")
	if refused.Actual != 10 || refused.Exception == 0 {
		t.Errorf("actual %d, exception %d", refused.Actual, refused.Exception)
	}
	event = &sellable.Event{Type: sellable.EventScheduleSet, Item: m.items[0], Location: m.location,
		Reference: "PO-1", Quantity: 5}
	refusal(t, fault(m.Apply(event)), sellable.ErrInvalid, "due")

	refusal(t, m.Extend("O-1", time.Time{}), sellable.ErrInvalid, "expires_at")
	refusal(t, m.Advance(time.Time{}), sellable.ErrInvalid, "now")
	refusal(t, fault(m.PutItem("")), sellable.ErrInvalid, "key")
	refusal(t, fault(m.PutItem(strings.Repeat("x", 1<<20))), sellable.ErrInvalid, "key")
	if after := must(m.Audit()).Hash; after != before {
		t.Errorf("%v became %v", before, after)
	}
}

func TestASettingThatIsOutOfRangeIsNamed(t *testing.T) {
	m := newMarket(t, 1, 0)
	defer m.Close()
	for field, setting := range map[string]sellable.ChannelSetting{
		"share":      sellable.Share(math.MaxInt64), // not what is left of it in 32 bits
		"precedence": sellable.Precedence(1 << 32),
		"buffer":     sellable.Buffer(-1),
		"interval":   sellable.Interval(time.Nanosecond),
		"sourcing":   sellable.FillBy(7),
		"unit":       sellable.SellIn("\xff"),
	} {
		refusal(t, m.PutPolicy(sellable.Scope{Channel: m.channel}, setting), sellable.ErrInvalid, field)
	}
	refusal(t, fault(m.PutSource("erp", sellable.MaxLag(-time.Millisecond))), sellable.ErrInvalid, "max_lag")
	refusal(t, fault(m.PutItem("kit", sellable.Kit([]sellable.Component{}...))), sellable.ErrInvalid, "components")
	refusal(t, m.PutPolicy(sellable.Scope{}), sellable.ErrInvalid, "item")
}

func TestAnOptionThatIsOutOfRangeIsNamed(t *testing.T) {
	for field, options := range map[string]sellable.Options{
		"items":      {Items: 1<<31 + 1},
		"orders":     {Orders: math.MaxUint64},
		"event_ids":  {EventIDs: 1 << 40},
		"exceptions": {Exceptions: 1 << 40},
		"retention":  {Retention: time.Nanosecond},
		"ahead":      {Ahead: -time.Second},
	} {
		refusal(t, fault(sellable.Open(options)), sellable.ErrInvalid, field)
		store := sellable.StoreOptions{Options: options}
		refusal(t, fault(sellable.OpenStore(t.TempDir(), store)), sellable.ErrInvalid, field)
	}
	refusal(t, fault(sellable.OpenStore(t.TempDir(), sellable.StoreOptions{Linger: time.Minute})),
		sellable.ErrInvalid, "linger")
	refusal(t, fault(sellable.OpenStore("/dev/null/x", sellable.StoreOptions{})), sellable.ErrNotDurable, "directory")
}

func TestOfABatchEachIsAnsweredAndTheFirstRefusedIsTheError(t *testing.T) {
	m := newMarket(t, 300, 10)
	defer m.Close()
	orders := make([]sellable.Order, 200)
	answers := make([]sellable.Answer, len(orders))
	for i := range orders {
		orders[i] = *m.order(m.ItemKey(m.items[i]), m.items[i:i+100]...) // more than a batch has room for
	}
	orders[70].Lines[0].Quantity = 1000
	orders[130].Lines[0].Quantity = -1
	refused := refusal(t, m.ReserveBatch(orders, answers), sellable.ErrInsufficient, "")
	if refused.Index != 1 && refused.Index >= 70 {
		t.Errorf("the first is %d: %v", refused.Index, refused)
	}
	for i, answer := range answers {
		switch {
		case answer.Status == sellable.StatusOK && len(answer.Plan) == 100 && answer.Err == nil:
		case errors.As(answer.Err, &refused) && refused.Index == i && refused.Status == answer.Status && len(answer.Plan) == 0:
		default:
			t.Fatalf("%d: %v", i, answer)
		}
	}
	if answers[130].Status != sellable.StatusInvalid {
		t.Error(answers[130].Err)
	}
	figures := make([]sellable.Availability, 3)
	items := []sellable.Item{m.items[0], 1 << 30, m.items[299]}
	refused = refusal(t, m.AvailableBatch(items, m.channel, figures), sellable.ErrUnknownItem, "item")
	if text := refused.Error(); text != "sellable: element 1: unknown_item: item: no item has this key or handle" {
		t.Error(text)
	}
	if refused.Index != 1 || figures[1] != (sellable.Availability{}) || figures[2].Promisable == 0 {
		t.Errorf("%d: %v", refused.Index, figures)
	}
	refusal(t, m.AvailableBatch(items, m.channel, figures[:2]), sellable.ErrInvalid, "into")
	refusal(t, m.ReserveBatch(orders, answers[:1]), sellable.ErrInvalid, "answers")
	refusal(t, m.AskBatch(make([]sellable.Question, 2), figures[:1], nil), sellable.ErrInvalid, "into")
	refusal(t, m.AskBatch(make([]sellable.Question, 2), figures, make([]sellable.Status, 1)), sellable.ErrInvalid, "statuses")
}

func TestTheErrOfAnAnswerThatWasNotRefusedIsNone(t *testing.T) {
	m := newMarket(t, 1, 10)
	defer m.Close()
	answers := make([]sellable.Answer, 2)
	orders := []sellable.Order{*m.order("O-1", m.items[0]), {}}
	refusal(t, m.ReserveBatch(orders, answers), sellable.ErrInvalid, "key")
	if answers[0].Err != error(nil) || !errors.Is(answers[1].Err, sellable.ErrInvalid) {
		t.Error(answers)
	}
}

func TestEachErrorNamesTheFieldThatIsAtFault(t *testing.T) {
	m := newMarket(t, 1, 10)
	defer m.Close()
	parts := make([]sellable.Part, sellable.LinesMax+1)
	late := &sellable.Question{Item: m.items[0], Channel: m.channel, Date: time.UnixMilli(1)}
	for name, call := range map[string]struct {
		err    error
		target error
		field  string
	}{
		"no lines":       {fault(m.Reserve(&sellable.Order{Key: "O", Channel: m.channel})), sellable.ErrInvalid, "lines"},
		"257 lines":      {fault(m.Reserve(&sellable.Order{Key: "O", Channel: m.channel, Lines: make([]sellable.Line, 257)})), sellable.ErrInvalid, "lines"},
		"257 parts":      {m.Release("O", parts...), sellable.ErrInvalid, "parts"},
		"settings":       {m.PutPolicy(sellable.Scope{Channel: m.channel}, sellable.Default(1<<31)), sellable.ErrInvalid, "settings"},
		"exception":      {visit(m.Exceptions(sellable.ExceptionSelection{Number: 99})), sellable.ErrInvalid, "number"},
		"replayed":       {fault(m.ReplayException(99, nil)), sellable.ErrInvalid, "exception"},
		"discarded":      {m.DiscardException(99), sellable.ErrInvalid, "exception"},
		"Ask":            {fault(m.Ask(late)), sellable.ErrInvalid, "date"},
		"Explain":        {fault(m.Explain(late)), sellable.ErrInvalid, "date"},
		"AskBatch":       {m.AskBatch([]sellable.Question{*late}, make([]sellable.Availability, 1), nil), sellable.ErrInvalid, "date"},
		"Order":          {fault(m.Order("")), sellable.ErrInvalid, "key"},
		"no such order":  {fault(m.Order("O")), sellable.ErrUnknownOrder, "order"},
		"Orders":         {visit(m.Orders(sellable.Selection{Closed: true, Item: m.items[0]})), sellable.ErrInvalid, "closed"},
		"Waiting":        {visit(m.Waiting(sellable.Selection{})), sellable.ErrInvalid, "item"},
		"Waiting closed": {visit(m.Waiting(sellable.Selection{Closed: true, Item: m.items[0]})), sellable.ErrInvalid, "closed"},
		"Cell":           {fault(m.Cell(m.items[0], 99)), sellable.ErrUnknownLocation, "location"},
		"Available":      {fault(m.Available(m.items[0], 99)), sellable.ErrUnknownChannel, "channel"},
		"LookSource":     {fault(m.LookSource(99)), sellable.ErrUnknownSource, "source"},
		"far ahead":      {m.Advance(time.Unix(1<<62, 0)), sellable.ErrInvalid, "now"},
		"long ago":       {m.Advance(time.Unix(-1<<62, 999_999_999)), sellable.ErrInvalid, "now"},
		"a store's name": {fault(sellable.OpenStore(t.TempDir()+"/p\x00q", sellable.StoreOptions{})), sellable.ErrInvalid, "directory"},
		"a trail's name": {fault(sellable.OpenTrail(t.TempDir()+"/p\x00q", false)), sellable.ErrInvalid, "directory"},
		"kept field":     {fault(m.PutException(&sellable.Event{}, sellable.StatusInvalid, "f\x00g", "")), sellable.ErrInvalid, "field"},
		"kept reason":    {fault(m.PutException(&sellable.Event{}, sellable.StatusInvalid, "f", "\x00")), sellable.ErrInvalid, "reason"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := refusal(t, call.err, call.target, call.field)
			if strings.Contains(refused.Error(), "the answer names it") {
				t.Error(refused)
			}
		})
	}
	if m.Now() != time.UnixMilli(0).UTC() {
		t.Error(m.Now())
	}
}

func TestWhatIsNilIsRefusedAndNamed(t *testing.T) {
	m := newMarket(t, 1, 10)
	defer m.Close()
	before := must(m.Audit()).Hash
	for field, errs := range map[string][]error{
		"event": {fault(m.Apply(nil)), m.ApplyInto(nil, nil),
			fault(m.PutException(nil, sellable.StatusInvalid, "", ""))},
		"order": {fault(m.Reserve(nil)), m.ReserveInto(nil, nil), fault(m.Amend(nil)), m.AmendInto(nil, nil),
			m.ApplyInto(&sellable.Event{Type: sellable.EventReserve}, nil),
			m.ApplyInto(&sellable.Event{Type: sellable.EventAmend}, nil)},
		"question": {fault(m.Ask(nil)), fault(m.Explain(nil))},
		"move":     {m.Resource(nil)},
		"ownership": {m.PutOwner(nil),
			m.ApplyInto(&sellable.Event{Type: sellable.EventOwner}, nil)},
	} {
		for _, err := range errs {
			refusal(t, err, sellable.ErrInvalid, field)
		}
	}
	if after := must(m.Audit()); after.Hash != before {
		t.Errorf("%+v", after)
	}
}

// methods calls all of them that need no more than what is made out of nothing, and checks that they
// say ErrClosed where they return an error, and nothing where they do not.
func methods(t *testing.T, of any) {
	t.Helper()
	value := reflect.ValueOf(of)
	for i := range value.NumMethod() {
		name := value.Type().Method(i).Name
		method := value.Method(i)
		arguments := []reflect.Value{}
		for at := range method.Type().NumIn() {
			if !method.Type().IsVariadic() || at < method.Type().NumIn()-1 {
				arguments = append(arguments, made(method.Type().In(at)))
			}
		}
		for _, result := range method.Call(arguments) {
			if result.Type() != reflect.TypeFor[error]() {
				loop(t, name, result)
			} else if err, _ := result.Interface().(error); !errors.Is(err, sellable.ErrClosed) {
				t.Errorf("%T.%s: %v", of, name, err)
			}
		}
	}
}

// made is a record for a pointer, and else the zero value.
func made(kind reflect.Type) reflect.Value {
	if kind.Kind() == reflect.Pointer {
		return reflect.New(kind.Elem())
	}
	return reflect.Zero(kind)
}

// loop runs through a sequence: nothing is in it but ErrClosed.
func loop(t *testing.T, name string, result reflect.Value) {
	t.Helper()
	switch {
	case result.Kind() != reflect.Func:
	case result.Type().CanSeq2():
		for _, err := range result.Seq2() {
			if failed, is := err.Interface().(error); !is || !errors.Is(failed, sellable.ErrClosed) {
				t.Errorf("%s: %v", name, err)
			}
		}
	default:
		for one := range result.Seq() {
			t.Errorf("%s: %v", name, one)
		}
	}
}

func TestWhatNeverWasOpenedIsClosed(t *testing.T) {
	methods(t, (*sellable.Engine)(nil))
	methods(t, &sellable.Engine{})
	methods(t, (*sellable.View)(nil))
	methods(t, &sellable.View{})
	methods(t, (*sellable.Trail)(nil))
	methods(t, &sellable.Trail{})
	for row := range (*sellable.AvailabilityColumns)(nil).Rows() {
		t.Error(row)
	}
	for row := range (*sellable.CellColumns)(nil).Rows() {
		t.Error(row)
	}
}
