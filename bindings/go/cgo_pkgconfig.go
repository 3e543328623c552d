// SPDX-License-Identifier: Apache-2.0

//go:build sellable_pkgconfig

package sellable

// The library is the one that is installed: pkg-config says where.

/*
#cgo pkg-config: sellable
#cgo CFLAGS: -std=c11
*/
import "C"
