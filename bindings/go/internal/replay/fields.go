// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"sellable.example/sellable"
)

// fault is the first thing that was found wrong with the fields of a line.
type fault struct {
	field  string // a path, such as lines[0].quantity; "": the line as a whole
	reason string // "": there is none
}

// fields is an object whose fields are read. Of a fault, the first is noted, and the reading goes
// on with zeros: whoever reads looks for it once, at the end.
type fields struct {
	*object
	fault *fault
	path  string // of the object within the line, such as lines[0]; "": the line itself
}

func (f *fields) blame(name, reason string) {
	if f.fault.reason != "" {
		return
	}
	if f.path != "" && name != "" {
		name = "." + name
	}
	*f.fault = fault{f.path + name, reason}
}

// kind makes a Go value of a JSON value, or blames the field for being of another kind.
type kind[T any] func(f *fields, name string, value any) T

// required reads a field that has to be there.
func required[T any](f *fields, name string, as kind[T]) (zero T) {
	value, given := f.values[name]
	if !given {
		f.blame(name, "it is missing")
		return zero
	}
	return as(f, name, value)
}

// optional reads a field that may be missing, or null.
func optional[T any](f *fields, name string, as kind[T]) (value T, given bool) {
	if f.values[name] == nil {
		return value, false
	}
	return as(f, name, f.values[name]), true
}

// maybe is optional, as the binding has numbers that may be missing.
func maybe(f *fields, name string, as kind[int64]) sellable.Optional {
	number, given := optional(f, name, as)
	return sellable.Optional{Value: number, Given: given}
}

// either is optional, where a zero stands for a missing field.
func either[T any](f *fields, name string, as kind[T]) T {
	value, _ := optional(f, name, as)
	return value
}

func asWords(f *fields, name string, value any) string {
	words, is := value.(string)
	if !is {
		f.blame(name, "it is no string")
	}
	return words
}

func asKey(f *fields, name string, value any) string {
	key := asWords(f, name, value)
	if _, is := value.(string); is && (key == "" || len(key) > sellable.KeyMax) {
		f.blame(name, "it does not have 1 to 128 bytes")
	}
	return key
}

func asNumber(f *fields, name string, value any) int64 {
	digits, is := value.(json.Number)
	number, err := strconv.ParseInt(string(digits), 10, 64)
	if !is || err != nil {
		f.blame(name, "it is no whole number of 64 bits, without fraction and exponent")
		return 0
	}
	return number
}

// asInt32 brings what is beyond 32 bits to the largest or least of them, which is as wrong.
func asInt32(f *fields, name string, value any) int64 {
	return max(math.MinInt32, min(math.MaxInt32, asNumber(f, name, value)))
}

// asTime is an instant; one that is given is never Go's zero time, which stands for none.
func asTime(f *fields, name string, value any) time.Time {
	at := time.UnixMilli(asNumber(f, name, value))
	if at.IsZero() {
		at = at.Add(1)
	}
	return at
}

// asSpan is a duration. Beyond what Go has it ends; what can be none is below 0, which is as wrong.
func asSpan(f *fields, name string, value any) time.Duration {
	ms := asNumber(f, name, value)
	if ms < 0 || ms > sellable.TimeMax {
		return -time.Millisecond
	}
	return time.Duration(min(ms, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

func asFlag(f *fields, name string, value any) bool {
	flag, is := value.(bool)
	if !is {
		f.blame(name, "it is neither true nor false")
	}
	return flag
}

func asArray(f *fields, name string, value any) []any {
	array, is := value.([]any)
	if !is {
		f.blame(name, "it is no array")
	}
	return array
}

func asObject(f *fields, name string, value any) *object {
	o, is := value.(*object)
	if !is {
		f.blame(name, "it is no object")
	}
	return o
}

// asChoice is the place of a word among those that can stand there.
func asChoice(words ...string) kind[int] {
	return func(f *fields, name string, value any) int {
		word, _ := value.(string)
		place := slices.Index(words, word)
		if place < 0 {
			f.blame(name, "it is none of the words that can stand here")
		}
		return max(0, place)
	}
}

// asKeys is an array of keys, of which at most `most` are read.
func asKeys(most int) kind[[]string] {
	return func(f *fields, name string, value any) []string {
		keys := []string{}
		for i, key := range asArray(f, name, value) {
			if i == most {
				break
			}
			keys = append(keys, asKey(f, fmt.Sprintf("%s[%d]", name, i), key))
		}
		return keys
	}
}

// elements are the objects of an array, each with its fields; at most `most`.
func (f *fields) elements(name string, array []any, most int) []*fields {
	var elements []*fields
	for i, value := range array[:min(len(array), most)] {
		element := &fields{fault: f.fault, path: fmt.Sprintf("%s[%d]", name, i)}
		element.object = asObject(element, "", value)
		if element.object == nil {
			element.object = &object{}
		}
		elements = append(elements, element)
	}
	return elements
}
