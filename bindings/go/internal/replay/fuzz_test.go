// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// Whatever the lines are: each that is not blank gets one answer, in JSON, with its number and a
// status, and the engine stays consistent.
func FuzzLines(f *testing.F) {
	for _, path := range files(f) {
		f.Add(all(read(f, path)))
	}
	for _, line := range []string{"", " ", "\x00", "{", "[]", "\"\\ud800\"", "{\"type\":\"\\udc00x\"}",
		"{\"type\":\"item\",\"item\":\"\xff\"}", "{\"type\":\"advance\",\"at\":1e400}",
		"\n \n{\"type\":\"item\",\"item\":\"A\",\"components\":{}}\r\n\r\n{}"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		s := session(t)
		for i, line := range bytes.Split(input, []byte{'\n'}) {
			blank := len(bytes.Trim(line, " \t\r")) == 0
			check(t, int64(i+1), blank, s.Answer(line))
		}
		var found audit
		answer := s.Answer([]byte(`{"type":"audit"}`))
		if err := json.Unmarshal(answer, &found); err != nil || !found.Consistent {
			t.Errorf("after all: %s", answer)
		}
	})
}

func check(t *testing.T, number int64, blank bool, answer []byte) {
	t.Helper()
	if blank {
		if answer != nil {
			t.Errorf("blank line %d is answered with %s", number, answer)
		}
		return
	}
	var got head
	if err := json.Unmarshal(answer, &got); err != nil || !utf8.Valid(answer) {
		t.Fatalf("the answer to line %d is no JSON: %v: %q", number, err, answer)
	}
	if got.Line != number || got.Status == "" || bytes.IndexByte(answer, '\n') != len(answer)-1 {
		t.Errorf("line %d is answered with %q", number, answer)
	}
}
