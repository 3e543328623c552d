// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// object is a JSON object. Its names are in the order in which they came; of a name twice the last
// value holds. Values are nil, bool, json.Number, string, []any and *object.
type object struct {
	names  []string
	values map[string]any
}

func (o *object) set(name string, value any) {
	if _, known := o.values[name]; !known {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// deepest is how far arrays and objects may be nested.
const deepest = 2048

var errNoObject = errors.New("the line is no JSON object")

// parse takes a line apart. Unlike encoding/json it refuses what is no UTF-8, and what stands
// for no character: nothing is read as another key than the one that was sent.
func parse(line []byte) (*object, error) {
	if !utf8.Valid(line) || !json.Valid(line) || hasHalfCharacter(line) {
		return nil, errNoObject
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	value, err := parseValue(decoder, 0)
	if o, is := value.(*object); is && err == nil {
		return o, nil
	}
	return nil, errNoObject
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if depth > deepest {
		return nil, errNoObject
	}
	switch token {
	case json.Delim('['):
		return parseArray(decoder, depth+1)
	case json.Delim('{'):
		return parseObject(decoder, depth+1)
	}
	return token, nil
}

func parseArray(decoder *json.Decoder, depth int) (any, error) {
	array := []any{}
	for decoder.More() {
		value, err := parseValue(decoder, depth)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := decoder.Token()
	return array, err
}

func parseObject(decoder *json.Decoder, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name := token.(string)
		if strings.Contains(name, "\x00") {
			return nil, errNoObject
		}
		value, err := parseValue(decoder, depth)
		if err != nil {
			return nil, err
		}
		o.set(name, value)
	}
	_, err := decoder.Token()
	return o, err
}

// hasHalfCharacter finds one half of a surrogate pair without the other, in valid JSON.
func hasHalfCharacter(line []byte) bool {
	for at := bytes.IndexByte(line, '\\'); at >= 0 && at < len(line); at++ {
		if line[at] != '\\' {
			continue
		}
		at++
		if line[at] != 'u' || (line[at+1]|0x20) != 'd' || line[at+2] < '8' {
			continue // no escape of a surrogate
		}
		isFirst := line[at+2] < 'A'
		rest := line[at+5:]
		if !isFirst || len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' ||
			(rest[2]|0x20) != 'd' || (rest[3]|0x20) < 'c' {
			return true
		}
		at += 10
	}
	return false
}

// compact is the text of JSON without its blanks.
func compact(line []byte) []byte {
	var text bytes.Buffer
	if json.Compact(&text, line) != nil {
		return nil
	}
	return text.Bytes()
}
