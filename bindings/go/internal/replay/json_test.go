// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestALineIsReadAsItWasSentOrNotAtAll(t *testing.T) {
	for line, expected := range map[string]bool{
		`{}`: true, ` { "a" : [ 1 , {} ] } `: true, `{"a":"\ud83d\ude00"}`: true,
		`{"a":"\\ud800"}`: true, `{"a":"\u0000"}`: true, `{"a":1e400}`: true, `{"a":1,"a":2}`: true,
		``: false, `[]`: false, `1`: false, `{`: false, `{}x`: false, `{"a":01}`: false,
		`{"a":1,}`: false, "{\"a\":\"\xff\"}": false, "{\"a\":\"\t\"}": false, "{\"a\":1}\x00": false,
		`{"a":"\ud800"}`: false, `{"a":"\udc00"}`: false, `{"a":"\ud800\u0041"}`: false,
		`{"a":"\uD800\\udc00"}`: false, `{"\u0000":1}`: false,
		`{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`: true,
		`{"a":` + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + `}`: false,
	} {
		if _, err := parse([]byte(line)); (err == nil) != expected {
			t.Errorf("%.80q: %v", line, err)
		}
	}
}

func TestOfANameTwiceTheLastHoldsInThePlaceOfTheFirst(t *testing.T) {
	o, err := parse([]byte(`{"a":1,"b":2,"a":3}`))
	if err != nil || strings.Join(o.names, "") != "ab" || len(o.values) != 2 {
		t.Fatalf("%v %v", o, err)
	}
	if f := (&fields{object: o, fault: &fault{}}); required(f, "a", asNumber) != 3 {
		t.Errorf("it is %v", o.values["a"])
	}
}

// What is written is given out before more is waited for, so a program that says one line can wait
// for its answer.
func TestEachAnswerIsThereBeforeTheNextLineIsSaid(t *testing.T) {
	in, say, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	hear, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- Run(in, out, Options{}) }()
	answer := make([]byte, 1<<10)
	for _, expected := range []string{`{"line":1,"status":"ok"}`, `{"line":2,"status":"ok"}`} {
		if _, err := say.WriteString(`{"type":"advance","at":1}` + "\n"); err != nil {
			t.Fatal(err)
		}
		n, err := hear.Read(answer)
		if err != nil || string(answer[:n]) != expected+"\n" {
			t.Fatalf("%v: %s", err, answer[:n])
		}
	}
	if err := say.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAStoreGoesOnFromWhatWasAnswered(t *testing.T) {
	directory := t.TempDir()
	shop := `{"type":"location","location":"east"}
{"type":"channel","channel":"web"}
{"type":"item","item":"A"}
{"type":"on_hand.set","item":"A","location":"east","quantity":5}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":2}]}
`
	question := `{"type":"available","item":"A","channel":"web"}`
	for run, part := range []struct {
		input      string
		checkpoint bool
		expected   string
	}{
		{shop + question, false, `{"line":6,"status":"ok","promisable":3,"published":3,"level":"ok"}`},
		{question, true, `{"line":1,"status":"ok","promisable":3,"published":3,"level":"ok"}`},
		{`{"type":"checkpoint"}` + "\n" + question, false,
			`{"line":1,"status":"ok"}` + "\n" +
				`{"line":2,"status":"ok","promisable":3,"published":3,"level":"ok"}`},
	} {
		var out bytes.Buffer
		err := Run(strings.NewReader(part.input), &out, Options{directory, part.checkpoint})
		if err != nil || !strings.HasSuffix(out.String(), part.expected+"\n") {
			t.Fatalf("run %d: %v\n%s", run, err, out.String())
		}
	}
	if err := os.WriteFile(directory+"/plain", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := Run(strings.NewReader(question), new(bytes.Buffer), Options{Store: directory + "/plain"})
	if err == nil || !strings.Contains(err.Error(), "plain") {
		t.Errorf("a file was opened as a store: %v", err)
	}
}
