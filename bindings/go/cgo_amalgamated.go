// SPDX-License-Identifier: Apache-2.0

//go:build !sellable_pkgconfig

package sellable

// The library is compiled with the package, out of sellable.c and sellable.h beside this file
// (./dev amalgamate makes them). It keeps its asserts: they are the engine's own invariants.

/*
#cgo CFLAGS: -std=c11 -O3 -fvisibility=hidden -I${SRCDIR}
#cgo !sellable_nolmdb CFLAGS: -DSELLABLE_WITH_LMDB
#cgo !sellable_nolmdb LDFLAGS: -llmdb
#cgo LDFLAGS: -lpthread
*/
import "C"
