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

// ChannelStats are the figures of a channel, counted since the engine was opened.
type ChannelStats struct {
	Channel     Channel
	Listens     bool      // it has asked for changes
	Accepted    uint64    // orders: Reserve and Amend that were taken
	Refused     uint64    // those that were ErrInsufficient or ErrPaused
	Units       int64     // of the accepted, in the items' smallest units
	Told        uint64    // changes that it was ever told
	UntoldSince time.Time // no untold change is older; zero: there is none
	HasUntold   bool      // it listens, and something may have changed that it was not told
}

// SourceStats are the figures of a source.
type SourceStats struct {
	Source     Source
	Silent     bool   // it has a MaxLag, and Lag is beyond it
	Applied    uint64 // events
	Duplicates uint64
	Stale      uint64
	Refused    uint64 // all others
	Gaps       uint64
	HasNewest  bool
	NewestAt   time.Time     // the latest At of its applied events; if HasNewest
	Lag        time.Duration // the engine's now - NewestAt, at least 0; if HasNewest
}

// Stats are figures for operations, counted since the engine was opened, but for what is "now".
//
//	reservation accuracy = 1 - UnitsShort / UnitsPromised, at least 0
//	without a hand       = (EventsApplied + EventsDuplicate - ReplaysApplied) / Events
type Stats struct {
	Now              time.Time
	Channels         []ChannelStats
	Sources          []SourceStats
	Calls            [EventTypesEnd][StatusCount]uint64 // by type of change (an event, or the call of its own), and status
	Events           uint64                             // sent to Apply, or replayed
	EventsApplied    uint64
	EventsDuplicate  uint64
	ReplaysApplied   uint64              // by hand: exceptions
	Exceptions       [StatusCount]uint64 // kept in all
	ExceptionCounts  ExceptionCounts
	Balances         uint64 // EventOnHandSet that were applied;
	Variances        uint64 // of those: with a variance that is not 0;
	VarianceSum      int64  // their sum,
	VarianceAbsolute int64  // and that of their absolute values
	OrdersOpen       uint64 // now
	OrdersExpired    uint64
	CellsShort       uint64 // now,
	UnitsShort       int64  // and by how much
	UnitsPromised    int64  // now: reserved, promised, backordered and allocated, over all cells
	Memory           Memory
}

// The sizes of the tables in Stats, by EventType and by Status.
const (
	EventTypesEnd = C.SELLABLE_EVENT_TYPES_END
	StatusCount   = C.SELLABLE_STATUS_COUNT
)

// Stats tells the figures, each of an instant of its own. Cost: one pass over the items, channels
// and sources. Questions are not counted: they write nothing.
func (e *Engine) Stats() (Stats, error) {
	var stats Stats
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		c := record[C.struct_sellable_stats](s)
		channels, sources := roomAtFirst, roomAtFirst
		for {
			c.channels = &records[C.struct_sellable_channel_stats](s, channels)[0]
			c.sources = &records[C.struct_sellable_source_stats](s, sources)[0]
			c.channel_capacity, c.source_capacity = C.uint32_t(channels), C.uint32_t(sources)
			status := C.sellable_stats(e.c, c)
			if status != C.SELLABLE_OK {
				return status
			}
			if int(c.channel_count) <= channels && int(c.source_count) <= sources {
				stats = statsOf(c)
				return status
			}
			channels, sources = max(channels, int(c.channel_count)), max(sources, int(c.source_count))
		}
	})
	return stats, err
}

func statsOf(c *C.struct_sellable_stats) Stats {
	counts := c.exception_counts
	return Stats{
		Now:              instant(int64(c.now)),
		Channels:         mapped(slice(c.channels, c.channel_count), channelStatsOf),
		Sources:          mapped(slice(c.sources, c.source_count), sourceStatsOf),
		Calls:            *(*[EventTypesEnd][StatusCount]uint64)(unsafe.Pointer(&c.calls)),
		Events:           uint64(c.events),
		EventsApplied:    uint64(c.events_applied),
		EventsDuplicate:  uint64(c.events_duplicate),
		ReplaysApplied:   uint64(c.replays_applied),
		Exceptions:       *(*[StatusCount]uint64)(unsafe.Pointer(&c.exceptions)),
		ExceptionCounts:  ExceptionCounts{uint64(counts.kept), uint64(counts.last), uint64(counts.lost)},
		Balances:         uint64(c.balances),
		Variances:        uint64(c.variances),
		VarianceSum:      int64(c.variance_sum),
		VarianceAbsolute: int64(c.variance_absolute),
		OrdersOpen:       uint64(c.orders_open),
		OrdersExpired:    uint64(c.orders_expired),
		CellsShort:       uint64(c.cells_short),
		UnitsShort:       int64(c.units_short),
		UnitsPromised:    int64(c.units_promised),
		Memory:           *(*Memory)(unsafe.Pointer(&c.memory)),
	}
}

func channelStatsOf(c *C.struct_sellable_channel_stats) ChannelStats {
	stats := ChannelStats{
		Channel:   Channel(c.channel.id),
		Listens:   c.listens != 0,
		Accepted:  uint64(c.accepted),
		Refused:   uint64(c.refused),
		Units:     int64(c.units),
		Told:      uint64(c.told),
		HasUntold: c.has_untold != 0,
	}
	if stats.HasUntold {
		stats.UntoldSince = instant(int64(c.untold_since))
	}
	return stats
}

func sourceStatsOf(c *C.struct_sellable_source_stats) SourceStats {
	stats := SourceStats{
		Source:     Source(c.source.id),
		Silent:     c.silent != 0,
		Applied:    uint64(c.applied),
		Duplicates: uint64(c.duplicates),
		Stale:      uint64(c.stale),
		Refused:    uint64(c.refused),
		Gaps:       uint64(c.gaps),
		HasNewest:  c.has_newest != 0,
	}
	if stats.HasNewest {
		stats.NewestAt, stats.Lag = instant(int64(c.newest_at)), duration(int64(c.lag))
	}
	return stats
}

// Metrics tells the same as text for a monitoring system: OpenMetrics 1.0, UTF-8, names
// sellable_..., with "# EOF" at the end.
//
//   - ErrNoMemory
func (e *Engine) Metrics() ([]byte, error) {
	var text []byte
	err := e.ask(func(s *scratch) C.enum_sellable_status {
		size := record[C.uint64_t](s)
		for *size = 32 << 10; ; {
			room := int(*size)
			bytes := s.bytes(room)
			status := C.sellable_metrics(e.c, (*C.char)(bytes), C.uint64_t(room), size)
			if status != C.SELLABLE_OK || int(*size) <= room {
				text = C.GoBytes(bytes, C.int(*size))
				return status
			}
		}
	})
	return text, err
}
