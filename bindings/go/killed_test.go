// SPDX-License-Identifier: Apache-2.0

package sellable_test

// What a durable engine answered is there after the process was killed at any moment.

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"sellable.example/sellable"
)

// The test program runs once more as its own child, which works on the store that this names.
const childStore = "SELLABLE_TEST_CHILD_STORE"

func TestMain(m *testing.M) {
	if directory := os.Getenv(childStore); directory != "" {
		if err := takeOrdersForEver(directory); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

const (
	killedItems = 3
	plenty      = 1_000_000
)

// takeOrdersForEver reserves from many goroutines, and says each key once it was answered.
func takeOrdersForEver(directory string) error {
	engine, err := sellable.OpenStore(directory, sellable.StoreOptions{})
	if err != nil {
		return err
	}
	channel, err := engine.FindChannel("web")
	if err != nil {
		return err
	}
	var items []sellable.Item
	for item := range engine.Items() {
		items = append(items, item)
	}
	m := &market{Engine: engine, items: items, channel: channel}
	var say sync.Mutex
	errs := make(chan error)
	for number := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", os.Getpid(), number, i)
				if _, err := m.Reserve(m.order(key, items...)); err != nil {
					errs <- err
					return
				}
				say.Lock()
				fmt.Println(key)
				say.Unlock()
			}
		}()
	}
	return <-errs
}

// killAfter lets a child answer so many orders, kills it, and returns all keys that it said.
func killAfter(t *testing.T, directory string, answers int) (keys []string) {
	t.Helper()
	program, err := os.Executable()
	succeed(t, err)
	child := exec.Command(program)
	child.Env = append(os.Environ(), childStore+"="+directory)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	succeed(t, err)
	succeed(t, child.Start())
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // what was cut off was not said
		}
		keys = append(keys, strings.TrimSpace(line))
		if len(keys) == answers {
			succeed(t, child.Process.Kill())
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return keys
}

func TestEachOrderThatWasAnsweredIsThereAfterAKill(t *testing.T) {
	directory := t.TempDir()
	engine, err := sellable.OpenStore(directory, sellable.StoreOptions{})
	succeed(t, err)
	stocked(t, engine, killedItems, plenty)
	succeed(t, engine.Close())

	var keys []string
	for round := range 4 {
		keys = append(keys, killAfter(t, directory, 20+30*round)...)
		m := reopen(t, directory)
		for _, key := range keys {
			answer, err := m.Reserve(m.order(key, m.items...))
			if err != nil || answer.Status != sellable.StatusDuplicate || len(answer.Plan) != killedItems {
				t.Fatalf("order %s of %d: %v %v", key, len(keys), answer, err)
			}
		}
		orders := countOrders(t, m)
		if orders < int64(len(keys)) {
			t.Fatalf("%d orders are left of %d", orders, len(keys))
		}
		for _, item := range m.items {
			cell, err := m.Cell(item, m.location)
			succeed(t, err)
			if cell.Reserved != orders || cell.Free != plenty-orders {
				t.Fatalf("of %d orders %d are reserved, and %d free", orders, cell.Reserved, cell.Free)
			}
		}
		isConsistent(t, m.Engine)
	}
	t.Logf("%d orders were answered before 4 kills", len(keys))
}

func reopen(t *testing.T, directory string) *market {
	t.Helper()
	engine, err := sellable.OpenStore(directory, sellable.StoreOptions{})
	succeed(t, err)
	m := &market{Engine: engine}
	m.location, err = engine.FindLocation("east")
	succeed(t, err)
	m.channel, err = engine.FindChannel("web")
	succeed(t, err)
	for item := range engine.Items() {
		m.items = append(m.items, item)
	}
	return m
}

func countOrders(t *testing.T, m *market) (count int64) {
	t.Helper()
	for _, err := range m.Orders(sellable.Selection{}) {
		succeed(t, err)
		count++
	}
	return count
}
