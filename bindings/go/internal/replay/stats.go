// SPDX-License-Identifier: Apache-2.0

package replay

import "sellable.example/sellable"

// Figures for operations, as members of one object or as the text that a monitoring system reads.

type channelStats struct {
	Channel     string `json:"channel"`
	Accepted    uint64 `json:"accepted"`
	Refused     uint64 `json:"refused"`
	Units       int64  `json:"units"`
	Listens     bool   `json:"listens"`
	Told        uint64 `json:"told"`
	UntoldSince *int64 `json:"untold_since,omitempty"`
}

type sourceStats struct {
	Source     string `json:"source"`
	Seq        *int64 `json:"seq"`
	Applied    uint64 `json:"applied"`
	Duplicates uint64 `json:"duplicates"`
	Stale      uint64 `json:"stale"`
	Refused    uint64 `json:"refused"`
	Gaps       uint64 `json:"gaps"`
	NewestAt   *int64 `json:"newest_at,omitempty"`
	Lag        *int64 `json:"lag,omitempty"`
	MaxLag     *int64 `json:"max_lag"`
	Silent     bool   `json:"silent"`
}

type exceptionCounts struct {
	Kept uint64 `json:"kept"`
	Last uint64 `json:"last"`
	Lost uint64 `json:"lost"`
}

type memoryStats struct {
	SlabBytes  uint64 `json:"slab_bytes"`
	RowBytes   uint64 `json:"row_bytes"`
	BlockBytes uint64 `json:"block_bytes"`
	Items      uint64 `json:"items"`
	Orders     uint64 `json:"orders"`
	EventIDs   uint64 `json:"event_ids"`
	Transfers  uint64 `json:"transfers"`
}

type stats struct {
	head
	Now                int64                        `json:"now"`
	Calls              map[string]map[string]uint64 `json:"calls"`
	Events             uint64                       `json:"events"`
	EventsApplied      uint64                       `json:"events_applied"`
	EventsDuplicate    uint64                       `json:"events_duplicate"`
	ReplaysApplied     uint64                       `json:"replays_applied"`
	Exceptions         exceptionCounts              `json:"exceptions"`
	ExceptionsByStatus map[string]uint64            `json:"exceptions_by_status"`
	Balances           uint64                       `json:"balances"`
	Variances          uint64                       `json:"variances"`
	VarianceSum        int64                        `json:"variance_sum"`
	VarianceAbsolute   int64                        `json:"variance_absolute"`
	OrdersOpen         uint64                       `json:"orders_open"`
	OrdersExpired      uint64                       `json:"orders_expired"`
	CellsShort         uint64                       `json:"cells_short"`
	UnitsShort         int64                        `json:"units_short"`
	UnitsPromised      int64                        `json:"units_promised"`
	Channels           []channelStats               `json:"channels"`
	Sources            []sourceStats                `json:"sources"`
	Memory             memoryStats                  `json:"memory"`
}

// byStatus has the counts that are not 0, under the names of their statuses.
func byStatus(counts []uint64) map[string]uint64 {
	named := map[string]uint64{}
	for status, count := range counts {
		if count != 0 {
			named[sellable.Status(status).String()] = count
		}
	}
	return named
}

// ifGiven is nil for what is not.
func ifGiven(value int64, given bool) *int64 {
	if !given {
		return nil
	}
	return &value
}

func (s *Session) channelStats(channels []sellable.ChannelStats) []channelStats {
	list := []channelStats{}
	for _, c := range channels {
		list = append(list, channelStats{s.engine.ChannelKey(c.Channel), c.Accepted, c.Refused, c.Units,
			c.Listens, c.Told, ifGiven(c.UntoldSince.UnixMilli(), c.HasUntold)})
	}
	byKey(list, func(c *channelStats) string { return c.Channel })
	return list
}

func (s *Session) sourceStats(stats *sellable.Stats) ([]sourceStats, error) {
	list := []sourceStats{}
	for _, c := range stats.Sources {
		view, err := s.engine.LookSource(c.Source)
		if err != nil {
			return nil, err
		}
		newest := c.NewestAt.UnixMilli()
		list = append(list, sourceStats{s.engine.SourceKey(c.Source),
			ifGiven(view.Seq.Value, view.Seq.Given), c.Applied, c.Duplicates, c.Stale, c.Refused,
			c.Gaps, ifGiven(newest, c.HasNewest),
			ifGiven(max(0, stats.Now.UnixMilli()-newest), c.HasNewest),
			ifGiven(view.MaxLag.Value, view.MaxLag.Given), c.Silent})
	}
	byKey(list, func(c *sourceStats) string { return c.Source })
	return list, nil
}

func (s *Session) stats(f *fields) any {
	asText := either(f, "format", asChoice("json", "openmetrics")) == 1
	switch {
	case f.fault.reason != "":
		return s.faulty(f.fault)
	case asText:
		return s.metrics()
	}
	got, err := s.engine.Stats()
	if err != nil {
		return s.failed(err)
	}
	sources, err := s.sourceStats(&got)
	if err != nil {
		return s.failed(err)
	}
	calls := map[string]map[string]uint64{}
	for t, counts := range got.Calls {
		if named := byStatus(counts[:]); t > 0 && len(named) > 0 {
			calls[sellable.EventType(t).String()] = named
		}
	}
	counts, memory := got.ExceptionCounts, got.Memory
	return stats{s.ok(), got.Now.UnixMilli(), calls, got.Events, got.EventsApplied,
		got.EventsDuplicate, got.ReplaysApplied,
		exceptionCounts{counts.Kept, counts.Last, counts.Lost}, byStatus(got.Exceptions[:]),
		got.Balances, got.Variances, got.VarianceSum, got.VarianceAbsolute, got.OrdersOpen,
		got.OrdersExpired, got.CellsShort, got.UnitsShort, got.UnitsPromised,
		s.channelStats(got.Channels), sources,
		memoryStats{memory.SlabBytes, memory.RowBytes, memory.BlockBytes, memory.Items,
			memory.Orders, memory.EventIDs, memory.Transfers}}
}

func (s *Session) metrics() any {
	text, err := s.engine.Metrics()
	if err != nil {
		return s.failed(err)
	}
	return struct {
		head
		Text string `json:"text"`
	}{s.ok(), string(text)}
}
