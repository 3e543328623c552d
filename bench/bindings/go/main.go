// SPDX-License-Identifier: Apache-2.0

// Command calls makes the library's calls from Go, asked for over a Unix socket in the current
// folder.
//
//	calls ITEMS
//
// A request is a line of a number and a call's name; the answer is the processor time that so many
// elements took, in ns, and how many went wrong; "-1 0", if there is no such call here. "sums" is
// answered with what all cells have on hand and reserved, and with 1 if the audit finds them
// consistent.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("calls ITEMS")
	}
	items, err := strconv.Atoi(os.Args[1])
	if err != nil || items < 1 {
		log.Fatalf("items: %s", os.Args[1])
	}
	library, err := openLibrary(items)
	if err != nil {
		log.Fatal(err)
	}
	defer library.engine.Close()
	listener, err := net.Listen("unix", "socket")
	if err != nil {
		log.Fatal(err)
	}
	line, err := listener.Accept()
	if err != nil {
		log.Fatal(err)
	}
	serve(line, library, newTable(library.keys, library.drawn))
}

// serve answers each line until the other side has closed it.
func serve(line net.Conn, library *library, table *table) {
	calls := map[string]call{
		"an empty function":       {run: library.nothing},
		"available by key":        {run: library.availableByKey},
		"available by handle":     {run: library.availableByHandle},
		"available, a batch":      {run: library.availableBatch},
		"reserve":                 {run: library.reserve, takesOrders: true},
		"reserve, a batch":        {run: library.reserveBatch, takesOrders: true},
		"on_hand.adjust":          {run: library.adjust},
		"on_hand.adjust, a batch": {run: library.adjustBatch},
		"a table and a lock":      {run: table.take},
	}
	for requests := bufio.NewScanner(line); requests.Scan(); {
		number, name, _ := strings.Cut(requests.Text(), " ")
		count, err := strconv.Atoi(number)
		if err != nil {
			log.Fatal(err)
		}
		answer := "-1 0"
		if name == "sums" {
			answer, err = library.sums()
		} else if asked, there := calls[name]; there {
			answer, err = library.measure(asked, count)
		}
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintln(line, answer)
	}
}
