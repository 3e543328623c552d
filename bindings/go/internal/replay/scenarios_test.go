// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sellable.example/sellable"
)

// The scenarios of the library: a file for each rule of the model, with what has to be answered.
// Their form is described in tests/test_scenarios.py.
const scenarios = "../../../../tests/scenarios/*.jsonl"

// sent is a line of a scenario, with all that is expected of its answer.
type sent struct {
	line   string
	number int
	expect map[string]any
	text   string
}

// exact are objects of which all members are expected, not only those that are named.
var exact = map[string]bool{"held": true, "ring_fence": true, "calls": true,
	"exceptions_by_status": true}

func decode(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

// sorted is JSON with the names of each object in order.
func sorted(t testing.TB, text string) string {
	t.Helper()
	line, err := json.Marshal(decode(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func files(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(scenarios)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	return paths
}

func read(t testing.TB, path string) (lines []sent) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range strings.Split(strings.TrimSpace(string(file)), "\n") {
		line := decode(t, text).(map[string]any)
		switch {
		case line["note"] != nil && line["type"] == nil:
		case line["expect"] != nil:
			lines[len(lines)-1].expect = line["expect"].(map[string]any)
		case line["text"] != nil:
			lines[len(lines)-1].text = line["text"].(string)
		case line["send"] != nil:
			lines = append(lines, sent{line: line["send"].(string), number: i + 1})
		default:
			lines = append(lines, sent{line: text, number: i + 1})
		}
	}
	return lines
}

// differs is where an answer is not as expected; "" if it is.
func differs(expected, got any, path string) string {
	switch expected := expected.(type) {
	case map[string]any:
		got, is := got.(map[string]any)
		if !is || exact[path[strings.LastIndex(path, ".")+1:]] && len(got) != len(expected) {
			return path
		}
		for name, value := range expected {
			member, there := got[name]
			if !there {
				return path + "." + name
			}
			if found := differs(value, member, path+"."+name); found != "" {
				return found
			}
		}
		return ""
	case []any:
		got, is := got.([]any)
		if !is || len(got) != len(expected) {
			return path
		}
		for i := range expected {
			if found := differs(expected[i], got[i], fmt.Sprintf("%s[%d]", path, i)); found != "" {
				return found
			}
		}
		return ""
	}
	if expected == got || isFraction(expected) && value(expected) == value(got) {
		return ""
	}
	return path
}

// isFraction is of numbers that may be written in more than one way.
func isFraction(number any) bool {
	digits, is := number.(json.Number)
	return is && strings.ContainsAny(string(digits), ".eE")
}

func value(number any) float64 {
	digits, _ := number.(json.Number)
	value, err := digits.Float64()
	if err != nil {
		return math.NaN()
	}
	return value
}

func session(t testing.TB) *Session {
	t.Helper()
	engine, err := sellable.Open(sellable.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(engine)
}

func TestEveryScenarioIsAnsweredAsTheModelSays(t *testing.T) {
	for _, path := range files(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".jsonl"), func(t *testing.T) {
			s := session(t)
			for i, line := range read(t, path) {
				answer := string(s.Answer([]byte(line.line)))
				expect := map[string]any{"line": json.Number(strconv.Itoa(i + 1))}
				if line.expect == nil && line.text == "" {
					expect["status"] = "ok"
				}
				maps.Copy(expect, line.expect)
				if found := differs(expect, decode(t, answer), ""); found != "" {
					t.Errorf("%s:%d: %s differs\n    after %s\n expected %v\n      got %s",
						path, line.number, found, line.line, expect, answer)
				}
				if line.text != "" && sorted(t, line.text) != sorted(t, answer) {
					t.Errorf("%s:%d:\n expected %s\n      got %s", path, line.number, line.text, answer)
				}
			}
		})
	}
}

// all are the lines of a scenario, in one piece.
func all(lines []sent) []byte {
	var text bytes.Buffer
	for _, line := range lines {
		fmt.Fprintln(&text, line.line)
	}
	return text.Bytes()
}

// The library's own program of the same name is what SELLABLE_REPLAY names.
func TestEveryAnswerIsThatOfTheLibrarysOwnReplay(t *testing.T) {
	program := os.Getenv("SELLABLE_REPLAY")
	if program == "" {
		t.Skip("SELLABLE_REPLAY does not say where it is")
	}
	compared := 0
	for _, path := range files(t) {
		input := all(read(t, path))
		command := exec.Command(program)
		command.Stdin = bytes.NewReader(input)
		theirs, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		var ours bytes.Buffer
		if err := Run(bytes.NewReader(input), &ours, Options{}); err != nil {
			t.Fatal(err)
		}
		mine, expected := strings.Split(ours.String(), "\n"), strings.Split(string(theirs), "\n")
		if len(mine) != len(expected) {
			t.Fatalf("%s: %d answers, not %d", path, len(mine)-1, len(expected)-1)
		}
		for i, line := range expected[:len(expected)-1] {
			if compared++; sorted(t, line) != sorted(t, mine[i]) {
				t.Errorf("%s:\n expected %s\n      got %s", filepath.Base(path), line, mine[i])
			}
		}
	}
	t.Logf("%d answers of %d scenarios are the same", compared, len(files(t)))
}
