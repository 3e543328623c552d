// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/json"

	"sellable.example/sellable"
)

// Events that were refused: listed, mended and replayed, discarded.

const noSuchException = "there is none of this number"

type exception struct {
	Exception uint64          `json:"exception"`
	Status    string          `json:"status"`
	Reason    string          `json:"reason"`
	Event     json.RawMessage `json:"event"`
	Orders    *uint64         `json:"orders,omitempty"`
}

type exceptions struct {
	head
	Exceptions []exception `json:"exceptions"`
}

func (s *Session) exceptions(f *fields) any {
	byImpact := either(f, "by", asChoice("number", "impact")) == 1
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	answer := exceptions{s.ok(), []exception{}}
	for kept, err := range s.engine.Exceptions(sellable.ExceptionSelection{ByImpact: byImpact}) {
		if err != nil {
			return s.failed(err)
		}
		one := exception{Exception: kept.Number, Status: kept.Status.String(),
			Reason: reasonOf(&kept)}
		if len(kept.Content) > 0 {
			one.Event = kept.Content
		}
		if byImpact {
			one.Orders = &kept.Orders
		}
		answer.Exceptions = append(answer.Exceptions, one)
	}
	return answer
}

// reasonOf is the field and what is wrong with it; never nothing.
func reasonOf(kept *sellable.Exception) string {
	reason := kept.Reason
	if reason == "" {
		reason = kept.Status.Text()
	}
	if kept.Field != "" {
		reason = kept.Field + ": " + reason
	}
	return reason
}

func (s *Session) replay(f *fields) any {
	number := max(0, required(f, "exception", asNumber))
	event := either(f, "event", asObject)
	switch {
	case f.fault.reason != "":
		return s.faulty(f.fault)
	case number == 0:
		return s.refusal(sellable.StatusInvalid, "exception", noSuchException)
	case event != nil:
		return s.answerMended(&fields{object: event, fault: f.fault}, uint64(number))
	default:
		return s.replayAsKept(f, uint64(number))
	}
}

// replayAsKept reads the event as it came once more: what it names may be known by now.
func (s *Session) replayAsKept(f *fields, number uint64) any {
	var content []byte
	for kept, err := range s.engine.Exceptions(sellable.ExceptionSelection{Number: number}) {
		if err != nil && statusOf(err) == sellable.StatusInvalid {
			return s.refusal(sellable.StatusInvalid, "exception", noSuchException)
		}
		if err != nil {
			return s.failed(err)
		}
		content = kept.Content
	}
	event, err := parse(content)
	if err != nil {
		return s.refusal(sellable.StatusInvalid, "event", "its text was too long to be kept")
	}
	return s.answerMended(&fields{object: event, fault: f.fault}, number)
}

func (s *Session) discard(f *fields) any {
	number := max(0, required(f, "exception", asNumber))
	if f.fault.reason != "" {
		return s.faulty(f.fault)
	}
	err := s.engine.DiscardException(uint64(number))
	if err == nil {
		return s.ok()
	}
	return s.named(err, "exception")
}
