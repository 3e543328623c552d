// SPDX-License-Identifier: Apache-2.0

package sellable

import (
	"math"
	"time"
)

// An Optional is a number that may be not given, which is its zero value.
type Optional struct {
	Value int64
	Given bool
}

// Given is a number that is given.
func Given(value int64) Optional { return Optional{value, true} }

// The engine counts milliseconds since the Unix epoch. A time.Time that is zero is "not given".

// millis is the engine's count of an instant; what is far beyond its range stays beyond it.
func millis(instant time.Time) int64 {
	const most = TimeMax/1000 + 1 // seconds, to which their fraction is added
	return max(-most-1, min(instant.Unix(), most))*1000 + int64(instant.Nanosecond())/1e6
}

// deadline is the same where the library takes 0 for "not given": the epoch itself, which is never
// later than now, becomes another instant that is not.
func deadline(instant time.Time) int64 {
	switch at := millis(instant); {
	case instant.IsZero():
		return 0
	case at == 0:
		return -1
	default:
		return at
	}
}

// required is the same where an instant has to be given: without, it is out of range.
func required(instant time.Time) int64 {
	if instant.IsZero() {
		return math.MinInt64
	}
	return millis(instant)
}

// demanded is the instant of such a count: zero, if it was not given.
func demanded(at int64) time.Time {
	if at == math.MinInt64 {
		return time.Time{}
	}
	return instant(at)
}

// instant is the time.Time of a count, in UTC.
func instant(at int64) time.Time { return time.UnixMilli(at).UTC() }

// ending is the same where 0 is "none".
func ending(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return instant(at)
}

// whole is a duration in units of `unit`; if they are not whole, it is out of range.
func whole(duration, unit time.Duration) int64 {
	if duration%unit != 0 {
		return math.MinInt64
	}
	return int64(duration / unit)
}

// duration is that of a count of milliseconds; what is longer than a time.Duration is the longest.
func duration(ms int64) time.Duration {
	const most = int64(math.MaxInt64 / time.Millisecond)
	switch {
	case ms > most:
		return math.MaxInt64
	case ms < -most:
		return math.MinInt64
	default:
		return time.Duration(ms) * time.Millisecond
	}
}
