// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools pins what checks the module beside it, so that that one needs nothing.
package tools

import _ "honnef.co/go/tools/cmd/staticcheck"
