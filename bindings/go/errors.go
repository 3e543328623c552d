// SPDX-License-Identifier: Apache-2.0

package sellable

import (
	"errors"
	"fmt"
	"strings"
)

// ErrClosed is what calls on an engine, a view or a trail return that is closed, or never was
// opened.
var ErrClosed = errors.New("sellable: it is closed")

// Error makes a status an error, to compare with: errors.Is(err, ErrInsufficient). It is the name,
// as String. The package itself returns an *Error, which has the details.
func (v Status) Error() string { return v.String() }

// An Error says why a call was refused. Nothing has changed then.
//
//	var refused *sellable.Error
//	if errors.As(err, &refused) && refused.Status == sellable.StatusInsufficient {
//		for _, misfit := range refused.Misfits { ...
type Error struct {
	Status    Status
	Field     string   // what is wrong, as it is named in JSON: "lines.quantity"; "" where it is no field
	Reason    string   // why, in English; ""
	Line      int      // the index within the array that Field names: lines, parts, owners ...; else 0
	Index     int      // of a batch: which event, order, item or question; -1: of no batch
	Actual    int64    // ErrConflict of Event.Expected: the quantity that is there
	Misfits   []Misfit // ErrInsufficient: what does not fit, and what could be had
	Exception uint64   // Apply: the refused event is kept under this number; 0: it is not
	Position  uint64   // of a durable engine: where the log stands with it; 0: nowhere
}

// Error says it in a line: of a batch which element, the status, the field and the reason.
//
//	sellable: element 17: invalid: lines[2].quantity: 1 to 10^15
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("sellable: ")
	if e.Index >= 0 {
		fmt.Fprintf(&text, "element %d: ", e.Index)
	}
	text.WriteString(e.Status.String())
	if e.Field != "" {
		text.WriteString(": " + e.path())
	}
	if e.Reason != "" {
		text.WriteString(": " + e.Reason)
	} else {
		text.WriteString(": " + e.Status.Text())
	}
	return text.String()
}

// path is the field with the index of what it is in.
func (e *Error) path() string {
	array, member, within := strings.Cut(e.Field, ".")
	switch {
	case within:
		return fmt.Sprintf("%s[%d].%s", array, e.Line, member)
	case e.Line > 0:
		return fmt.Sprintf("%s[%d]", e.Field, e.Line)
	default:
		return e.Field
	}
}

// Is reports whether target is the status of the error, so that errors.Is(err, ErrStale) works.
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

// refuse is the error of a call that is no batch.
func refuse(status Status, field, reason string) *Error {
	return &Error{Status: status, Field: field, Reason: reason, Index: -1}
}

// invalid is what the package itself refuses, before the library is asked.
func invalid(field, reason string) *Error { return refuse(StatusInvalid, field, reason) }

// missing refuses a record that is not there.
func missing(field string) *Error { return invalid(field, "it is nil") }

// because says what a call means by StatusInvalid where the library names no field.
type because struct{ field, reason string }

// unknown are the fields that other statuses speak of.
var unknown = map[Status]string{
	StatusUnknownItem:     "item",
	StatusUnknownLocation: "location",
	StatusUnknownChannel:  "channel",
	StatusUnknownSource:   "source",
	StatusUnknownOrder:    "order",
}

// statusError is nil for a status that is a success.
func statusError(status Status, invalid ...because) error {
	if status == StatusOK || status == StatusDuplicate {
		return nil
	}
	return statusRefusal(status, invalid...)
}

func statusRefusal(status Status, invalid ...because) *Error {
	if status == StatusInvalid && len(invalid) > 0 {
		return refuse(status, invalid[0].field, invalid[0].reason)
	}
	return refuse(status, unknown[status], "")
}

// fieldOf is the name of a field of C's; those that are not there in Go go by what they belong to.
func fieldOf(field string) string {
	switch field {
	case "line_count":
		return "lines"
	case "part_count":
		return "parts"
	case "set", "unset":
		return "settings"
	default:
		return strings.TrimPrefix(field, "has_")
	}
}
