// SPDX-License-Identifier: Apache-2.0

// Replay reads events and questions from standard input, one JSON object a line, and prints an
// answer for each, one JSON object a line.
//
//	replay [--store DIRECTORY [--checkpoint]] <INPUT >OUTPUT
//
// The lines and the answers are those of the library's own program of that name, whose --help lists
// them. Blank lines are counted and left out. Answers are written before more input is waited for.
//
// With --store it keeps everything in a directory, which is made if it is not there: an answer is
// printed once its effect would survive a crash of the machine, and the next run goes on from what
// was answered. With --checkpoint it writes a checkpoint at the end, which the next run reads
// instead of each change.
//
// Its exit code is 0 at the end of the input, whatever was answered, and 2 if it cannot go on or
// the store's log has failed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"sellable.example/sellable/internal/replay"
)

const usage = `usage: replay [--store DIRECTORY [--checkpoint]] <INPUT >OUTPUT

Reads events and questions, one JSON object a line, and prints an answer for each, one JSON
object a line.

  --store DIRECTORY   keep it all there: an answer is printed once its effect would survive
                      a crash of the machine, and the next run goes on from what was answered
  --checkpoint        write a checkpoint at the end: the next run reads that instead of each
                      change
`

func readOptions(arguments []string) (options replay.Options, err error) {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&options.Store, "store", "", "")
	flags.BoolVar(&options.Checkpoint, "checkpoint", false, "")
	err = flags.Parse(arguments)
	if err == nil && (flags.NArg() > 0 || options.Checkpoint && options.Store == "") {
		err = errors.New("arguments")
	}
	return options, err
}

func main() {
	options, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return
	}
	if err != nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := replay.Run(os.Stdin, os.Stdout, options); err != nil {
		fmt.Fprintf(os.Stderr, "replay: %v\n", err)
		os.Exit(2)
	}
}
