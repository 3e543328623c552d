// SPDX-License-Identifier: Apache-2.0

// Package replay answers events and questions in JSON, one line each: the lines and the answers of
// the library's own program of that name, through the public API of package sellable alone.
//
// Each file shows one part of the API: events.go how a line becomes an event, is applied and
// answered; masters.go, supply.go and orders.go what the types of events read; exceptions.go,
// questions.go, cells.go and stats.go the questions; run.go lines in, lines out, and the store.
// json.go and fields.go take lines apart.
package replay

import (
	"bytes"
	"encoding/json"
	"errors"

	"sellable.example/sellable"
)

// Session answers lines, one after another, on one engine.
type Session struct {
	engine   *sellable.Engine
	line     int64  // from 1
	input    []byte // the line itself
	hasStore bool
	status   sellable.Status // of the last answer
	position uint64          // that the library named for it; 0: none
}

// New begins a session on an engine, which stays the caller's.
func New(engine *sellable.Engine) *Session { return &Session{engine: engine} }

// head is what every answer begins with.
type head struct {
	Line   int64  `json:"line"`
	Status string `json:"status"`
}

func (s *Session) head(status sellable.Status) head {
	s.status = status
	return head{s.line, status.String()}
}

func (s *Session) ok() head { return s.head(sellable.StatusOK) }

// refusal is a status with a field's path and a reason, where there are any.
type refusal struct {
	head
	Field  *string `json:"field,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

// unnamed is a refusal of what is invalid as a whole.
type unnamed struct {
	head
	Field  *string `json:"field"`
	Reason string  `json:"reason,omitempty"`
}

func (s *Session) refusal(status sellable.Status, field, reason string) any {
	switch {
	case field != "":
		return refusal{s.head(status), &field, reason}
	case status == sellable.StatusInvalid:
		return unnamed{s.head(status), nil, reason}
	default:
		return refusal{s.head(status), nil, reason}
	}
}

// faulty says what is wrong with a field of the line.
func (s *Session) faulty(fault *fault) any {
	return s.refusal(sellable.StatusInvalid, fault.field, fault.reason)
}

// statusOf is what an error of the engine says.
func statusOf(err error) sellable.Status {
	var refusal *sellable.Error
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	panic(err) // the engine is closed: nobody but the caller closes it
}

// failed says that a call did not work out, in which no field can be wrong.
func (s *Session) failed(err error) any {
	status := statusOf(err)
	return s.refusal(status, "", status.Text())
}

// questionFields are the one field of a question that each status can mean.
var questionFields = map[sellable.Status]string{
	sellable.StatusUnknownItem:     "item",
	sellable.StatusUnknownLocation: "location",
	sellable.StatusUnknownChannel:  "channel",
	sellable.StatusUnknownOrder:    "order",
	sellable.StatusInvalid:         "date",
}

// unanswered says why there is no answer to a question.
func (s *Session) unanswered(err error) any {
	status := statusOf(err)
	reason := status.Text()
	if status == sellable.StatusInvalid {
		reason = "it is before now, or beyond the horizon"
	}
	return s.refusal(status, questionFields[status], reason)
}

// types are those of lines that are no events.
var types map[string]func(*Session, *fields) any

func init() {
	types = map[string]func(*Session, *fields) any{
		"advance": (*Session).advance, "available": (*Session).available,
		"cell": (*Session).cell, "explain": (*Session).explain,
		"order": (*Session).order, "orders": (*Session).orders, "waiting": (*Session).waiting,
		"exceptions": (*Session).exceptions, "replay": (*Session).replay,
		"discard": (*Session).discard, "changes": (*Session).changes,
		"shortages": (*Session).shortages, "audit": (*Session).audit, "stats": (*Session).stats,
		"checkpoint": (*Session).checkpoint,
	}
}

func (s *Session) answerObject(f *fields) any {
	name := required(f, "type", asKey)
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	if event := sellable.EventTypeOf(name); event != 0 {
		return s.answerEvent(f, event)
	}
	if answer := types[name]; answer != nil {
		return answer(s, f)
	}
	f.blame("type", "there is no such type here")
	return s.faulty(f.fault)
}

// Answer answers one line, without its end: with a line of JSON and its end; of a blank line, which
// counts all the same, with nothing. There is no line that it cannot answer.
func (s *Session) Answer(line []byte) []byte {
	s.line++
	s.input, s.position = line, 0
	if len(bytes.Trim(line, " \t\r")) == 0 {
		return nil
	}
	object, err := parse(line)
	if err != nil {
		return encode(s.faulty(&fault{reason: err.Error()}))
	}
	answer := s.answerObject(&fields{object: object, fault: &fault{}})
	// Once more, and as often as it helps, if there was no space for the change: then nothing of it
	// has happened, or (of what falls due) a part that does not happen again.
	for s.status == sellable.StatusNotDurable && s.waitForSpace() {
		answer = s.answerObject(&fields{object: object, fault: &fault{}})
	}
	return encode(answer)
}

func encode(answer any) []byte {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		panic(err) // an answer is made of what can be encoded
	}
	return line.Bytes()
}
