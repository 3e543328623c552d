// SPDX-License-Identifier: Apache-2.0

package sellable

// EmptyCall crosses over to C and does nothing there.
var EmptyCall = emptyCall
