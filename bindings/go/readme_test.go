// SPDX-License-Identifier: Apache-2.0

package sellable_test

// The lines of Go in the project's README run as they are written.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goLines are the first lines of Go in a page.
var goLines = regexp.MustCompile("(?s)```go\n(.*?)```")

// printed is what a line says that it prints.
var printed = regexp.MustCompile(`(?m)^fmt\.Println\(.*\) // (.*)$`)

func TestTheReadmesLinesOfGoPrintWhatStandsBehindThem(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	succeed(t, err)
	lines := goLines.FindSubmatch(page)
	if lines == nil {
		t.Fatal("the README has no lines of Go")
	}
	program := fmt.Sprintf("package main\n\nimport (\n\t\"fmt\"\n\n\t%q\n)\n\nfunc main() {\n%s}\n",
		"sellable.example/sellable", lines[1])
	file := filepath.Join(t.TempDir(), "main.go")
	succeed(t, os.WriteFile(file, []byte(program), 0o600))
	got, err := exec.Command("go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, program, got)
	}
	var expected []string
	for _, line := range printed.FindAllSubmatch(lines[1], -1) {
		expected = append(expected, string(line[1]))
	}
	if len(expected) == 0 || strings.TrimSpace(string(got)) != strings.Join(expected, "\n") {
		t.Errorf("they print %s, not %q", got, expected)
	}
}
