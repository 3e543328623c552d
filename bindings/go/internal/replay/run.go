// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"sellable.example/sellable"
)

// Options are how a run keeps what it did.
type Options struct {
	Store      string // a directory, made if it is not there; "": in memory alone
	Checkpoint bool   // of a store: write one at the end
}

// How much output, and how much input, is answered at most before it is given out. The library
// holds what is decided and not durable in a queue of limited size.
const (
	giveOutAt = 1 << 16
	linesAt   = 1 << 20
)

// ErrLog says that the store's log failed: what it had not taken was answered not_durable.
var ErrLog = errors.New("the log has failed; changes are not_durable from here on")

// answered is an answer that is written, and not given out yet.
type answered struct {
	line     int64
	end      int    // of it in the output
	position uint64 // its effect, and what that rests on; 0: it has none
}

// stream gives out the answers of a session.
type stream struct {
	*Session
	to       io.Writer
	out      []byte
	answered []answered
	taken    int // bytes of the lines that they answer
	err      error
}

// Run answers lines until there are no more. All answers are given out before more input is waited
// for: so whoever says one line can wait for its answer. Of a store they are given out once all of
// their effects are durable: one wait for all lines that came in one piece.
func Run(in io.Reader, out io.Writer, options Options) (err error) {
	engine, err := open(options.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	s := &stream{Session: New(engine), to: out}
	s.hasStore = options.Store != ""
	if err := s.answerAll(bufio.NewReaderSize(in, linesAt)); err != nil {
		return err
	}
	if options.Checkpoint && s.err == nil {
		if err := engine.Checkpoint(false); err != nil {
			return fmt.Errorf("the checkpoint: %w", err)
		}
	}
	return s.err
}

func open(store string) (*sellable.Engine, error) {
	if store == "" {
		return sellable.Open(sellable.Options{})
	}
	engine, err := sellable.OpenStore(store, sellable.StoreOptions{Answering: sellable.AnswerDecided})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", store, err)
	}
	return engine, nil
}

func (s *stream) answerAll(in *bufio.Reader) error {
	for {
		if waiting, _ := in.Peek(in.Buffered()); bytes.IndexByte(waiting, '\n') < 0 {
			if err := s.giveOut(); err != nil {
				return err
			}
		}
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			s.answerOne(bytes.TrimSuffix(line, []byte{'\n'}))
		}
		if len(s.out) >= giveOutAt || s.taken >= linesAt || err != nil {
			if err := s.giveOut(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the input: %w", err)
		}
	}
}

func (s *stream) answerOne(line []byte) {
	began := s.engine.Position()
	answer := s.Answer(line)
	s.out = append(s.out, answer...)
	if answer == nil || !s.hasStore {
		return
	}
	position := s.position
	if ended := s.engine.Position(); ended > began {
		position = ended
	}
	s.answered = append(s.answered, answered{s.line, len(s.out), position})
	s.taken += len(line)
}

func (s *stream) giveOut() error {
	if len(s.answered) > 0 {
		s.settle()
	}
	_, err := s.to.Write(s.out)
	s.out = s.out[:0]
	if err != nil {
		return fmt.Errorf("the output: %w", err)
	}
	return nil
}

// settle waits until all that was answered is durable. If the log fails, what it has taken stays
// answered as it was, and so do questions.
func (s *stream) settle() {
	if s.engine.WaitDurable(0) != nil {
		s.err = ErrLog
		s.takeBack()
	}
	s.answered, s.taken = s.answered[:0], 0
}

func (s *stream) takeBack() {
	durable, line, begin := s.engine.Durable(), s.line, 0
	var out []byte
	for _, a := range s.answered {
		if a.position <= durable {
			out = append(out, s.out[begin:a.end]...)
		} else {
			s.line = a.line
			out = append(out, encode(s.refusal(sellable.StatusNotDurable, "", ""))...)
		}
		begin = a.end
	}
	s.out, s.line = out, line
}

// waitForSpace makes room for a change; false: nothing is left to wait for.
func (s *Session) waitForSpace() bool {
	position := s.engine.Position()
	return s.hasStore && s.engine.Durable() < position && s.engine.WaitDurable(position) == nil
}

func (s *Session) checkpoint(f *fields) any {
	keeps := either(f, "keep_journal", asFlag)
	switch {
	case f.fault.reason != "":
		return s.faulty(f.fault)
	case !s.hasStore:
		return s.refusal(sellable.StatusInvalid, "", "there is no store; see --help")
	}
	if err := s.engine.Checkpoint(keeps); err != nil {
		return s.failed(err)
	}
	return s.ok()
}
