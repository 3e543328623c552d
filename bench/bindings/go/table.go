// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

// table is what one writes without the library: a map, and a mutex around the check and the change.
type table struct {
	mutex sync.Mutex
	stock map[string]int64
	keys  []string // of the items
	drawn []int
	taken int64
}

func newTable(keys []string, drawn []int) *table {
	t := &table{stock: make(map[string]int64, len(keys)), keys: keys, drawn: drawn}
	for _, key := range keys {
		t.stock[key] = stock
	}
	return t
}

func (t *table) takeOne(key string, quantity int64) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.stock[key] < quantity {
		return false
	}
	t.stock[key] -= quantity
	return true
}

func (t *table) take(count int) (wrong int, err error) {
	for i := range count {
		if !t.takeOne(t.keys[t.drawn[i%drawn]], 1) {
			wrong++
		}
	}
	t.taken += int64(count)
	return wrong, nil
}
