// SPDX-License-Identifier: Apache-2.0

package histories

// The specification: what there is, and what one call makes of it.

const (
	groups    = 2 // of items and orders that never meet: Porcupine decides each by itself
	items     = 2 // of a group; item number `kit` is a kit of these
	kit       = items
	locations = 2
	channels  = 2
	keys      = 6 // of orders, in a group
	mostLines = 2 // of an order
	cells     = items * locations
)

// settings are fixed while a program runs. Locations are preferred by number, and so are channels
// of the same precedence.
type settings struct {
	components [items]int64 // of one kit; 0: it has none of it
	share      [channels]int64
	buffer     [channels]int64
	backorder  [channels]int64
	precedence [channels]int64
}

// fence is what is left of a quantity set aside for one channel.
type fence struct {
	inForce bool
	left    int64
}

// cell is one item at one location. What is reserved there stands in the orders alone.
type cell struct {
	onHand int64
	fences [channels]fence
}

// line asks for so many of an item, which may be the kit.
type line struct {
	item, quantity int64
}

// placed is what was promised at a cell: of quantity, fenced came from the channel's fence, and
// beyond is more than was seen.
type placed struct {
	item, location, quantity, fenced, beyond, released int64
}

// plan is placements in the order they were filled.
type plan struct {
	count int
	at    [cells]placed
}

// order is a key that was accepted once.
type order struct {
	taken       bool
	channel     int64
	asked       [mostLines]line
	first, open plan // as it was answered first; as it is
}

// shop is the state of one group. Equal states are equal values.
type shop struct {
	cells  [items][locations]cell
	orders [keys]order
}

// kind is what a call asks for.
type kind int

const (
	reserve kind = iota
	amend
	release
	adjust
	setFence
	available
	askCell
	askOrder
	view
	kinds
)

var kindNames = [kinds]string{"reserve", "amend", "release", "adjust", "ring_fence.set",
	"available", "cell", "order", "view"}

func (k kind) String() string { return kindNames[k] }

// call is one call on the engine. What its kind does not ask for is 0.
type call struct {
	kind     kind
	group    int
	key      int64 // of an order
	channel  int64
	item     int64
	location int64
	quantity int64 // release: of item, wherever it is; 0: all of the order
	lines    [mostLines]line
}

// The statuses that the calls here can answer, by the names of the model.
const (
	ok           = "ok"
	duplicate    = "duplicate"
	conflict     = "conflict"
	insufficient = "insufficient"
	unknownOrder = "unknown_order"
	wrongState   = "wrong_state"
)

// answer is a status, and every figure beside it, in an order that each kind has of its own.
type answer struct {
	status  string
	figures []int64
}

func answered(figures ...int64) answer { return answer{ok, figures} }

// step makes one call on the shop, at one instant.
func (s *shop) step(set *settings, c call) answer {
	switch c.kind {
	case reserve:
		return s.reserve(set, c)
	case amend:
		return s.amend(set, c)
	case release:
		return s.release(c)
	case adjust:
		s.cells[c.item][c.location].onHand += c.quantity
		return answered(c.quantity)
	case setFence:
		s.cells[c.item][c.location].fences[c.channel] = fence{c.quantity > 0, c.quantity}
		return answered()
	case available:
		return answered(s.promisable(set, c.item, c.channel))
	case askCell:
		return answered(s.cellFigures(c.item, c.location)...)
	case askOrder:
		return s.askOrder(c)
	default:
		return s.view()
	}
}

func (s *shop) cellFigures(item, location int64) []int64 {
	t := s.terms(item, location)
	figures := []int64{t.onHand, t.reserved, t.backordered, t.net, t.free, t.shared}
	for _, f := range s.cells[item][location].fences {
		figures = append(figures, f.left)
	}
	return figures
}

// askOrder tells whether anything of it is still reserved, and its placements.
func (s *shop) askOrder(c call) answer {
	o := &s.orders[c.key]
	if !o.taken {
		return answer{status: unknownOrder}
	}
	figures := []int64{0}
	for _, p := range o.open.at[:o.open.count] {
		figures = append(figures, p.item, p.location, p.unreleased(), p.released, p.waiting())
		if p.unreleased() > 0 {
			figures[0] = 1
		}
	}
	return answered(figures...)
}

// view tells every cell, of one instant.
func (s *shop) view() answer {
	var figures []int64
	for item := range int64(items) {
		for location := range int64(locations) {
			figures = append(figures, s.cellFigures(item, location)[:6]...)
		}
	}
	return answered(figures...)
}
